"""A process may die at any commit of the week, sleep past its lease, or be asked to end: the week comes out the same."""

import os
import random
import signal
import time
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.digests import queries
from matchmaker.digests.models import DigestLetter
from matchmaker.digests.rules import RunState, iso_week
from matchmaker.post import delivery
from matchmaker.post.delivery import LEASE, Delivered
from tests.cli.processes import PATIENCE, eventually
from tests.extent import part_of
from tests.kernel.letters import letter, only
from tests.kernel.scripted_smtp import scripted_server
from tests.mailbox import Mailbox
from tests.weeks.programs import DIED, FileClock, Place, beat, live_a_week, live_and_die, running, send, start
from tests.weeks.towns import (
    add_news,
    check_promise,
    letters,
    make_town,
    received,
    runs,
    settled,
    states,
    written,
)

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

WEEK = timedelta(days=7)
READERS = 2
KILLS = part_of(40)
TOLD = part_of(250)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_week_whose_process_dies_at_any_commit_is_taken_up_within_five_minutes(
    place: Place, works: WorkFactory, clock: FileClock, smtp_server: Mailbox, after: bool
) -> None:
    with works.begin() as work:
        make_town(work, readers=READERS)
    live_a_week(works, place.settings)
    died_at: list[str] = []
    survived = False
    while not survived:
        clock.advance(WEEK)
        with works.begin() as work:
            add_news(work)
        smtp_server.received.clear()
        process = start(live_and_die, place, len(died_at) + 1, after)
        process.join()
        survived = process.exitcode == 0
        assert survived or process.exitcode == DIED
        step = step_of_this_week(works)
        died_at.append(step)

        live_a_week(works, place.settings)
        clock.advance(LEASE)
        live_a_week(works, place.settings)

        got, week = received(smtp_server), this_week(works)
        assert len(week) == READERS
        assert max(got.values(), default=0) <= 1
        lost = [state for recipient, state in week.items() if not got[recipient]]
        doubtful = [state for state in week.values() if state is MessageState.UNKNOWN]
        assert set(lost) <= {MessageState.UNKNOWN}
        assert len(doubtful) == (step == "settle")
        assert set(week.values()) <= {MessageState.SENT, MessageState.UNKNOWN}
    assert set(died_at) == {"request", "plan", "write", "claim", "send", "settle", "nothing"}


def this_week(works: WorkFactory) -> dict[str, MessageState]:
    """The states of the letters of this week's run, by recipient."""
    with works.begin() as work:
        newest = select(DigestLetter.iso_week).order_by(DigestLetter.id.desc()).limit(1).scalar_subquery()
        rows = work.session.execute(
            select(OutboxMessage.recipient, OutboxMessage.state)
            .join(DigestLetter, DigestLetter.message_id == OutboxMessage.id)
            .where(DigestLetter.iso_week == newest)
        )
        return dict(rows.all())


def step_of_this_week(works: WorkFactory) -> str:
    """The first step of this week that is not done, for any of its letters."""
    week = iso_week(works.clock(), "Europe/Paris")
    run = next((run for run in runs(works) if run.iso_week == week), None)
    if run is None:
        return "request"
    if run.state is RunState.PREPARING:
        return "plan"
    with works.begin() as work:
        unwritten = queries.progress(work.session, run).unwritten
    if unwritten:
        return "write"
    found = set(this_week(works).values())
    for state, step in (
        (MessageState.SENDING, "settle"),
        (MessageState.CLAIMED, "send"),
        (MessageState.PENDING, "claim"),
    ):
        if state in found:
            return step
    return "nothing"


def test_many_kills_double_nothing_and_leave_a_doubt_each_at_most(
    place: Place, works: WorkFactory, clock: FileClock, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        make_town(work, readers=TOLD)
    rng = random.Random(40)
    processes = [start(beat, place) for _ in range(2)]
    for kill in range(KILLS):
        enough = len(smtp_server.received) + rng.randrange(1, 9)
        if kill >= KILLS // 8:
            eventually(lambda enough=enough: len(smtp_server.received) >= enough or not waiting(works))  # type: ignore[misc]
        # Between two letters, or in the midst of one; the first die while they plan and write.
        time.sleep(rng.uniform(0, 0.01 if kill >= KILLS // 8 else 0.5))
        victim = rng.randrange(2)
        processes[victim].kill()
        processes[victim].join()
        processes[victim] = start(beat, place)
    eventually(lambda: not waiting(works))
    clock.advance(LEASE)
    eventually(lambda: settled(works))
    for process in processes:
        process.terminate()
        process.join()
    check_promise(works, received(smtp_server), doubts_at_most=KILLS)
    assert len(letters(works)) == TOLD
    assert [run.iso_week for run in runs(works)] == ["2026-W48"]


def waiting(works: WorkFactory) -> bool:
    """Whether letters are to be written, or wait for a sender."""
    return not written(works) or bool(states(works)[MessageState.PENDING])


@pytest.mark.parametrize(("verb", "doubts"), [("RCPT", 0), ("BODY", 1)])
def test_a_sender_that_slept_past_its_lease_sends_nothing_when_it_wakes(
    place: Place, works: WorkFactory, clock: FileClock, verb: str, doubts: int
) -> None:
    with works.begin() as work:
        work.post(letter())
    asleep = Event()
    with scripted_server() as server:

        def put_to_sleep(said: str) -> None:
            if said == verb and not asleep.is_set():
                os.kill(sleeper.pid or 0, signal.SIGSTOP)
                asleep.set()

        server.before = put_to_sleep
        here = replace(place, mail_port=server.port)
        sleeper = start(send, here)
        assert asleep.wait(PATIENCE)
        clock.advance(LEASE)
        assert delivery.deliver(works, here.settings) == Delivered(sent=1 - doubts)
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        sleeper.join()
        assert sleeper.exitcode == 0
        assert len(server.letters) == 1
        assert server.verbs.count("DATA") == 1
    assert only(works).state is (MessageState.UNKNOWN if doubts else MessageState.SENT)


def test_a_scheduler_that_is_asked_to_end_in_the_midst_of_a_week_is_gone_before_its_end_and_leaves_no_doubt(
    place: Place, works: WorkFactory, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        make_town(work, readers=100)
    with running(beat, place) as process:
        eventually(lambda: len(smtp_server.received) >= 20)
        process.terminate()
        process.join(PATIENCE)
        assert process.exitcode == 0
    counts = states(works)
    assert set(counts) == {MessageState.SENT, MessageState.PENDING}
    assert counts[MessageState.SENT] == len(smtp_server.received)
    with running(beat, place):
        eventually(lambda: set(states(works)) == {MessageState.SENT})
    check_promise(works, received(smtp_server), doubts_at_most=0)
