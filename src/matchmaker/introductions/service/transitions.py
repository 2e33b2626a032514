"""Changing the state of an introduction, on record: as a step that pages show, and among the acts of the territory."""

from collections.abc import Sequence

from sqlalchemy import delete

from matchmaker.base.work import Work
from matchmaker.introductions.models import Introduction, IntroductionEvent, IntroductionMessage, Notice
from matchmaker.introductions.rules import Action, NoticeKind, Party, State, Step
from matchmaker.introductions.rules.verbs import IntroductionVerb
from matchmaker.introductions.service.actors import Actor


def begin_state(
    work: Work, introduction: Introduction, state: State, *, action: Action | None, by: Actor
) -> None:
    """Put an introduction into a state: the clock starts anew, and nobody is told any more that they owed an answer."""
    # A clock that was put back must not undo what was said.
    since = max(work.now, introduction.begun_at)
    introduction.state, introduction.since, introduction.step = state, since, Step.ASKED
    work.session.add(introduction)
    work.session.flush()
    record(work, introduction, action=action, by=by)
    work.session.execute(
        delete(Notice).where(
            Notice.introduction_id == introduction.id,
            Notice.told_at.is_(None),
            Notice.kind.in_((NoticeKind.ASKED, NoticeKind.REMINDER)),
        )
    )


def record(work: Work, introduction: Introduction, *, action: Action | None, by: Actor) -> None:
    """Keep who took a step, and when.

    The event is read by pages for as long as the introduction is there, with the side and the relay; the act is not.
    """
    work.session.add(
        IntroductionEvent(
            introduction_id=introduction.id,
            action=action,
            state=introduction.state,
            by=by.party,
            account_id=by.account_id,
            relay_id=by.relay_id,
            channel=by.channel,
            happened_at=work.now,
        )
    )
    if action is None:
        record_act(work, IntroductionVerb.BEGUN, introduction, by=by)
    else:
        record_act(work, IntroductionVerb.STEP_TAKEN, introduction, by=by, action=action.value)


def record_act(
    work: Work, verb: IntroductionVerb, introduction: Introduction, *, by: Actor, **detail: str
) -> None:
    """Put on record what a side, or the clock, did with an introduction."""
    work.acting_as(by.account_id).record(
        verb,
        Introduction,
        introduction.id,
        territory_id=introduction.territory_id,
        party=by.party.value,
        **detail,
    )


def forget_messages(work: Work, introduction_ids: Sequence[int]) -> None:
    """Delete what the citizens of some introductions wrote."""
    work.session.execute(
        delete(IntroductionMessage).where(
            IntroductionMessage.introduction_id.in_(introduction_ids),
            IntroductionMessage.party == Party.CITIZEN,
        )
    )
