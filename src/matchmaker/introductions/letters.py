"""The one letter a day about somebody's introductions: what happened, in one sentence each, and where to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from matchmaker.base.i18n import gettext, mark
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.introductions.rules import ClosedBecause, NoticeKind, Party, State

NOTICES_KIND = "introductions.notices"
"""The kind of this letter in the outbox."""

NOTICES_LAST = timedelta(days=3)
"""How long one may wait for the mail server: by then the clock of an introduction reminds anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One thing to tell: about which need, in a sentence, with the way to its page and what that page is for.

    ``reason`` is why the other side said no; ``next_title`` and ``next_url`` are another need that fits.
    """

    need_title: str
    sentence: str
    url: str
    button: str
    reason: str | None = None
    next_title: str | None = None
    next_url: str | None = None


_ASKED = {
    Party.CITIZEN: mark("%(other)s would like your help. Do you want to?"),
    Party.GROUP: mark("%(other)s would like to help you. Do you accept?"),
}
_REMINDERS = {
    State.ACCEPTED: mark("You agreed with %(other)s. What has come of it?"),
    State.MET: mark("You met %(other)s. What has come of it?"),
}
_ENDED = {
    State.DECLINED: mark("%(other)s cannot say yes this time. Thank you for having asked."),
    State.WITHDRAWN: mark("%(other)s had to withdraw. You owe them no answer any more."),
    State.RETRACTED: mark("%(other)s has taken the question back. You owe no answer any more."),
    State.HELPED: mark("%(other)s says: it is done, and it helped. What do you say?"),
    State.NOT_HELPED: mark("%(other)s says: it is done, without help this time. What do you say?"),
    State.UNREACHED: mark("%(other)s could not reach you. We have ended this introduction."),
}
_CLOSED = {
    ClosedBecause.NO_ANSWER: mark(
        "No answer came in 45 days, so we have closed this introduction. It says nothing about you."
    ),
    ClosedBecause.NEED_FILLED: mark("All places are taken now. Thank you for having been ready to help."),
    ClosedBecause.NEED_CLOSED: mark("The group no longer looks for this. Thank you for having been ready."),
    ClosedBecause.GONE: mark("The other side has left the service. You owe no answer any more."),
}


def sentence(
    kind: NoticeKind,
    *,
    party: Party,
    other: str,
    state: State,
    because: ClosedBecause | None,
) -> str:
    """What a notice says to a side of an introduction as it stands now, in the language in force."""
    if kind is NoticeKind.MESSAGE:
        text = mark("%(other)s has written to you.")
    elif kind is NoticeKind.AGREED:
        text = mark("You and %(other)s agree. Now you can get in touch.")
    elif kind is NoticeKind.ENDED and because is not None:
        text = _CLOSED[because]
    elif kind is NoticeKind.ENDED:
        text = _ENDED[state]
    elif kind is NoticeKind.REMINDER:
        text = _REMINDERS.get(state, mark("%(other)s still waits for your answer. A no is an answer too."))
    else:
        text = _ASKED[party]
    return gettext(text, other=other)


def reopened(group_name: str) -> str:
    """What somebody is told who follows a need, in the language in force."""
    return gettext(mark("%(group)s is looking for somebody again."), group=group_name)


def group_closed(group_name: str) -> str:
    """What somebody is told who follows a need of a group that has ended, in the language in force."""
    return gettext(mark("The group %(group)s is closed. It looks for nobody any more."), group=group_name)


def button(kind: NoticeKind, state: State | None) -> str:
    """What the way to the page is called, in the language in force."""
    if kind is NoticeKind.REOPENED:
        return gettext("See this need")
    if kind is NoticeKind.MESSAGE:
        return gettext("Read the message")
    if kind in {NoticeKind.ASKED, NoticeKind.REMINDER} and state not in {State.ACCEPTED, State.MET}:
        return gettext("Say yes or no")
    if kind is NoticeKind.REMINDER or state in {State.HELPED, State.NOT_HELPED}:
        return gettext("Say what came of it")
    return gettext("See this introduction")


def notices(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    lines: Sequence[NoticeLine],
    introductions_url: str,
    unsubscribe_url: str,
) -> Letter:
    """All that somebody is to be told today; there is at least one line."""
    several = len(lines) > 1
    return renderer.compose(
        "introductions/letters/notices",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Your introductions: %(title)s (and %(others)s more)")
        if several
        else mark("Your introduction: %(title)s"),
        subject_values={"title": lines[0].need_title, "others": len(lines) - 1},
        unsubscribe_url=unsubscribe_url,
        has_key=True,
        lasts=NOTICES_LAST,
        territory_name=territory_name,
        lines=lines,
        introductions_url=introductions_url,
    )
