"""Introductions with what their pages show."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.base.paging import BEGINNING, ROWS, Order, Page, Place, page_of
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.introductions.models import Introduction, IntroductionEvent, IntroductionMessage, NeedFollower
from matchmaker.introductions.rules import (
    ASKED,
    ASKS,
    IN_FORCE,
    OPEN,
    Party,
    State,
)


def is_asked() -> ColumnElement[bool]:
    """Whether not both have accepted yet."""
    return Introduction.state.in_(sorted(ASKED))


def find_introduction(session: Session, *, introduction_id: int) -> Introduction | None:
    """An introduction with all that its page shows."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.id == introduction_id)
        .options(
            *SHOWN,
            selectinload(Introduction.events).options(
                joinedload(IntroductionEvent.account), joinedload(IntroductionEvent.relay)
            ),
        )
    ).one_or_none()


def find_between(session: Session, *, need_id: int, citizen_id: int) -> Introduction | None:
    """The introduction between a need and a citizen."""
    return session.scalars(
        select(Introduction).where(Introduction.need_id == need_id, Introduction.citizen_id == citizen_id)
    ).one_or_none()


def asked_for_need(session: Session, *, need_id: int) -> Sequence[Introduction]:
    """The introductions to a need to which not both have agreed yet, locked, in the order of their numbers."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.need_id == need_id, is_asked())
        .order_by(Introduction.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()


def places_held(session: Session, *, need_id: int) -> int:
    """How many places of a need its introductions hold."""
    held = select(func.count()).where(Introduction.need_id == need_id, Introduction.holds_place)
    return session.scalar(held) or 0


def place_holders(session: Session, *, need_id: int) -> Sequence[Citizen | None]:
    """Who holds a place of a need, in the order in which it began with them; None for who has left."""
    held = (
        select(Introduction)
        .where(Introduction.need_id == need_id, Introduction.holds_place)
        .order_by(Introduction.begun_at, Introduction.id)
        .options(joinedload(Introduction.citizen).joinedload(Citizen.account))
    )
    return [one.citizen for one in session.scalars(held)]


class Part(StrEnum):
    """A part of somebody's introductions: by whose turn it is, or how far they are."""

    WAITING = "waiting"
    AGREED = "agreed"
    WAITED_FOR = "waited-for"
    ENDED = "ended"


def introductions_of(
    session: Session, *, account_id: int, part: Part, place: Place = BEGINNING, size: int = ROWS
) -> Page[Introduction]:
    """A page of a part of the introductions in which an account has a side, the newest change first."""
    own = select(Citizen.id).where(Citizen.account_id == account_id)
    as_citizen = and_(Introduction.citizen_id.is_not(None), Introduction.citizen_id.in_(own))
    groups = select(Membership.group_id).where(Membership.account_id == account_id)
    for_group = Introduction.group_id.in_(groups)
    owed = or_(
        and_(as_citizen, Introduction.state.in_(sorted(ASKS[Party.CITIZEN]))),
        and_(for_group, not_(as_citizen), Introduction.state.in_(sorted(ASKS[Party.GROUP]))),
    )
    those = {
        Part.WAITING: owed,
        Part.AGREED: Introduction.state.in_(sorted(OPEN & IN_FORCE)),
        Part.WAITED_FOR: and_(Introduction.state.in_(sorted(OPEN - IN_FORCE)), not_(owed)),
        Part.ENDED: Introduction.state.not_in(sorted(OPEN)),
    }
    query = select(Introduction).where(or_(as_citizen, for_group), those[part]).options(*SHOWN)
    order = Order(keys=(Introduction.since, Introduction.id), descending=True)
    return page_of(session, query, order=order, place=place, size=size)


def side_of(introduction: Introduction, *, account_id: int) -> Party:
    """The side that an account has in one of its introductions; whoever has both is the citizen."""
    citizen = introduction.citizen
    return Party.CITIZEN if citizen and citizen.account_id == account_id else Party.GROUP


