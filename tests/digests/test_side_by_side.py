"""Two transactions that are open at the same moment, on whose locks it hangs that nothing is written or sent twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from matchmaker.base import leases
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import service
from matchmaker.digests.models import DigestLetter, DigestRun
from matchmaker.digests.service import runs
from matchmaker.digests.service.runs import keep_plan
from matchmaker.digests.service.writing import write_letters
from matchmaker.post import delivery
from tests import builders
from tests.cli.processes import PATIENCE
from tests.digests.weeks import add_quiet_need, plan_run
from tests.kernel.letters import outbox

Answer = TypeVar("Answer")

A_MOMENT = 0.5
"""Seconds for the second transaction: PostgreSQL lets it pass by what is locked, SQLite lets it wait for the first."""


def beside(works: WorkFactory, first: Callable[[Work], object], second: Callable[[Work], Answer]) -> Answer:
    """What ``second`` answers when it begins while ``first`` has done its work and is not yet committed."""

    def begin() -> Answer:
        with works.begin() as work:
            return second(work)

    with ThreadPoolExecutor(1) as pool:
        with works.begin() as work:
            first(work)
            work.session.flush()
            beginning = pool.submit(begin)
            wait([beginning], timeout=A_MOMENT)
        return beginning.result(timeout=PATIENCE)


@pytest.fixture
def run_id(live_works: WorkFactory) -> int:
    """A planned run of four letters."""
    with live_works.begin() as work:
        world = builders.make_world(work)
        add_quiet_need(work, world.challenge)
        for number in range(4):
            builders.add_citizen(work, world.territory, address=f"v{number}@example.org")
        world.territory.created_at = work.now - timedelta(days=2)
        run = service.request_week(work, territory_id=world.territory.id, started_by=None)
        plan_run(work, run)
        return run.id


def states(works: WorkFactory) -> list[MessageState]:
    """The state of each letter in the outbox."""
    return [message.state for message in outbox(works)]


def test_two_who_write_a_run_write_each_letter_once(live_works: WorkFactory, run_id: int) -> None:
    beside(live_works, write_letters, write_letters)

    service.advance(live_works)
    assert len(outbox(live_works)) == 4
    with live_works.begin() as work:
        written = select(func.count(DigestLetter.message_id.distinct()))
        assert work.session.scalar(written.where(DigestLetter.run_id == run_id)) == 4


def test_who_pauses_a_run_holds_what_is_being_written(live_works: WorkFactory, run_id: int) -> None:
    paused = beside(live_works, write_letters, lambda work: service.pause_run(work, run_id=run_id))

    assert paused
    assert states(live_works) == [MessageState.HELD] * 4


def test_two_who_plan_a_run_keep_one_plan(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = builders.make_world(work)
        add_quiet_need(work, world.challenge)
        builders.add_citizen(work, world.territory)
        run_id = service.request_week(work, territory_id=world.territory.id, started_by=None).id
    with live_works.reading() as session:
        run = session.get_one(DigestRun, run_id)
        plan = service.plan_of(session, run, now=live_works.clock(), tokens=live_works.tokens)

    kept = beside(
        live_works,
        lambda work: keep_plan(work, run_id=run_id, plan=plan, few=()),
        lambda work: keep_plan(work, run_id=run_id, plan=plan, few=()),
    )

    assert kept is False


def test_two_senders_claim_two_letters(live_works: WorkFactory, run_id: int) -> None:
    service.advance(live_works)
    claimed: list[int] = []

    def claim(work: Work) -> None:
        claimed.extend(message.id for message in delivery.claim(work, at_most=1))

    beside(live_works, claim, claim)

    assert len(set(claimed)) == 2
    assert states(live_works).count(MessageState.CLAIMED) == 2


def test_a_run_that_one_process_plans_is_left_to_it_and_one_that_was_left_is_planned_by_another(
    live_works: WorkFactory,
) -> None:
    """The first has lost its lease while it planned, as a machine does that was cut off: it keeps nothing."""
    with live_works.begin() as work:
        world = builders.make_world(work)
        builders.add_citizen(work, world.territory)
        run_id = service.request_week(work, territory_id=world.territory.id, started_by=None).id
    later = replace(live_works, clock=lambda: builders.NOW + leases.LASTS)
    met: list[bool] = []

    def meet_others() -> bool:
        if not met:
            met.append(runs.plan_run(live_works, run_id=run_id))
            met.append(runs.plan_run(later, run_id=run_id))
        return True

    assert not runs.plan_run(live_works, run_id=run_id, going_on=meet_others)
    assert met == [False, True]
