"""How an introduction begins: somebody offers help, a group asks, or an organiser brings two together."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.work import Missing, Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups import service as groups
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import (
    ASKED_A_MONTH,
    ASKS,
    BEGINNINGS,
    OPEN,
    OWING,
    UNANSWERED_AT_MOST,
    Action,
    DeclineReason,
    NoticeKind,
    Party,
    actions_for,
    after,
)
from matchmaker.introductions.service.actions import act, lock
from matchmaker.introductions.service.actors import Actor
from matchmaker.introductions.service.contact import Sharing, share
from matchmaker.introductions.service.notice_queue import tell
from matchmaker.introductions.service.tokens import find_by_token
from matchmaker.introductions.service.transitions import begin_state
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Gate, Match, match_to_mapping
from matchmaker.places.rules import local_day


class NeedNotOpen(Exception):
    """Nobody can be introduced to the need any more, or not yet."""


class OwnNeed(Exception):
    """The need comes from a group of the citizen's own."""


class NotInSight(Missing):
    """Whoever asks does not see the citizen for this need, or there is nobody of that number: both are the same to them."""


class GroupOwesAnswers(Exception):
    """The group owes three people an answer, and meets nobody new before it answers."""


class AskedEnough(Exception):
    """The citizen was asked twice this month."""


class AlreadyIntroduced(Exception):
    """There is, or was, an introduction between the two: ``introduction`` is it."""

    def __init__(self, introduction: Introduction) -> None:
        super().__init__(introduction.id)
        self.introduction = introduction


def check_meets(session: Session, need: Need, *, now: datetime) -> None:
    """Whether anybody could be introduced to a need now. Raises NeedNotOpen, GroupOwesAnswers."""
    _check_open(need, now=now)
    if queries.unanswered_by(session, group_ids=[need.group_id]).get(need.group_id, 0) >= UNANSWERED_AT_MOST:
        raise GroupOwesAnswers


def offer(
    work: Work, *, need_id: int, citizen_id: int, by: Actor, sharing: Sharing | None = None
) -> Introduction:
    """A citizen says "I could help", and what they share. Where they were asked it is their yes; twice is as good as once.

    Raises Missing, NeedNotOpen, OwnNeed, GroupOwesAnswers, AlreadyIntroduced.
    """
    known = queries.find_between(work.session, need_id=need_id, citizen_id=citizen_id)
    if known is None:
        try:
            offered = _begin(work, need_id=need_id, citizen_id=citizen_id, by=by)
        except AlreadyIntroduced as quicker:
            # They were asked while this waited for its turn.
            known = quicker.introduction
    if known is not None:
        offered = _offer_known(work, known, by)
    if sharing is not None:
        share(work, introduction_id=offered.id, by=by, sharing=sharing)
    return offered


def offer_again(work: Work, *, introduction_id: int, by: Actor) -> Introduction:
    """A citizen who withdrew, or got no answer, offers help after all.

    Raises NoResultFound, NotAllowed, NeedNotOpen, GroupOwesAnswers.
    """
    known = work.session.get_one(Introduction, introduction_id)
    after(known.state, Action.OFFER_AGAIN, by.party)
    _lock_group(work, known.group_id)
    check_meets(work.session, _lock_need(work, known.need_id), now=work.now)
    return act(work, introduction_id=introduction_id, action=Action.OFFER_AGAIN, by=by)


def take_action(
    work: Work,
    *,
    introduction_id: int,
    action: Action,
    by: Actor,
    reason: DeclineReason | None = None,
    sharing: Sharing | None = None,
) -> Introduction:
    """Whatever somebody may do with an introduction that exists: as ``act``, or ``offer_again``; and what a yes shares."""
    if action is Action.OFFER_AGAIN:
        taken = offer_again(work, introduction_id=introduction_id, by=by)
    else:
        taken = act(work, introduction_id=introduction_id, action=action, by=by, reason=reason)
    if action is Action.ACCEPT and sharing is not None:
        share(work, introduction_id=introduction_id, by=by, sharing=sharing)
    return taken


def answer_by_letter(
    work: Work,
    *,
    token: str,
    action: Action,
    reason: DeclineReason | None = None,
    sharing: Sharing | None = None,
) -> tuple[Introduction, Party]:
    """Take a step by the link of a letter: the introduction, and the side that the link speaks for.

    Raises TokenUnusable, and what ``take_action`` raises.
    """
    introduction, by = find_by_token(work.session, tokens=work.tokens, token=token)
    take_action(work, introduction_id=introduction.id, action=action, by=by, reason=reason, sharing=sharing)
    return introduction, by.party


