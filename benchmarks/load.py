"""A town of twenty thousand as its people meet it: each page of each role over HTTP, then all of them at once."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from flask import Flask
from sqlalchemy import event

from benchmarks.cookies import cookie_of, quantile
from benchmarks.crowd import SLUG, crowd
from benchmarks.history import Cast, add_history, cast_of
from benchmarks.served import Line, Served, serving
from benchmarks.service import MEASURED
from benchmarks.town import make_town
from matchmaker.app import create_app
from matchmaker.base import migrate
from matchmaker.base.logs import set_up_logs
from matchmaker.base.settings import Settings
from tests import databases, postgres
from tests.cli.processes import free_port
from tests.doors import site_of

ENGINES = ("sqlite", "postgres")
WORKERS = 2
PEOPLE = 20_000
ROUNDS = 15

MEDIAN, P95 = 50, 150
"""Milliseconds of a page when it is quiet."""

FIRST = 1_000
"""Milliseconds of the first page of a process that has just begun to answer."""

STATEMENTS = 40
KILOBYTES = 60
MEGABYTES = 350


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page, and who opens it."""

    role: str
    path: str
    account_id: int | None = None


def load(arguments: Sequence[str]) -> None:
    """Print each figure beside what it is held to, for each engine and number of people."""
    options = _options(arguments)
    set_up_logs("error")
    print(f"load before {os.getloadavg()[0]:.1f}")
    for people in options.people:
        for engine in options.engines:
            with tempfile.TemporaryDirectory() as folder, _database(engine, folder) as url:
                _measure(f"{engine}, {people} people", url, people, options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench load", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--people", nargs="+", type=int, default=[PEOPLE], help="several show the growth")
    parser.add_argument("--weeks", type=int, default=8, help="of history")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is opened")
    parser.add_argument("--pages", default="", help="only those whose address holds this")
    parser.add_argument("--seconds", type=int, default=600, help="of the mixed load; 0 for none")
    parser.add_argument("--rate", type=float, default=50, help="requests a second")
    parser.add_argument("--changes", type=float, default=2, help="changes a second")
    return parser.parse_args(arguments)


def _measure(name: str, url: str, people: int, options: argparse.Namespace) -> None:
    port = free_port()
    settings = {**MEASURED, "base_url": f"http://127.0.0.1:{port}", "database_url": url}
    started = perf_counter()
    app = create_app(Settings.model_validate(settings))
    site = site_of(app)
    migrate.upgrade(site.engine)
    with site.works.begin() as work:
        make_town(work, people=people)
    with site.works.begin() as work:
        add_history(work, weeks=options.weeks)
        cast = cast_of(work)
    # As PostgreSQL does by itself within minutes.
    with site.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    print(f"{name}, {options.weeks} weeks of history (made in {perf_counter() - started:.0f} s):", flush=True)
    visits = [visit for visit in _visits(cast) if options.pages in visit.path]
    cookies = {
        visit.account_id: cookie_of(app, visit.account_id) for visit in visits if visit.account_id is not None
    }
    _fresh(settings, port, visits, cookies)
    with serving(settings, port=port, workers=WORKERS) as served:
        _quiet(app, served, visits, cookies, options.rounds)
        if options.seconds:
            crowd(app, served, cast, seconds=options.seconds, rate=options.rate, changes=options.changes)
    site.engine.dispose()


