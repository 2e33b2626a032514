"""Several machines on one PostgreSQL, as processes with clocks of their own."""

import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from matchmaker.digests import service as digests
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState
from matchmaker.places.models import Territory
from matchmaker.post import delivery
from matchmaker.post.delivery import LEASE, Delivered
from tests import builders
from tests.cli.processes import PATIENCE
from tests.extent import chosen
from tests.kernel.letters import outbox, post
from tests.kernel.scripted_smtp import scripted_server
from tests.weeks.programs import FileClock, Place, plan_together, send, send_by_another_clock, start

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

MACHINES = 4
TERRITORIES = 50 if chosen.full else 8
PEOPLE = ["amina@example.org", "lou@example.org", "zoe@example.org", "noe@example.org"]


@pytest.fixture
def shared(works: WorkFactory) -> WorkFactory:
    """Units of work of a machine that is one of several, whose leases the database's clock measures."""
    with works.begin() as work:
        if work.session.get_bind().dialect.name == "sqlite":
            pytest.skip("SQLite is for one machine")
    return replace(works, database_clock=True)


def test_four_machines_plan_each_week_once(place: Place, shared: WorkFactory, tmp_path: Path) -> None:
    with shared.begin() as work:
        model = builders.make_world(work).territory
        own = {"id", "slug", "name"}
        same = {
            column.key: getattr(model, column.key)
            for column in Territory.__mapper__.column_attrs
            if column.key not in own
        }
        for number in range(TERRITORIES - 2):
            work.session.add(Territory(**same, slug=f"territoire-{number}", name=f"Territoire {number}"))
        work.session.flush()
        for territory_id in work.session.scalars(select(Territory.id)).all():
            digests.request_week(work, territory_id=territory_id, started_by=None)
    planned = tmp_path / "planned"
    planned.touch()
    processes = [start(plan_together, place, planned, MACHINES) for _ in range(MACHINES)]
    for process in processes:
        process.join(PATIENCE)
        assert process.exitcode == 0
    by_process = Counter(planned.read_text(encoding="utf-8").split())
    assert by_process.total() == TERRITORIES
    assert len(by_process) > 1
    with shared.begin() as work:
        assert set(work.session.scalars(select(DigestRun.state))) == {RunState.SENDING}


@pytest.mark.parametrize("off", [timedelta(minutes=10), -timedelta(minutes=10)])
def test_a_clock_that_is_ten_minutes_off_makes_no_letter_doubtful(
    place: Place, shared: WorkFactory, off: timedelta
) -> None:
    post(shared, *PEOPLE)
    with shared.begin() as work:
        leaving, *claimed = delivery.claim(work, at_most=3)
        assert delivery.begin_sending(work, leaving)
    other = start(send_by_another_clock, place, off)
    other.join(PATIENCE)
    assert other.exitcode == 0
    # What nobody held it has sent, if it is due by its clock.
    free = MessageState.SENT if off > timedelta() else MessageState.PENDING
    states = [message.state for message in outbox(shared)]
    assert states == [MessageState.SENDING, MessageState.CLAIMED, MessageState.CLAIMED, free]
    with shared.begin() as work:
        assert delivery.begin_sending(work, claimed[0])


def test_a_machine_that_was_cut_off_with_letters_in_hand_sends_none_of_them_twice(
    place: Place, works: WorkFactory, clock: FileClock
) -> None:
    """It sleeps with the second of four under way, and the others claimed, while another sends what it may."""
    post(works, *PEOPLE)
    asleep, bodies = Event(), []
    with scripted_server() as server:

        def put_to_sleep(said: str) -> None:
            if said == "BODY":
                bodies.append(said)
                if len(bodies) == 2:
                    os.kill(sleeper.pid or 0, signal.SIGSTOP)
                    asleep.set()

        server.before = put_to_sleep
        here = replace(place, mail_port=server.port)
        sleeper = start(send, here)
        assert asleep.wait(PATIENCE)
        clock.advance(LEASE)
        assert delivery.deliver(works, here.settings) == Delivered(sent=2)
        os.kill(sleeper.pid or 0, signal.SIGCONT)
        sleeper.join(PATIENCE)
        assert sleeper.exitcode == 0
        assert len(server.letters) == 4
    assert [message.state for message in outbox(works)] == [
        MessageState.SENT,
        MessageState.UNKNOWN,
        MessageState.SENT,
        MessageState.SENT,
    ]
