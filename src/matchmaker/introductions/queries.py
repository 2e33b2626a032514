"""Reads about introductions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import Role
from matchmaker.introductions.models import Introduction, IntroductionEvent, IntroductionMessage, NeedFollower
from matchmaker.introductions.rules import (
    ASKED,
    ASKS,
    OPEN,
    Action,
    AnswerSpeed,
    DeclineReason,
    Party,
    State,
    Step,
    answer_speed,
)

SPEED_OVER = timedelta(days=365)
"""How far back a group's answers count for how fast it answers."""


def is_asked() -> ColumnElement[bool]:
    """Whether not both have accepted yet."""
    return Introduction.state.in_(sorted(ASKED))


def find_introduction(session: Session, *, introduction_id: int) -> Introduction | None:
    """An introduction with all that its page shows."""
    return session.scalars(
        select(Introduction)
        .where(Introduction.id == introduction_id)
        .options(
            *_SHOWN,
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


def introductions_of(session: Session, *, account_id: int) -> Sequence[tuple[Introduction, Party]]:
    """All introductions in which an account has a side, and which, the newest change first."""
    as_citizen = Introduction.citizen_id.in_(select(Citizen.id).where(Citizen.account_id == account_id))
    for_group = Introduction.group_id.in_(
        select(Membership.group_id).where(Membership.account_id == account_id)
    )
    found = session.scalars(
        select(Introduction)
        .where(or_(as_citizen, for_group))
        .order_by(Introduction.since.desc(), Introduction.id.desc())
        .options(*_SHOWN)
    )
    return [
        (one, Party.CITIZEN if one.citizen and one.citizen.account_id == account_id else Party.GROUP)
        for one in found
    ]


def introductions_of_citizens(
    session: Session, *, citizen_ids: Iterable[int]
) -> dict[tuple[int, int], Introduction]:
    """What stands between some citizens, a hundred or so, and needs, by the ids of need and citizen."""
    query = select(Introduction).where(Introduction.citizen_id.in_(sorted(set(citizen_ids))))
    return {
        (one.need_id, one.citizen_id): one for one in session.scalars(query) if one.citizen_id is not None
    }


def introduced_needs(session: Session, *, territory_id: int) -> Mapping[int, set[int]]:
    """The needs for which each citizen of a territory was introduced, whatever became of it, by the citizen's id."""
    rows = session.execute(
        select(Introduction.citizen_id, Introduction.need_id)
        .join(Citizen, Citizen.id == Introduction.citizen_id)
        .where(Citizen.territory_id == territory_id)
    )
    found: dict[int, set[int]] = {}
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


def introductions_at_relay(session: Session, *, relay_id: int) -> Sequence[Introduction]:
    """The introductions of a relay's people, those that wait for their answer first, the oldest first."""
    return session.scalars(
        select(Introduction)
        .join(Citizen, Citizen.id == Introduction.citizen_id)
        .where(Citizen.relay_id == relay_id, Introduction.state.in_(OPEN))
        .order_by(Introduction.state != State.PROPOSED, Introduction.since, Introduction.id)
        .options(*_SHOWN)
    ).all()


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


def waiting_for(session: Session, *, account_ids: Iterable[int]) -> Sequence[tuple[int, Introduction]]:
    """Which accounts owe which introductions a yes or no, the oldest first; for a group its leads do."""
    wanted = sorted(set(account_ids))
    of_citizens = session.execute(
        select(Citizen.account_id, Introduction)
        .join(Introduction, Introduction.citizen_id == Citizen.id)
        .where(
            Citizen.account_id.in_(wanted),
            Introduction.state.in_(sorted(ASKS[Party.CITIZEN])),
        )
        .options(*_SHOWN)
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
        .options(*_SHOWN)
    ).all()
    found = [(account_id, one) for account_id, one in (*of_citizens, *of_groups) if account_id is not None]
    return sorted(found, key=lambda pair: (pair[1].since, pair[1].id, pair[0]))


def has_met(session: Session, *, group_id: int) -> bool:
    """Whether there ever was an introduction to a group."""
    return session.scalar(select(exists().where(Introduction.group_id == group_id))) or False


def speeds_of_groups(
    session: Session, *, group_ids: Iterable[int], now: datetime
) -> Mapping[int, AnswerSpeed]:
    """How fast groups answer those who offered help in the last year; nothing of one that fewer than five asked.

    One that still waits counts once a reminder would have been due, and one that the clock closed counts as unanswered.
    """
    wanted = sorted(set(group_ids))
    if not wanted:
        return {}
    answered = (
        select(func.min(IntroductionEvent.happened_at))
        .where(
            IntroductionEvent.introduction_id == Introduction.id,
            IntroductionEvent.by == Party.GROUP,
            IntroductionEvent.action.in_((Action.ACCEPT, Action.DECLINE)),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Introduction.group_id,
            Introduction.begun_at,
            answered.label("answered_at"),
            Introduction.state,
            Introduction.step,
        ).where(
            Introduction.group_id.in_(wanted),
            Introduction.begun_by == Party.CITIZEN,
            Introduction.begun_at > now - SPEED_OVER,
        )
    )
    waits: dict[int, list[timedelta | None]] = {}
    for row in rows:
        if row.answered_at is not None:
            waits.setdefault(row.group_id, []).append(row.answered_at - row.begun_at)
        elif row.state is State.CLOSED or (row.state is State.OFFERED and row.step >= Step.REMINDED):
            waits.setdefault(row.group_id, []).append(None)
    found = {group_id: answer_speed(its) for group_id, its in waits.items()}
    return {group_id: speed for group_id, speed in found.items() if speed is not None}


def on_the_board(session: Session, *, territory_id: int) -> Sequence[Introduction]:
    """The introductions of a territory that have waited so long that organisers should look at them, the oldest first."""
    return session.scalars(
        select(Introduction)
        .where(
            and_(Introduction.territory_id == territory_id, Introduction.step >= Step.ON_THE_BOARD),
            Introduction.state.in_(OPEN),
            Introduction.citizen_id.is_not(None),
        )
        .order_by(Introduction.since, Introduction.id)
        .options(*_SHOWN)
    ).all()


def counts_by_state(session: Session, *, territory_id: int) -> Sequence[tuple[State, int]]:
    """How many introductions of a territory are in each state that there are any in, in the order of the states."""
    rows = session.execute(
        select(Introduction.state, func.count().label("number"))
        .where(Introduction.territory_id == territory_id)
        .group_by(Introduction.state)
    )
    found = {row.state: row.number for row in rows}
    return [(state, found[state]) for state in State if state in found]


def endings(session: Session, *, territory_id: int) -> Sequence[tuple[float, bool]]:
    """The score of each introduction of a territory whose outcome was said, and whether it helped."""
    rows = session.execute(
        select(Introduction.score, Introduction.state).where(
            Introduction.territory_id == territory_id,
            Introduction.state.in_((State.HELPED, State.NOT_HELPED)),
        )
    )
    return [(score, state is State.HELPED) for score, state in rows]


def judged_ranking(session: Session, *, territory_id: int) -> Sequence[Introduction]:
    """The introductions of a territory that tell whether a citizen could help with a need, with the words of both."""
    judged = or_(
        Introduction.state.in_((State.HELPED, State.NOT_HELPED)),
        and_(Introduction.state == State.DECLINED, Introduction.reason == DeclineReason.NOT_MY_SKILL),
    )
    return session.scalars(
        select(Introduction)
        .where(Introduction.territory_id == territory_id, Introduction.citizen_id.is_not(None), judged)
        .order_by(Introduction.need_id, Introduction.citizen_id)
        .options(*_SHOWN)
    ).all()


_SHOWN = (
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
