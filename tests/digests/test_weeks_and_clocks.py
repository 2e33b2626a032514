"""One run a week, whatever the clocks do: two nights of change, a 53rd week, a machine's clock thrown ahead and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.digests import service
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState
from matchmaker.places.models import Territory
from tests import builders
from tests.builders import NOW
from tests.clock import MovableClock
from tests.digests.weeks import add_quiet_need, run_due
from tests.doors import works_of

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def works(app: Flask, clock: MovableClock) -> WorkFactory:
    """Units of work at the time of the clock."""
    return replace(works_of(app), clock=clock)


@pytest.fixture
def ticking(works: WorkFactory, clock: MovableClock) -> MovableClock:
    """The clock of a territory in which one citizen has one need to hear of."""
    with works.begin() as work:
        world = builders.make_world(work)
        add_quiet_need(work, world.challenge)
        builders.add_citizen(work, world.territory)
        world.territory.created_at = NOW - timedelta(days=2)
        # This one is not there yet in any test.
        world.other_territory.created_at = datetime(2100, 1, 1, tzinfo=UTC)
    return clock


def weeks(works: WorkFactory) -> list[tuple[str, RunState]]:
    """The runs in their order, with what became of them."""
    with works.begin() as work:
        rows = work.session.scalars(select(DigestRun).order_by(DigestRun.id)).all()
        return [(run.iso_week, run.state) for run in rows]


@pytest.mark.parametrize(
    ("saturday", "hour", "expected"),
    [
        (datetime(2026, 3, 28, tzinfo=UTC), 2, ["2026-W13", "2026-W14"]),
        (datetime(2026, 10, 24, tzinfo=UTC), 2, ["2026-W43", "2026-W44"]),
        (datetime(2027, 1, 2, tzinfo=UTC), 23, ["2026-W53", "2027-W01"]),
    ],
    ids=["to summer time", "to winter time", "a 53rd week"],
)
def test_two_sundays_have_a_run_each_whatever_their_nights_are_like(
    works: WorkFactory, ticking: MovableClock, saturday: datetime, hour: int, expected: list[str]
) -> None:
    with works.begin() as work:
        territory = work.session.scalars(select(Territory).where(Territory.slug == "valence-romans")).one()
        territory.digest_weekday, territory.digest_hour, territory.created_at = 7, hour, saturday
    ticking.now = saturday
    asked = []
    while ticking.now < saturday + timedelta(days=9):
        asked.append(service.request_due(works))
        ticking.advance(HOUR / 2)
    assert [week for week, _ in weeks(works)] == expected
    assert sum(asked) == 2


def test_a_clock_thrown_a_week_ahead_and_back_sends_each_week_once(
    works: WorkFactory, ticking: MovableClock
) -> None:
    assert run_due(works) == 1
    ticking.advance(WEEK)
    assert run_due(works) == 1, "the clock says that it is the week after"
    ticking.advance(-WEEK)
    assert run_due(works) == 0
    for _ in range(2 * 7 * 24):
        ticking.advance(HOUR)
        run_due(works)
    assert weeks(works) == [
        ("2026-W48", RunState.SENDING),
        ("2026-W49", RunState.SENDING),
        ("2026-W50", RunState.SENDING),
    ]
    assert len(letters(works)) == 1, "there was one thing to tell"


def test_a_clock_put_back_three_hours_over_the_letters_hour_sends_nothing_again(
    works: WorkFactory, ticking: MovableClock
) -> None:
    ticking.now = NOW.replace(hour=7, minute=0)
    assert run_due(works) == 1
    ticking.advance(-3 * HOUR)
    asked = []
    for _ in range(24):
        asked.append(run_due(works))
        ticking.advance(HOUR)
    assert sum(asked) == 0
    assert weeks(works) == [("2026-W48", RunState.SENDING)]
    assert len(letters(works)) == 1


def letters(works: WorkFactory) -> list[OutboxMessage]:
    """The weekly letters in the outbox."""
    with works.begin() as work:
        query = select(OutboxMessage).where(OutboxMessage.kind == "digests.weekly")
        return list(work.session.scalars(query))
