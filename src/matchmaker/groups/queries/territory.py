"""What the page of a territory shows: each défi with its newest groups and needs, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries.groups import ON_A_CARD, open_on
from matchmaker.places.models import Challenge, Territory
from matchmaker.places.rules import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeGroups:
    """A défi with its newest groups and open needs, and how many of each it has in all."""

    challenge: Challenge
    groups: tuple[StartupGroup, ...]
    groups_count: int
    needs: tuple[Need, ...]
    needs_count: int


def challenges_with_groups(
    session: Session,
    *,
    territory: Territory,
    challenges: Sequence[Challenge],
    now: datetime,
    each: int,
) -> Sequence[ChallengeGroups]:
    """Some défis of a territory, each with its newest groups and open needs, of both ``each`` at most."""
    today = local_day(now, territory.time_zone)
    chosen = [challenge.id for challenge in challenges]
    groups = select(StartupGroup).where(
        StartupGroup.challenge_id.in_(chosen), StartupGroup.closed_at.is_(None)
    )
    needs = (
        select(Need)
        .join(Need.group)
        .where(Need.territory_id == territory.id, StartupGroup.challenge_id.in_(chosen), open_on(today))
    )
    newest_groups = _newest(session, groups, StartupGroup, each)
    newest_needs = _newest(session, needs, Need, each)
    group_counts, need_counts = _counted(session, groups), _counted(session, needs)
    return [
        ChallengeGroups(
            challenge=challenge,
            groups=tuple(group for group in newest_groups if group.challenge_id == challenge.id),
            groups_count=group_counts.get(challenge.id, 0),
            needs=tuple(need for need in newest_needs if need.group.challenge_id == challenge.id),
            needs_count=need_counts.get(challenge.id, 0),
        )
        for challenge in challenges
    ]


def open_needs_of(session: Session, groups: Sequence[StartupGroup], *, today: date) -> dict[int, int]:
    """How many open needs some groups have, by the group's number; groups without any are left out."""
    counted = (
        select(Need.group_id, func.count().label("number"))
        .where(Need.group_id.in_([group.id for group in groups]), open_on(today))
        .group_by(Need.group_id)
    )
    return {one.group_id: one.number for one in session.execute(counted)}


def _newest(session: Session, query: Select[Any], model: Any, each: int) -> Sequence[Any]:
    """Of the groups or needs of each défi the newest, ``each`` at most."""
    newest = (model.created_at.desc(), model.id.desc())
    place = func.row_number().over(partition_by=StartupGroup.challenge_id, order_by=newest)
    placed = query.with_only_columns(model.id, place.label("place")).subquery()
    shown = select(model).join(placed, placed.c.id == model.id).where(placed.c.place <= each)
    return session.scalars(shown.order_by(*newest).options(*(ON_A_CARD if model is Need else ()))).all()


def _counted(session: Session, query: Select[Any]) -> dict[int, int]:
    """How many groups or needs each défi has, by its number."""
    counted = query.with_only_columns(
        StartupGroup.challenge_id, func.count().label("number"), maintain_column_froms=True
    ).group_by(StartupGroup.challenge_id)
    return {one.challenge_id: one.number for one in session.execute(counted)}
