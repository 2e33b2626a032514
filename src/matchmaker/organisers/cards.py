"""The register of what is kept of people: why, on which ground and for how long, by the terms that the code holds to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from matchmaker.accounts.rules import SESSION_LASTS
from matchmaker.base.acts import KEPT as ACTS_KEPT
from matchmaker.base.i18n import gettext, mark, ngettext
from matchmaker.base.outbox import LETTERS_KEPT, STRANGERS_KEPT
from matchmaker.citizens.rules import (
    RELAY_LETTER_TEXT,
    RELAY_PROFILE_TEXT,
    SIGN_UP_KEPT,
    WEEKLY_LETTER_TEXT,
    ConsentPurpose,
)
from matchmaker.groups.rules import CLOSED_FOR
from matchmaker.post.suppression import REMEMBERED_FOR

CONSENT_TEXTS: Mapping[ConsentPurpose, Sequence[str]] = {
    ConsentPurpose.WEEKLY_LETTER: (WEEKLY_LETTER_TEXT, RELAY_LETTER_TEXT),
    ConsentPurpose.RELAY_PROFILE: (RELAY_PROFILE_TEXT,),
}
"""The words to which people agree, by what they are asked for."""

ASKED = mark("You asked for it: without it there is nothing that we could do for you (contract).")
AGREED = mark("You agreed to it. You take that back as easily (consent).")
SAFE = mark("We need it to keep the service safe and its letters welcome (legitimate interest).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One line of the register, in the language in force. ``words`` are those to which somebody agrees, if any."""

    title: str
    what: str
    why: str
    kept: str
    words: Sequence[str] = ()


def _days(term: timedelta) -> str:
    return ngettext("%(num)s day", "%(num)s days", term.days)


def register() -> Sequence[Purpose]:
    """What is kept of people, one line for each purpose."""
    return (_profile(), *map(_consent, ConsentPurpose), _introductions(), _groups(), *_letters(), *_safety())


def _profile() -> Purpose:
    return Purpose(
        title=gettext("To find needs that fit you"),
        what=gettext(
            "Your first name, your e-mail address, your commune, what you can do and how much time you have."
        ),
        why=gettext(ASKED),
        kept=gettext(
            "Until you delete it. A sign-up that nobody confirms goes after %(term)s.",
            term=_days(SIGN_UP_KEPT),
        ),
    )


def _consent(purpose: ConsentPurpose) -> Purpose:
    return Purpose(
        title=gettext(purpose.label),
        what=gettext("These are the words to which you agree:"),
        words=[gettext(text, relay=gettext("the relay")) for text in CONSENT_TEXTS[purpose]],
        why=gettext(AGREED),
        kept=gettext("Until you leave. If you take your yes back, we keep a note of when you gave it."),
    )


def _introductions() -> Purpose:
    return Purpose(
        title=gettext("To bring you and a group together"),
        what=gettext(
            "Which need it is about, what each side answered and wrote, and what each let the other see."
        ),
        why=gettext(ASKED),
        kept=gettext("Until you delete your account."),
    )


def _groups() -> Purpose:
    return Purpose(
        title=gettext("To run a group"),
        what=gettext("Who is in it, what it looks for and what it says of itself. Its page is public."),
        why=gettext(ASKED),
        kept=gettext(
            "Until you leave it. A group that has ended can be opened again for %(term)s.",
            term=_days(CLOSED_FOR),
        ),
    )


def _letters() -> Sequence[Purpose]:
    return (
        Purpose(
            title=gettext("To send you letters"),
            what=gettext("The letters that we wrote to you, on screen or on paper."),
            why=gettext(ASKED),
            kept=gettext(
                "For %(term)s. Letters to somebody who never signs up go after %(short)s.",
                term=_days(LETTERS_KEPT),
                short=_days(STRANGERS_KEPT),
            ),
        ),
        Purpose(
            title=gettext("To stop letters that come back"),
            what=gettext(
                "A fingerprint of the address, from which nobody can read it, and why the letter came back."
            ),
            why=gettext(SAFE),
            kept=gettext(
                "Until you say that letters reach you again. Single ones are forgotten after %(term)s.",
                term=_days(REMEMBERED_FOR),
            ),
        ),
    )


def _safety() -> Sequence[Purpose]:
    return (
        Purpose(
            title=gettext("To keep you signed in"),
            what=gettext("That you are signed in on a browser, and on which day you used it last."),
            why=gettext(ASKED),
            kept=gettext("For %(term)s at most, or until you sign out.", term=_days(SESSION_LASTS)),
        ),
        Purpose(
            title=gettext("To know who did what"),
            what=gettext("Which account did something, what it was, and when. Nothing of what you wrote."),
            why=gettext(SAFE),
            kept=gettext("For %(term)s. Your name goes when you leave.", term=_days(ACTS_KEPT)),
        ),
    )
