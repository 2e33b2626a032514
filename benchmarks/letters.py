"""One week's letters from the request to the mail server, on SQLite and on a PostgreSQL that waits for its disk."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy import Engine, event, select

from benchmarks.service import MEASURED
from benchmarks.sink import sink
from benchmarks.town import make_town
from matchmaker import web
from matchmaker.app import create_app
from matchmaker.base import migrate
from matchmaker.base.logs import set_up_logs
from matchmaker.base.settings import Settings
from matchmaker.digests import service as digests
from matchmaker.digests.service.runs import plan_run
from matchmaker.places.models import Territory
from matchmaker.post import delivery
from matchmaker.web import Site
from tests import databases, postgres

ENGINES = ("sqlite", "postgres")
SIZES = (1_000, 5_000, 20_000)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SECONDS_LIMIT = 300
MEGABYTES_LIMIT = 300


def letters(part: int = 1) -> None:
    """Print the figures of each engine and size; each week runs in a process of its own."""
    print(
        f"one week's letters, handed to a mail server on this machine (5,000 held to {SECONDS_LIMIT} s, all to "
        f"{MEGABYTES_LIMIT} MB), load before {os.getloadavg()[0]:.1f}:"
    )
    for engine in ENGINES:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as folder, _database(engine, folder) as url:
                alone("town", url, size // part)
                with sink() as (port, taken):
                    figures = json.loads(alone("week", url, port))
                    counted = taken()
            assert set(counted.values()) == {1}, "a letter came twice"
            assert len(counted) == figures["letters"]
            words = "  ".join(f"{name} {value}" for name, value in figures.items())
            print(f"  {engine}  people {size // part}  {words}", flush=True)


def one(step: str, url: str, number: int) -> None:
    """What `letters` starts for itself: the making of a town of so many, or its week with the mail server's port."""
    set_up_logs("error")
    if step == "town":
        site = site_of(url)
        migrate.upgrade(site.engine)
        with site.works.begin() as work:
            make_town(work, people=number)
        site.engine.dispose()
    else:
        print(json.dumps(week(site_of(url, mail_host="127.0.0.1", mail_port=number))))


def week(site: Site) -> dict[str, float]:
    """Run the week as the scheduler does: seconds of each step, statements to the database, and the peak of memory."""
    before = _peak()
    with _statements(site.engine) as statements:
        started = perf_counter()
        with site.works.begin() as work:
            territory_id = work.session.scalars(select(Territory.id)).one()
            run = digests.request_week(work, territory_id=territory_id, started_by=None)
        plan_run(site.works, run_id=run.id)
        planned, peak_planned, asked = perf_counter(), _peak(), len(statements)
        number = digests.advance(site.works)
        written, asked = perf_counter(), len(statements) - asked
        asked_at_delivery = len(statements)
        delivered = delivery.deliver(site.works, site.settings, limit=number + 1)
        done, asked_at_delivery = perf_counter(), len(statements) - asked_at_delivery
    site.engine.dispose()
    return {
        "letters": delivered.sent,
        "plan_s": round(planned - started, 1),
        "write_s": round(written - planned, 1),
        "deliver_s": round(done - written, 1),
        "all_s": round(done - started, 1),
        "letters_a_second_written": round(number / (written - planned)),
        "letters_a_second_delivered": round(delivered.sent / (done - written)),
        "queries_a_hundred_written": round(100 * asked / number),
        "queries_a_hundred_delivered": round(100 * asked_at_delivery / number),
        "mb_before": before,
        "mb_planned": peak_planned,
        "mb": _peak(),
    }


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/town.sqlite"
        return
    with postgres.own_server() as server, databases.empty_postgres(server.url) as url:
        yield url


def alone(step: str, url: str, number: int) -> str:
    """What a step prints that runs as a process of its own: `one`."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "letters", step, url, str(number)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def site_of(url: str, *, clock: Callable[[], datetime] = lambda: NOW, **settings: object) -> Site:
    """An installation that is measured, over a database."""
    values = {**MEASURED, "database_url": url, **settings}
    site: Site = create_app(Settings.model_validate(values), clock=clock).extensions[web.EXTENSION]
    return site


@contextmanager
def _statements(engine: Engine) -> Iterator[list[None]]:
    """One item for each statement that the database is given inside the block."""
    given: list[None] = []

    def note(*_: object) -> None:
        given.append(None)

    event.listen(engine, "before_cursor_execute", note)
    yield given
    event.remove(engine, "before_cursor_execute", note)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
