"""What either side does with an introduction: answering, withdrawing, and saying what came of it."""

from sqlalchemy import select

from matchmaker.base.work import Missing, Work
from matchmaker.groups import service as groups
from matchmaker.groups.rules import ActionNotAllowed, NeedState
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import (
    FREES_PLACE,
    OPEN,
    OUTCOMES,
    OWING,
    SIDES,
    SPOKEN,
    Action,
    ClosedBecause,
    DeclineReason,
    NotAllowed,
    NoticeKind,
    Party,
    State,
    after,
)
from matchmaker.introductions.service.actors import CLOCK, Actor
from matchmaker.introductions.service.notice_queue import tell
from matchmaker.introductions.service.transitions import begin_state, record
from matchmaker.matching import queries as matching_queries


class NoPlaceLeft(Exception):
    """Somebody else took the last place, or the need is no longer open."""


class ReasonMissing(ValueError):
    """Who says no says why."""


def act(
    work: Work,
    *,
    introduction_id: int,
    action: Action,
    by: Actor,
    reason: DeclineReason | None = None,
) -> Introduction:
    """Take one step. Once both have accepted, a place of the need is taken; the last one fills it and frees the others.

    Raises Missing, NotAllowed, NoPlaceLeft, ReasonMissing; then nothing is changed.
    """
    work = work.acting_as(by.account_id)
    introduction = lock(work, introduction_id)
    if introduction.state in SPOKEN and action in OUTCOMES:
        return _say_too(work, introduction, action, by)
    following = after(introduction.state, action, by.party)
    if (following is State.DECLINED) != (reason is not None):
        raise ReasonMissing
    if (
        action is Action.OFFER_AGAIN
        and matching_queries.need_state(introduction.need, now=work.now) is not NeedState.OPEN
    ):
        raise NoPlaceLeft
    if following is State.ACCEPTED and not introduction.holds_place:
        _take_place(work, introduction)
    introduction.reason, introduction.closed_because = reason, None
    _keep_outcome(introduction, action, by.party)
    begin_state(work, introduction, following, action=action, by=by)
    if action in FREES_PLACE:
        give_place_back(work, introduction)
    for party in SIDES:
        if party is not by.party:
            tell(work, introduction, _news_of(following, party), party)
    if following is State.ACCEPTED:
        close_for_need(work, need_id=introduction.need_id)
    return introduction


def close(work: Work, introduction: Introduction, because: ClosedBecause) -> None:
    """End an introduction that nobody ended, and tell both sides kindly. Raises NotAllowed for one that has ended."""
    following = after(introduction.state, Action.CLOSE, Party.CLOCK)
    introduction.reason, introduction.closed_because = None, because
    begin_state(work, introduction, following, action=Action.CLOSE, by=CLOCK)
    if because is ClosedBecause.GONE:
        give_place_back(work, introduction)
    for party in SIDES:
        # The group closed or filled its need itself.
        if because in {ClosedBecause.NO_ANSWER, ClosedBecause.GONE} or party is Party.CITIZEN:
            tell(work, introduction, NoticeKind.ENDED, party)


def close_for_need(work: Work, *, need_id: int) -> int:
    """Close the introductions to a need that is no longer open and to which not both have agreed; how many they were."""
    need = groups.lock_need(work, need_id=need_id)
    if need is None:
        return 0
    state = matching_queries.need_state(need, now=work.now)
    if state is NeedState.OPEN:
        return 0
    because = ClosedBecause.NEED_FILLED if state is NeedState.FILLED else ClosedBecause.NEED_CLOSED
    waiting = queries.asked_for_need(work.session, need_id=need_id)
    for introduction in waiting:
        close(work, introduction, because)
    return len(waiting)


def lock(work: Work, introduction_id: int) -> Introduction:
    """An introduction as it is now, which nobody else changes before this unit of work ends. Raises Missing.

    Its need is locked first, as everywhere: whoever takes a place of it waits.
    """
    need_id = work.session.scalar(select(Introduction.need_id).where(Introduction.id == introduction_id))
    if need_id is None:
        raise Missing(introduction_id)
    groups.lock_need(work, need_id=need_id)
    query = select(Introduction).where(Introduction.id == introduction_id).with_for_update()
    found = work.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise Missing(introduction_id)
    return found


def give_place_back(work: Work, introduction: Introduction) -> None:
    """Free the place that an introduction holds, if it holds one."""
    if introduction.holds_place:
        introduction.holds_place = False
        work.session.flush()
        held = queries.places_held(work.session, need_id=introduction.need_id)
        groups.free_place(work, need_id=introduction.need_id, held=held)


def _take_place(work: Work, introduction: Introduction) -> None:
    held = queries.places_held(work.session, need_id=introduction.need_id)
    try:
        groups.take_place(work, need_id=introduction.need_id, held=held + 1)
    except ActionNotAllowed as error:
        raise NoPlaceLeft from error
    introduction.holds_place = True


def _say_too(work: Work, introduction: Introduction, action: Action, by: Actor) -> Introduction:
    """Keep what the second side says came of it; the first one's word has ended the introduction already."""
    if by.party not in SIDES or _outcome_of(introduction, by.party) is not None:
        raise NotAllowed(f"{action} by {by.party} in {introduction.state}")
    _keep_outcome(introduction, action, by.party)
    record(work, introduction, action=action, by=by)
    return introduction


def _keep_outcome(introduction: Introduction, action: Action, party: Party) -> None:
    outcome = OUTCOMES.get(action)
    if outcome is not None and party is Party.CITIZEN:
        introduction.citizen_outcome = outcome
    elif outcome is not None:
        introduction.group_outcome = outcome


def _outcome_of(introduction: Introduction, party: Party) -> object:
    return introduction.citizen_outcome if party is Party.CITIZEN else introduction.group_outcome


def _news_of(state: State, party: Party) -> NoticeKind:
    if state is State.ACCEPTED:
        return NoticeKind.AGREED
    if state in OPEN and party in OWING[state]:
        return NoticeKind.ASKED if state is not State.MET else NoticeKind.AGREED
    return NoticeKind.ENDED