def _visits(cast: Cast) -> list[Visit]:
    citizen = cast.citizens[len(cast.citizens) // 2]
    lead, need_id = cast.leads[len(cast.leads) // 2]
    pages: Mapping[tuple[str, int | None], Sequence[str]] = {
        ("visitor", None): [
            "/",
            f"/t/{SLUG}",
            f"/t/{SLUG}/needs?q=cuisine",
            f"/t/{SLUG}/groups",
            f"/needs/{need_id}",
            "/skills?q=cuis",
        ],
        ("citizen", citizen): [
            "/home",
            f"/t/{SLUG}",
            f"/needs/{need_id}",
            "/profile/skills",
            "/introductions",
        ],
        ("lead", lead): ["/home", "/my-groups", f"/needs/{need_id}", f"/needs/{need_id}/citizens"],
        ("organiser", cast.organiser): [
            f"/t/{SLUG}/desk",
            f"/t/{SLUG}/week",
            f"/t/{SLUG}/introductions",
            f"/t/{SLUG}/words",
            f"/t/{SLUG}/relays",
            f"/needs/{need_id}/citizens",
        ],
        ("relay", cast.relay_worker): [f"/relays/{cast.relay_id}", f"/relays/{cast.relay_id}/letters"],
    }
    return [
        Visit(role=role, account_id=account_id, path=path)
        for (role, account_id), paths in pages.items()
        for path in paths
    ]


def _fresh(
    settings: Mapping[str, str], port: int, visits: Sequence[Visit], cookies: Mapping[int, str]
) -> None:
    """How long a process takes to its first answer, and to the first page of each kind that is slow at first."""
    first = [
        visit
        for visit in visits
        if (visit.role, visit.path.rpartition("/")[2]) in {("citizen", "home"), ("lead", "citizens")}
    ]
    for visit in first:
        started = perf_counter()
        with serving(settings, port=port, workers=1):
            ready = perf_counter() - started
            answer = Line(port, cookie=cookies.get(visit.account_id or 0)).get(visit.path)
        print(
            f"  first request of a fresh process, {visit.path}: {answer.milliseconds:.0f} ms "
            f"({_held(answer.milliseconds, FIRST)}), {ready:.1f} s after its start",
            flush=True,
        )


def _quiet(
    app: Flask, served: Served, visits: Sequence[Visit], cookies: Mapping[int, str], rounds: int
) -> None:
    """Each page of each role, one after the other, half of the requests to each process."""
    print(f"  milliseconds over HTTP, median (held to {MEDIAN}) and 95th of a hundred (held to {P95}):")
    for visit in visits:
        times, answer = [], None
        for worker in served.workers():
            line = Line(served.port, worker, cookie=cookies.get(visit.account_id or 0))
            line.get(visit.path)
            for _ in range((rounds + 1) // 2):
                answer = line.get(visit.path)
                times.append(answer.milliseconds)
            line.close()
        assert answer is not None
        median, p95 = statistics.median(times), quantile(times, 0.95)
        statements = _statements(app, visit)
        size = len(answer.body.encode()) / 1000
        good = median <= MEDIAN and p95 <= P95 and statements <= STATEMENTS and size <= KILOBYTES
        print(
            f"    {median:7.1f} {p95:7.1f}  {statements:3} statements  {size:5.1f} kB  {answer.status}"
            f"  {'' if good else 'NOT '}as held to  {visit.role:9} {visit.path}",
            flush=True,
        )
    told = ", ".join(map(str, served.megabytes()))
    print(f"  memory of the processes: {told} MB ({_held(max(served.megabytes()), MEGABYTES)})", flush=True)


def _statements(app: Flask, visit: Visit) -> int:
    """What a page asks of the database, in this process: the second time, as the first may keep what it has read."""
    client = app.test_client()
    if visit.account_id is not None:
        client.set_cookie("session", cookie_of(app, visit.account_id))
    client.get(visit.path)
    given: list[None] = []

    def note(*_: object) -> None:
        given.append(None)

    engine = site_of(app).engine
    event.listen(engine, "before_cursor_execute", note)
    client.get(visit.path)
    event.remove(engine, "before_cursor_execute", note)
    return len(given)


def _held(figure: float, limit: float) -> str:
    return f"held to {limit:.0f}" + ("" if figure <= limit else ", NOT kept")


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/town.sqlite"
        return
    with postgres.own_server() as server, databases.empty_postgres(server.url) as url:
        yield url
