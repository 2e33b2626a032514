"""Wanting to be told when a need is open again."""

from sqlalchemy import select

from matchmaker.base.work import Missing, Work
from matchmaker.groups import service as groups
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.introductions.models import NeedFollower
from matchmaker.introductions.rules.verbs import IntroductionVerb
from matchmaker.matching import queries as matching_queries


class NeedIsOpen(Exception):
    """There is nothing to wait for."""


def follow(work: Work, *, need_id: int, account_id: int) -> None:
    """Be told when a need is open again; twice is as good as once. Raises Missing, NeedIsOpen."""
    need = groups.lock_need(work, need_id=need_id)
    if need is None or need.state is NeedState.DRAFT or need.group.closed_at is not None:
        raise Missing(need_id)
    if matching_queries.need_state(need, now=work.now) is NeedState.OPEN:
        raise NeedIsOpen
    if work.session.get(NeedFollower, (need_id, account_id)) is None:
        work.session.add(NeedFollower(need_id=need_id, account_id=account_id, since=work.now))
        work.session.flush()
        work.record(IntroductionVerb.FOLLOWED, Need, need_id, territory_id=need.territory_id)


def unfollow(work: Work, *, need_id: int, account_id: int) -> None:
    """Be told nothing after all."""
    followed = work.session.scalars(
        select(NeedFollower).where(NeedFollower.need_id == need_id, NeedFollower.account_id == account_id)
    ).one_or_none()
    if followed is not None:
        work.session.delete(followed)
        work.session.flush()
        territory_id = work.session.get_one(Need, need_id).territory_id
        work.record(IntroductionVerb.UNFOLLOWED, Need, need_id, territory_id=territory_id)
