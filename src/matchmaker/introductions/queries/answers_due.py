"""Who owes an introduction a yes or no."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaker.base.ids import AccountId
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership
from matchmaker.groups.rules import Role
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.queries.introductions import SHOWN
from matchmaker.introductions.rules import (
    ASKS,
    Party,
)


def unanswered_by(session: Session, *, group_ids: Iterable[int]) -> Mapping[int, int]:
    """How many people wait for the yes or no of some groups; a group that keeps nobody waiting is not in it."""
    rows = session.execute(
        select(Introduction.group_id, func.count().label("number"))
        .where(
            Introduction.group_id.in_(sorted(set(group_ids))),
            Introduction.state.in_(sorted(ASKS[Party.GROUP])),
        )
        .group_by(Introduction.group_id)
    )
    return {row.group_id: row.number for row in rows}


def count_waiting(session: Session, *, account_id: int) -> int:
    """How many introductions an account owes a yes or no, as ``waiting_for`` lists them."""
    as_citizen = Introduction.citizen_id.in_(select(Citizen.id).where(Citizen.account_id == account_id))
    for_group = Introduction.citizen_id.is_not(None) & Introduction.group_id.in_(
        select(Membership.group_id).where(Membership.account_id == account_id, Membership.role == Role.LEAD)
    )
    owed = or_(
        as_citizen & Introduction.state.in_(sorted(ASKS[Party.CITIZEN])),
        for_group & Introduction.state.in_(sorted(ASKS[Party.GROUP])),
    )
    return session.scalar(select(func.count()).select_from(Introduction).where(owed)) or 0


def waiting_for(session: Session, *, account_ids: Iterable[int]) -> Sequence[tuple[AccountId, Introduction]]:
    """Which accounts owe which introductions a yes or no, the oldest first; for a group its leads do."""
    wanted = sorted(set(account_ids))
    of_citizens = session.execute(
        select(Citizen.account_id, Introduction)
        .join(Introduction, Introduction.citizen_id == Citizen.id)
        .where(
            Citizen.account_id.in_(wanted),
            Introduction.state.in_(sorted(ASKS[Party.CITIZEN])),
        )
        .options(*SHOWN)
    ).all()
    of_groups = session.execute(
        select(Membership.account_id, Introduction)
        .join(Introduction, Introduction.group_id == Membership.group_id)
        .where(
            Membership.account_id.in_(wanted),
            Membership.role == Role.LEAD,
            Introduction.citizen_id.is_not(None),
            Introduction.state.in_(sorted(ASKS[Party.GROUP])),
        )
        .options(*SHOWN)
    ).all()
    found = [
        (account_id, introduction)
        for account_id, introduction in (*of_citizens, *of_groups)
        if account_id is not None
    ]
    return sorted(found, key=lambda pair: (pair[1].since, pair[1].id, pair[0]))
