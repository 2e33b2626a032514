"""One process at a time at a piece of work."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.base import leases
from matchmaker.base.leases import LASTS, Lease
from matchmaker.base.work import Work, WorkFactory
from tests.clock import MovableClock
from tests.races import at_once


def take(works: WorkFactory) -> leases.Held | None:
    """The lease of the test's work."""
    with works.begin() as work:
        return leases.take(work, "work")


def test_one_has_a_lease_until_it_is_given_back(works: WorkFactory) -> None:
    held = take(works)
    assert held is not None
    assert take(works) is None
    with works.begin() as work:
        assert leases.take(work, "other work") is not None
        leases.give_back(work, held)
    assert take(works) is not None


def test_a_lease_that_has_ended_goes_to_who_asks_and_its_former_holder_has_lost_it(
    works: WorkFactory, clock: MovableClock
) -> None:
    first = take(works)
    clock.advance(LASTS)
    second = take(works)
    assert first is not None
    assert second is not None
    with works.begin() as work:
        assert not leases.renew(work, first)
        leases.give_back(work, first)
        assert leases.renew(work, second)
    assert take(works) is None


def test_one_that_has_ended_is_lost_though_nobody_took_it(works: WorkFactory, clock: MovableClock) -> None:
    held = take(works)
    clock.advance(LASTS)
    with works.begin() as work:
        assert held is not None
        assert not leases.renew(work, held)


def test_long_work_renews_its_lease_and_ends_once_it_is_lost(works: WorkFactory, clock: MovableClock) -> None:
    held, minutes, stopped = take(works), [0.0], [False]
    assert held is not None
    going_on = leases.while_held(
        works, held, lambda: not stopped[0], passed=lambda: 60 * minutes[0], every=timedelta(minutes=1)
    )
    for _ in range(9):
        assert going_on()
        minutes[0] += 1
        clock.advance(timedelta(minutes=1))
    assert going_on()
    assert take(works) is None
    clock.advance(LASTS)
    # Until it looks again it does not know.
    assert going_on()
    minutes[0] += 1
    assert not going_on()
    clock.advance(-LASTS)
    minutes[0] += 1
    assert not going_on()


def test_it_ends_when_it_is_told_to(works: WorkFactory) -> None:
    held = take(works)
    assert held is not None
    assert not leases.while_held(works, held, lambda: False)()


def test_of_several_at_one_moment_one_gets_it(live_works: WorkFactory) -> None:
    def ask(work: Work) -> leases.Held | None:
        return leases.take(work, "work")

    assert sum(held is not None for held in at_once(live_works, [ask] * 4)) == 1


@pytest.mark.parametrize("off", [timedelta(minutes=10), -timedelta(minutes=10)])
def test_on_postgres_the_clock_of_a_machine_counts_for_nothing(
    live_works: WorkFactory, off: timedelta
) -> None:
    with live_works.begin() as work:
        if work.session.get_bind().dialect.name == "sqlite":
            pytest.skip("one machine has one clock")
    shared = replace(live_works, database_clock=True)
    other = replace(shared, clock=lambda: live_works.clock() + off)
    held = take(shared)
    assert held is not None
    assert take(other) is None
    with other.begin() as work:
        assert leases.renew(work, held)
        until = work.session.scalars(select(Lease.until)).one()
        now = work.session.scalar(select(work.shared_now))
    assert now is not None
    assert timedelta() < until - now <= LASTS
