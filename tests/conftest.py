"""What every test may ask for: databases on both engines, the application over them, and an SMTP server.

A test that takes ``database`` or ``fresh_engine`` runs twice, on SQLite and on PostgreSQL. With ``-k sqlite``
it runs on the first alone, and no PostgreSQL is started.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matchmaker.base.db import make_engine
from tests import databases, extent, mailbox, postgres
from tests.cli.command import Command
from tests.clock import MovableClock
from tests.databases import Database, Template
from tests.durations import Durations
from tests.extent import Extent
from tests.mailbox import Mailbox
from tests.steadily import Steadily

if TYPE_CHECKING:
    from flask import Flask

    from matchmaker.base.work import Work, WorkFactory
    from tests.builders import World
    from tests.doors import Person
    from tests.relays.places import Places

BACKENDS = ("sqlite", "postgres")
WHOLE_RUNS = ("measured", "not measured")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own."""
    add = parser.getgroup("matchmaker").addoption
    add("--renew-golden", action="store_true", help="write golden files anew; read their diff")
    add("--full", action="store_true", help="all random examples, kills and readers, not a third of them")
    add("--every-way", action="store_true", help="all combinations of language, colours, width and script")
    add("--renew-durations", action="store_true", help="write tests/durations.csv anew")
    add("--steadily", type=int, metavar="N", help="races, processes and stories N times, on a busy machine")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how much is done, before any test is read."""
    extent.choose(full=config.getoption("full"), every_way=config.getoption("every_way"))
    times = config.getoption("steadily")
    if times:
        config.pluginmanager.register(Steadily(times), "steadily")
    is_worker = hasattr(config, "workerinput")
    run = config.option.markexpr
    if run in WHOLE_RUNS and not is_worker and extent.chosen == Extent():
        renew = config.getoption("renew_durations")
        config.pluginmanager.register(Durations(run, renew=renew), "durations")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what runs with coverage: all that is not on PostgreSQL, nor marked as ``unmeasured``."""
    if not is_on_postgres(item) and not item.get_closest_marker("unmeasured"):
        item.add_marker("measured")


def is_on_postgres(item: pytest.Item) -> bool:
    """Whether a test runs on PostgreSQL."""
    return "postgres" in item.callspec.params.values() if hasattr(item, "callspec") else False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of the full run alone, and have the long ones come first: no worker ends long after the other."""
    if not extent.chosen.full:
        left_out = [
            item for item in items if is_on_postgres(item) and item.get_closest_marker("sqlite_daily")
        ]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: not any(map(item.get_closest_marker, ("slow", "unmeasured"))))


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """Leaves to the next test no logs but those that it sets up itself: a command that runs in this process has some."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this run of the tests share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Iterator[str]:
    """The address of the PostgreSQL server, without a database."""
    with postgres.server(run_folder) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Template:
    """An SQLite file with the schema."""
    return databases.sqlite_template(run_folder)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[Template]:
    """A PostgreSQL database with the schema."""
    with databases.postgres_template(postgres_server) as template:
        yield template


@pytest.fixture(scope="session", params=BACKENDS)
def template(request: pytest.FixtureRequest) -> Template:
    """A database with the schema and no rows, made by the migrations once."""
    made: Template = request.getfixturevalue(f"{request.param}_template")
    return made


@pytest.fixture(scope="session")
def engine(template: Template) -> Iterator[Engine]:
    """An engine of a database with the schema, shared by the tests of this process: write by ``database``."""
    with databases.copied(template) as made:
        yield made


@pytest.fixture(scope="session")
def settled_template(template: Template) -> Iterator[Template]:
    """A database with the small world of ``tests.builders.make_world``, made once for each process."""
    from tests.builders import settle

    with databases.filled(template, settle) as made:
        yield made


@pytest.fixture(scope="session")
def settled_engine(settled_template: Template) -> Iterator[Engine]:
    """As ``engine``, with the small world."""
    with databases.copied(settled_template) as made:
        yield made


@pytest.fixture
def settled() -> None:
    """Has the test's database, whichever it asks for, hold the small world: ``tests.builders.find_world``."""