def introductions_of_citizens(
    session: Session, *, citizen_ids: Iterable[int]
) -> dict[tuple[int, int], Introduction]:
    """What stands between some citizens, a hundred or so, and needs, by the ids of need and citizen."""
    query = select(Introduction).where(Introduction.citizen_id.in_(sorted(set(citizen_ids))))
    return {
        (introduction.need_id, introduction.citizen_id): introduction
        for introduction in session.scalars(query)
        if introduction.citizen_id is not None
    }


def introduced_needs(session: Session, *, territory_id: int) -> Mapping[CitizenId, set[NeedId]]:
    """The needs for which each citizen of a territory was introduced, whatever became of it, by the citizen's id."""
    rows = session.execute(
        select(Introduction.citizen_id, Introduction.need_id)
        .join(Citizen, Citizen.id == Introduction.citizen_id)
        .where(Citizen.territory_id == territory_id)
    )
    found: dict[CitizenId, set[NeedId]] = {}
    for citizen_id, need_id in rows:
        if citizen_id is not None:
            found.setdefault(citizen_id, set()).add(need_id)
    return found


def introductions_for_need(session: Session, *, need_id: int) -> Sequence[Introduction]:
    """The introductions to a need, with the citizens' first names and skills, in the order of their beginning."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.need_id == need_id, Introduction.citizen_id.is_not(None))
        .order_by(Introduction.begun_at, Introduction.id)
        .options(
            joinedload(Introduction.citizen).options(
                joinedload(Citizen.account), selectinload(Citizen.skills)
            )
        )
    ).all()


def introductions_at_relay(
    session: Session, *, relay_id: int, place: Place = BEGINNING, size: int = ROWS
) -> Page[Introduction]:
    """A page of the introductions of a relay's people, those that wait for their answer first, the oldest first."""
    query = (
        select(Introduction)
        .join(Citizen, Citizen.id == Introduction.citizen_id)
        .where(Citizen.relay_id == relay_id, Introduction.state.in_(OPEN))
        .options(*SHOWN, joinedload(Introduction.citizen).joinedload(Citizen.telephone))
    )
    later = case((Introduction.state == State.PROPOSED, 0), else_=1)
    order = Order(keys=(later, Introduction.since, Introduction.id))
    return page_of(session, query, order=order, place=place, size=size)


def find_at_relay(session: Session, *, relay_id: int, introduction_id: int) -> Introduction:
    """An introduction of one of a relay's people; raises NoResultFound for any other."""
    return session.scalars(
        select(Introduction)
        .join(Citizen, Citizen.id == Introduction.citizen_id)
        .where(Citizen.relay_id == relay_id, Introduction.id == introduction_id)
    ).one()


def messages_of(session: Session, *, introduction_id: int) -> Sequence[IntroductionMessage]:
    """The thread of an introduction, the first message first, with its authors."""
    return session.scalars(
        select(IntroductionMessage)
        .where(IntroductionMessage.introduction_id == introduction_id)
        .order_by(IntroductionMessage.written_at, IntroductionMessage.id)
        .options(joinedload(IntroductionMessage.author))
    ).all()


def is_follower(session: Session, *, need_id: int, account_id: int) -> bool:
    """Whether an account is told when a need is open again."""
    return session.get(NeedFollower, (need_id, account_id)) is not None


def has_met(session: Session, *, group_id: int) -> bool:
    """Whether there ever was an introduction to a group."""
    return session.scalar(select(exists().where(Introduction.group_id == group_id))) or False


SHOWN = (
    joinedload(Introduction.need).options(joinedload(Need.commune), selectinload(Need.wanted)),
    joinedload(Introduction.group).options(
        joinedload(StartupGroup.challenge), joinedload(StartupGroup.territory)
    ),
    joinedload(Introduction.citizen).options(
        joinedload(Citizen.account),
        joinedload(Citizen.commune),
        joinedload(Citizen.relay),
        selectinload(Citizen.skills),
    ),
)
