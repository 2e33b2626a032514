"""The introductions of a territory, for those who run its desk."""

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.base.paging import BEGINNING, Order, Page, Place, page_of
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.queries.introductions import SHOWN
from matchmaker.introductions.rules import (
    OPEN,
    DeclineReason,
    State,
    Step,
)


def on_the_board(session: Session, *, territory_id: int, place: Place = BEGINNING) -> Page[Introduction]:
    """The introductions of a territory that have waited so long that organisers should look at them, the oldest first."""
    query = (
        select(Introduction)
        .where(
            and_(Introduction.territory_id == territory_id, Introduction.step >= Step.ON_THE_BOARD),
            Introduction.state.in_(OPEN),
            Introduction.citizen_id.is_not(None),
        )
        .options(*SHOWN)
    )
    return page_of(session, query, order=Order(keys=(Introduction.since, Introduction.id)), place=place)


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
        .options(*SHOWN)
    ).all()