def answer_for(work: Work, *, need_id: int, citizen_id: int, yes: bool, by: Actor) -> None:
    """Act on what a citizen said to a need outside of these pages: a yes offers help or accepts, a no declines or withdraws.

    What has ended stays so. Raises as ``offer``, but for AlreadyIntroduced.
    """
    if yes:
        with suppress(AlreadyIntroduced):
            offer(work, need_id=need_id, citizen_id=citizen_id, by=by)
        return
    known = queries.find_between(work.session, need_id=need_id, citizen_id=citizen_id)
    if known is not None and known.state in ASKS[Party.CITIZEN]:
        act(work, introduction_id=known.id, action=Action.DECLINE, by=by, reason=DeclineReason.OTHER)
    elif known is not None and known.state in OPEN:
        act(work, introduction_id=known.id, action=Action.WITHDRAW, by=by)


def propose(work: Work, *, need_id: int, citizen_id: int, by: Actor) -> Introduction:
    """A group asks a citizen, or an organiser both. What the citizen offered already stays as it is.

    Raises Missing, NeedNotOpen, NotInSight, GroupOwesAnswers, AskedEnough, AlreadyIntroduced.
    """
    return _begin(work, need_id=need_id, citizen_id=citizen_id, by=by)


def _offer_known(work: Work, known: Introduction, by: Actor) -> Introduction:
    # As it is now: who offers twice at one moment is told no more than who does so later.
    _lock_group(work, known.group_id)
    known = lock(work, known.id)
    if known.state in ASKS[Party.CITIZEN]:
        return act(work, introduction_id=known.id, action=Action.ACCEPT, by=by)
    if Action.OFFER_AGAIN in actions_for(known.state, Party.CITIZEN):
        return offer_again(work, introduction_id=known.id, by=by)
    if known.state in OPEN:
        return known
    raise AlreadyIntroduced(known)


def _begin(work: Work, *, need_id: int, citizen_id: int, by: Actor) -> Introduction:
    need = work.session.get(Need, need_id)
    if need is None:
        raise Missing(need_id)
    match = _match(work, need, citizen_id, by)
    # Locked in the order group, need, citizen, as everywhere, so that no two wait for each other.
    _lock_group(work, need.group_id)
    need = _lock_need(work, need_id)
    _check_open(need, now=work.now)
    citizen = work.session.scalars(
        select(Citizen).where(Citizen.id == citizen_id).with_for_update(of=Citizen)
    ).one_or_none()
    if citizen is None:
        raise Missing(citizen_id)
    known = queries.find_between(work.session, need_id=need_id, citizen_id=citizen_id)
    if known is not None:
        raise AlreadyIntroduced(known)
    check_meets(work.session, need, now=work.now)
    if match is None:
        raise NotInSight(citizen_id)
    started = Introduction(
        need_id=need_id,
        citizen_id=citizen_id,
        group_id=need.group_id,
        territory_id=need.territory_id,
        begun_by=by.party,
        begun_at=work.now,
        score=match.total,
        match=match_to_mapping(match),
    )
    if by.party is not Party.CITIZEN:
        _ask(work, started, need)
    begin_state(work, started, BEGINNINGS[by.party], action=None, by=by)
    for party in sorted(OWING[started.state]):
        tell(work, started, NoticeKind.ASKED, party)
    return started


def _match(work: Work, need: Need, citizen_id: int, by: Actor) -> Match | None:
    """How the two fit; None where whoever asks does not see the citizen. Raises Missing, OwnNeed to who offers."""
    if by.party is not Party.CITIZEN:
        return matching.citizen_in_sight(work.session, need, citizen_id=citizen_id, now=work.now)
    # Whoever offers knows what they can do and how far they go; gates only guard from being asked.
    explanation = matching.explain(work.session, need, citizen_id=citizen_id, now=work.now)
    if explanation.gate is Gate.OWN_GROUP:
        raise OwnNeed
    return explanation.match


def _lock_group(work: Work, group_id: int) -> None:
    """Let whoever else counts what the group owes wait."""
    work.session.execute(select(StartupGroup.id).where(StartupGroup.id == group_id).with_for_update())


def _check_open(need: Need, *, now: datetime) -> None:
    if matching_queries.need_state(need, now=now) is not NeedState.OPEN:
        raise NeedNotOpen


def _lock_need(work: Work, need_id: int) -> Need:
    need = groups.lock_need(work, need_id=need_id)
    if need is None:
        raise Missing(need_id)
    return need


def _ask(work: Work, started: Introduction, need: Need) -> None:
    """Take one of the times that a citizen may be asked this month; raises AskedEnough."""
    month = f"{local_day(work.now, need.group.territory.time_zone):%Y-%m}"
    taken = set(
        work.session.scalars(
            select(Introduction.asked_place).where(
                Introduction.citizen_id == started.citizen_id, Introduction.asked_month == month
            )
        )
    )
    free = [place for place in range(1, ASKED_A_MONTH + 1) if place not in taken]
    if not free:
        raise AskedEnough
    started.asked_month, started.asked_place = month, free[0]
