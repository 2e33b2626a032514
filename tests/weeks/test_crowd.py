"""Everybody who may start a week does so at once: it is one week, and one letter each."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from matchmaker.base.db import make_session_factory
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import system_clock
from tests.builders import add_organiser
from tests.cli.command import Command
from tests.cli.processes import PATIENCE, eventually, free_port, running
from tests.doors import make_app, signed_in, works_of
from tests.extent import part_of
from tests.mailbox import Mailbox
from tests.weeks.towns import check_promise, letters, make_town, received, runs, states

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

READERS = part_of(500)


def test_web_schedulers_and_cron_at_once_make_one_week(
    command: Command, fresh_engine: Engine, smtp_server: Mailbox
) -> None:
    app = make_app(make_session_factory(fresh_engine), clock=system_clock)
    works = works_of(app)
    with works.begin() as work:
        world = make_town(work, readers=READERS)
        # An hour ago in a zone where that was on this day: the organiser's week is the one that is due.
        for territory in (world.territory, world.other_territory):
            territory.time_zone = "UTC" if 2 <= work.now.hour < 22 else "Etc/GMT-6"
            due = work.now.astimezone(ZoneInfo(territory.time_zone)) - timedelta(hours=1)
            territory.digest_weekday, territory.digest_hour = due.isoweekday(), due.hour
        organiser = add_organiser(work, world.territory)
    person = signed_in(app, organiser)
    cookie, token = person.keys()
    port = free_port()

    def ask(_: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with closing(connection):
            form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
            body = urlencode({"csrf_token": token, "confirm": "y"})
            connection.request("POST", "/t/valence-romans/week/send", body, form)
            return connection.getresponse().status

    def listens() -> bool:
        with suppress(OSError):
            return ask(0) == 302
        return False

    with (
        running(command, "serve", f"--port={port}", WEB_WORKERS="4"),
        running(command, "scheduler"),
        running(command, "scheduler"),
        ThreadPoolExecutor(5) as threads,
    ):
        cron = threads.submit(lambda: [command.run("digest", "run").stdout for _ in range(4)])
        eventually(listens)
        assert set(threads.map(ask, range(12))) == {302}
        cron.result()
        eventually(lambda: states(works)[MessageState.SENT] == READERS)
    check_promise(works, received(smtp_server), doubts_at_most=0)
    assert len(smtp_server.received) == READERS
    assert len(letters(works)) == READERS
    assert len(runs(works)) == 1