@pytest.fixture
def database(request: pytest.FixtureRequest, template: Template) -> Iterator[Database]:
    """A database whose changes are undone after the test."""
    engine: Engine = request.getfixturevalue(
        "settled_engine" if "settled" in request.fixturenames else "engine"
    )
    with databases.rolled_back(engine) as isolated:
        yield isolated


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of ``database``."""
    with database.sessions() as opened:
        yield opened


@pytest.fixture
def fresh_engine(request: pytest.FixtureRequest, template: Template) -> Iterator[Engine]:
    """An engine of a database of the test's own, for tests with several connections or processes at once."""
    if "settled" in request.fixturenames:
        template = request.getfixturevalue("settled_template")
    with databases.copied(template) as made:
        yield made


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A real SMTP server that keeps what it receives."""
    with mailbox.smtp_server() as opened:
        yield opened


@pytest.fixture
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path, backend: str) -> Iterator[Engine]:
    """An engine of a database of the test's own that has no schema."""
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
        made = make_engine(url)
        yield made
        made.dispose()
    else:
        with databases.empty_postgres(request.getfixturevalue("postgres_server")) as url:
            made = make_engine(url)
            yield made
            made.dispose()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The name of each database engine in turn."""
    name: str = request.param
    return name


# The application is imported where it is asked for: most tests of rules and of tools never need it.


@pytest.fixture
def clock() -> MovableClock:
    """The clock of ``app`` and ``live_app``; it stands still until the test moves it."""
    return MovableClock()


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    """The whole application over ``database``: what it commits is undone after the test."""
    from tests.doors import make_app

    return make_app(database.sessions, clock=clock)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    """The units of work of ``app``."""
    from tests.doors import works_of

    return works_of(app)


@pytest.fixture
def work(works: WorkFactory) -> Iterator[Work]:
    """A unit of work in the database of ``app`` that is open as long as the test."""
    with works.begin() as opened:
        yield opened


@pytest.fixture
def world(settled: None, works: WorkFactory) -> World:
    """A small world in the database of ``app``: see ``tests.builders.make_world``."""
    from tests.builders import find_world

    with works.begin() as work:
        return find_world(work.session)


@pytest.fixture
def person(app: Flask) -> Person:
    """A visitor at the doors of ``app``, with a browser of their own and no script."""
    from tests.doors import visitor

    return visitor(app)


@pytest.fixture
def places(works: WorkFactory, world: World) -> Places:
    """Two relays with who works there, in the database of ``app``."""
    from tests.relays.places import make_places

    with works.begin() as work:
        return make_places(work, world)


@pytest.fixture
def nadia(app: Flask, places: Places) -> Person:
    """Nadia, who works at the library, signed in."""
    from tests.doors import signed_in

    return signed_in(app, places.nadia)


@pytest.fixture
def live_app(fresh_engine: Engine, clock: MovableClock) -> Iterator[Flask]:
    """The application on a database of the test's own, by real connections: for threads, processes, waiting."""
    from tests.doors import live_app

    with live_app(fresh_engine.url.render_as_string(hide_password=False), clock=clock) as opened:
        yield opened


@pytest.fixture
def live_works(live_app: Flask) -> WorkFactory:
    """The units of work of ``live_app``."""
    from tests.doors import works_of

    return works_of(live_app)


@pytest.fixture
def named_engine(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """``fresh_engine``, whose database the environment names: for commands that run in this process."""
    settings = {
        # As an operator writes it.
        "DATABASE_URL": fresh_engine.url.render_as_string(hide_password=False).replace("+psycopg", ""),
        "SECRET_KEY": "a secret that is long enough for the tests",
        "BASE_URL": "http://localhost",
        "MAIL_FROM": "bonjour@territoire.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"MATCHMAKER_{name}", value)
    return fresh_engine


@pytest.fixture
def command(fresh_engine: Engine, smtp_server: Mailbox, tmp_path: Path) -> Command:
    """``matchmaker`` as a process with ``fresh_engine``'s database and ``smtp_server``, in an empty folder."""
    return Command(
        folder=tmp_path,
        settings={
            "SECRET_KEY": "a secret that is long enough for the tests",
            "BASE_URL": "http://localhost",
            "DATABASE_URL": fresh_engine.url.render_as_string(hide_password=False),
            "MAIL_FROM": "bonjour@territoire.example",
            "MAIL_HOST": smtp_server.host,
            "MAIL_PORT": str(smtp_server.port),
        },
    )
