"""Reads about groups and their needs."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from matchmaker.accounts.models import Account
from matchmaker.base.acts import Act
from matchmaker.base.text import alphabetical
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import GroupVerb, NeedState, Role
from matchmaker.places.models import Commune, Territory, TerritoryCommune
from matchmaker.places.rules import Spot, local_day


def open_on(today: date) -> ColumnElement[bool]:
    """Whether a need is open on ``today``, its last day included."""
    return and_(Need.state == NeedState.OPEN, or_(Need.until.is_(None), Need.until >= today))


def groups_of(session: Session, *, account_id: int) -> Sequence[StartupGroup]:
    """The groups that an account belongs to, by name; those that have ended are not among them."""
    found = session.scalars(
        select(StartupGroup)
        .join(Membership)
        .where(Membership.account_id == account_id, StartupGroup.closed_at.is_(None))
        .order_by(StartupGroup.id)
        .options(joinedload(StartupGroup.challenge), joinedload(StartupGroup.territory))
    )
    return sorted(found, key=lambda group: alphabetical(group.name))


def groups_led_alone(session: Session, *, account_id: int) -> Sequence[StartupGroup]:
    """The groups that an account alone leads, by id; those that have ended are not among them."""
    other = aliased(Membership)
    shared = exists().where(
        other.group_id == Membership.group_id, other.role == Role.LEAD, other.account_id != account_id
    )
    return session.scalars(
        select(StartupGroup)
        .join(Membership)
        .where(
            Membership.account_id == account_id,
            Membership.role == Role.LEAD,
            StartupGroup.closed_at.is_(None),
            ~shared,
        )
        .order_by(StartupGroup.id)
    ).all()


def closed_groups_of(session: Session, *, account_id: int) -> Sequence[StartupGroup]:
    """The groups of an account that have ended and are not deleted yet, the newest end first."""
    return session.scalars(
        select(StartupGroup)
        .join(Membership)
        .where(Membership.account_id == account_id, StartupGroup.closed_at.is_not(None))
        .order_by(StartupGroup.closed_at.desc(), StartupGroup.id)
        .options(joinedload(StartupGroup.territory))
    ).all()


def closed_groups_in(session: Session, *, territory_id: int) -> Sequence[StartupGroup]:
    """The groups of a territory that have ended and are not deleted yet, the newest end first."""
    return session.scalars(
        select(StartupGroup)
        .where(StartupGroup.territory_id == territory_id, StartupGroup.closed_at.is_not(None))
        .order_by(StartupGroup.closed_at.desc(), StartupGroup.id)
    ).all()


def groups_left(session: Session, *, account_id: int) -> frozenset[int]:
    """The ids of the groups that an account was in and left, for as long as that is on record."""
    left = (GroupVerb.LEFT, GroupVerb.MEMBER_REMOVED)
    acts = session.scalars(
        select(Act.detail).where(
            Act.subject_kind == Account.__tablename__, Act.subject_id == account_id, Act.action.in_(left)
        )
    )
    return frozenset(int(detail["group"]) for detail in acts if detail and "group" in detail)


def find_group(session: Session, *, group_id: int) -> StartupGroup | None:
    """A group with its members."""
    return session.scalars(
        select(StartupGroup)
        .where(StartupGroup.id == group_id)
        .options(
            joinedload(StartupGroup.challenge),
            joinedload(StartupGroup.territory),
            selectinload(StartupGroup.memberships).joinedload(Membership.account),
        )
    ).one_or_none()


def find_need(session: Session, *, need_id: int) -> Need | None:
    """A need with what it asks for and its group."""
    return session.scalars(
        select(Need)
        .where(Need.id == need_id)
        .options(
            joinedload(Need.group).joinedload(StartupGroup.territory),
            joinedload(Need.commune),
            selectinload(Need.wanted),
        )
    ).one_or_none()


def role_of(session: Session, *, group_id: int, account_id: int | None) -> Role | None:
    """What an account is in a group, or None for a stranger."""
    if account_id is None:
        return None
    return session.scalar(
        select(Membership.role).where(Membership.group_id == group_id, Membership.account_id == account_id)
    )


def is_led(session: Session, *, group_id: int) -> bool:
    """Whether somebody leads a group."""
    leads = select(Membership.account_id).where(Membership.group_id == group_id, Membership.role == Role.LEAD)
    return session.scalar(leads.limit(1)) is not None


def needs_by_commune(session: Session, *, territory: Territory, now: datetime) -> Sequence[Spot]:
    """Every commune of a territory with how many open needs are met there."""
    counted = (
        select(Need.commune_code, func.count().label("number"))
        .where(Need.territory_id == territory.id, open_on(local_day(now, territory.time_zone)))
        .group_by(Need.commune_code)
        .subquery()
    )
    rows = session.execute(
        select(Commune.code, Commune.name, Commune.latitude, Commune.longitude, counted.c.number)
        .join(TerritoryCommune, TerritoryCommune.commune_code == Commune.code)
        .outerjoin(counted, counted.c.commune_code == Commune.code)
        .where(TerritoryCommune.territory_id == territory.id)
        .order_by(Commune.folded)
    )
    return [
        Spot(code=code, name=name, latitude=latitude, longitude=longitude, count=number or 0)
        for code, name, latitude, longitude, number in rows
    ]


def open_needs(session: Session, *, territory: Territory, now: datetime, limit: int = 12) -> Sequence[Need]:
    """The needs of a territory that are open today, the newest first."""
    return session.scalars(
        select(Need)
        .where(Need.territory_id == territory.id, open_on(local_day(now, territory.time_zone)))
        .order_by(Need.created_at.desc(), Need.id.desc())
        .limit(limit)
        .options(*ON_A_CARD, selectinload(Need.wanted))
    ).all()


ON_A_CARD = (
    joinedload(Need.group).joinedload(StartupGroup.challenge),
    joinedload(Need.commune).lazyload(Commune.postal_codes),
)
"""What a card of a need shows beside the need itself."""
