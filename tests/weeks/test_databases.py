"""A database that crashes or has no room for a while, in the midst of a week."""

import resource
import time
from collections.abc import Iterator

import pytest

from matchmaker.base.work import WorkFactory
from matchmaker.digests import service as digests
from matchmaker.post.delivery import LEASE
from tests import databases, postgres
from tests.cli.processes import eventually
from tests.databases import Template
from tests.mailbox import Mailbox
from tests.postgres import OwnServer
from tests.weeks.programs import FileClock, Place, beat, running
from tests.weeks.towns import check_promise, letters, make_town, received, settled

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

READERS = 120
CRASHES = 4


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """A PostgreSQL for this test alone."""
    with postgres.own_server() as own:
        yield own


def test_a_postgresql_that_crashes_four_times_in_a_week_doubles_nothing(
    server: OwnServer, smtp_server: Mailbox, clock: FileClock
) -> None:
    with databases.empty_postgres(server.url) as url:
        databases.make_schema(url)
        place = Place(url=url, mail_port=smtp_server.port, clock=clock)
        site = place.site()
        with site.works.begin() as work:
            make_town(work, readers=READERS)
        with running(beat, place), running(beat, place):
            for _ in range(CRASHES):
                enough = len(smtp_server.received) + 15
                eventually(lambda enough=enough: len(smtp_server.received) >= enough)  # type: ignore[misc]
                server.crash()
                # What a sender had claimed waits until its lease has ended.
                clock.advance(LEASE)
            eventually(lambda: len(smtp_server.received) >= READERS - 4 * CRASHES)
            clock.advance(LEASE)
            eventually(lambda: settled(site.works))
        # Each of the two senders had at most one letter in hand, and one more when the clock was moved.
        check_promise(site.works, received(smtp_server), doubts_at_most=4 * CRASHES)
        assert len(letters(site.works)) == READERS
        site.engine.dispose()


@pytest.fixture
def template(sqlite_template: Template) -> Template:
    """An SQLite file."""
    return sqlite_template


def test_an_sqlite_that_has_no_room_for_a_while_loses_and_doubles_nothing(
    place: Place, works: WorkFactory, clock: FileClock, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        make_town(work, readers=READERS)
    digests.request_due(works)
    with running(beat, place) as process:
        for enough in (0, 20, 60):
            eventually(lambda enough=enough: len(smtp_server.received) >= enough)  # type: ignore[misc]
            # The kernel lets the process write no file beyond this size, as a full disk would.
            resource.prlimit(process.pid or 0, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
            eventually(lambda: stuck(smtp_server))
            assert len(smtp_server.received) < READERS
            resource.prlimit(process.pid or 0, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            # What the sender had claimed waits until its lease has ended.
            clock.advance(LEASE)
        eventually(lambda: len(smtp_server.received) >= READERS - 6)
        clock.advance(LEASE)
        eventually(lambda: settled(works))
    check_promise(works, received(smtp_server), doubts_at_most=6)
    assert len(letters(works)) == READERS


def stuck(mailbox: Mailbox) -> bool:
    """Whether nothing came for longer than a beat lasts."""
    before = len(mailbox.received)
    time.sleep(2.5)
    return len(mailbox.received) == before
