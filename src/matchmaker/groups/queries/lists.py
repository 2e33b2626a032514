"""The open needs and the groups of a territory as lists that people search and filter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, false, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.base.paging import BEGINNING, ROWS, Order, Page, Place, page_of
from matchmaker.base.search import has_word
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.groups.queries.groups import ON_A_CARD, open_on
from matchmaker.groups.rules import NeedKind, Stage
from matchmaker.places.models import Commune, Territory
from matchmaker.places.rules import local_day

NEWEST_NEEDS = Order(keys=(Need.created_at, Need.id), descending=True)
NEWEST_GROUPS = Order(keys=(StartupGroup.created_at, StartupGroup.id), descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed: its words, and the concepts that it may mean."""

    tokens: tuple[str, ...]
    concept_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFilter:
    """Which needs are looked for; what is None, or false, is all one.

    ``commune_codes`` are where they are met; with ``remote`` too, they may be done from home instead. ``hours`` a week
    at the most; who says none asks for few. On ``open_on`` they still have to be open.
    """

    asked: Asked | None = None
    challenge_id: int | None = None
    kind: NeedKind | None = None
    commune_codes: Collection[str] | None = None
    remote: bool = False
    hours: int | None = None
    open_on: date | None = None


def found_needs(session: Session, *, territory: Territory, now: datetime, where: NeedFilter) -> Select[Need]:
    """The needs of a territory that are open now and meet a filter, with what their cards show, in no order."""
    query = (
        select(Need)
        .join(Need.group)
        .where(Need.territory_id == territory.id, open_on(local_day(now, territory.time_zone)))
        .options(*ON_A_CARD)
    )
    if where.asked is not None:
        query = query.where(_meets(session, where.asked))
    if where.challenge_id is not None:
        query = query.where(StartupGroup.challenge_id == where.challenge_id)
    if where.kind is not None:
        query = query.where(Need.kind == where.kind)
    if where.commune_codes is not None:
        near = Need.commune_code.in_(sorted(where.commune_codes))
        query = query.where(or_(near, Need.remote) if where.remote else near)
    elif where.remote:
        query = query.where(Need.remote)
    if where.hours is not None:
        query = query.where(or_(Need.hours_a_week.is_(None), Need.hours_a_week <= where.hours))
    if where.open_on is not None:
        query = query.where(or_(Need.until.is_(None), Need.until >= where.open_on))
    return query


def _meets(session: Session, asked: Asked) -> ColumnElement[bool]:
    """Whether all the words stand in a need, in what it asks for or in what its group says; or it asks for a concept."""
    ways: list[ColumnElement[bool]] = []
    if asked.tokens:
        ways.append(and_(*(_has(session, token) for token in asked.tokens)))
    if asked.concept_ids:
        meant = select(WantedSkill.need_id).where(WantedSkill.concept_id.in_(sorted(asked.concept_ids)))
        ways.append(Need.id.in_(meant))
    return or_(*ways) if ways else false()


def _has(session: Session, token: str) -> ColumnElement[bool]:
    wanted = select(WantedSkill.need_id).where(has_word(session, WantedSkill, token))
    groups = select(StartupGroup.id).where(has_word(session, StartupGroup, token))
    return or_(
        has_word(session, Need, token),
        Need.id.in_(wanted),
        Need.group_id.in_(groups),
    )


def needs_of_group(
    session: Session,
    *,
    group_id: int,
    today: date,
    open_only: bool,
    place: Place = BEGINNING,
    size: int = ROWS,
) -> Page[Need]:
    """A page of the needs of a group, those open ``today`` first, or these alone; the newest first."""
    is_open = open_on(today)
    query = (
        select(Need)
        .where(Need.group_id == group_id, is_open if open_only else true())
        .options(joinedload(Need.commune).lazyload(Commune.postal_codes), selectinload(Need.wanted))
    )
    order = Order(keys=(case((is_open, 1), else_=0), Need.id), descending=True)
    return page_of(session, query, order=order, place=place, size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilter:
    """Which groups are looked for: those that say all the words, work on a défi, have come so far; None is all one."""

    tokens: tuple[str, ...] | None = None
    challenge_id: int | None = None
    stage: Stage | None = None


def found_groups(session: Session, *, territory_id: int, where: GroupFilter) -> Select[StartupGroup]:
    """The groups of a territory that have not ended and meet a filter, with their défis, in no order."""
    query = (
        select(StartupGroup)
        .where(StartupGroup.territory_id == territory_id, StartupGroup.closed_at.is_(None))
        .options(joinedload(StartupGroup.challenge))
    )
    if where.tokens is not None:
        said = [has_word(session, StartupGroup, token) for token in where.tokens]
        query = query.where(and_(*said) if said else false())
    if where.challenge_id is not None:
        query = query.where(StartupGroup.challenge_id == where.challenge_id)
    if where.stage is not None:
        query = query.where(StartupGroup.stage == where.stage)
    return query
