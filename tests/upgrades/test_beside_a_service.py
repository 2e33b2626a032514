"""An upgrade of PostgreSQL while the service runs: pages wait for it no longer than the limits say."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import Engine, inspect, text

from matchmaker.base import migrate
from matchmaker.base.db import make_engine
from tests import databases
from tests.cli.command import Command

BEFORE = "0007"
"""The next revision after it changes a table, in which letters wait."""


@pytest.fixture
def engine(postgres_server: str) -> Iterator[Engine]:
    """A PostgreSQL database at a former revision."""
    with databases.empty_postgres(postgres_server) as url:
        made = make_engine(url)
        migrate.upgrade(made, to=BEFORE)
        yield made
        made.dispose()


@pytest.fixture
def command(engine: Engine, tmp_path: Path) -> Command:
    """The command for that database."""
    url = engine.url.render_as_string(hide_password=False)
    return Command(folder=tmp_path, settings={"DATABASE_URL": url})


def until_it_waits(engine: Engine, upgrade: Future[CompletedProcess[str]]) -> None:
    """Return when the upgrade stands in line for a table, or has ended."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(waiting) and not upgrade.done():
            time.sleep(0.02)


def test_on_postgres_an_upgrade_gives_up_a_table_that_is_in_use(engine: Engine, command: Command) -> None:
    indexes = inspect(engine).get_indexes("outbox_messages")
    read = text("SELECT count(*) FROM outbox_messages")
    with engine.connect() as user, ThreadPoolExecutor() as pool:
        user.execute(read)
        upgrade = pool.submit(command.try_to_run, "db", "upgrade")
        until_it_waits(engine, upgrade)
        with engine.connect() as page:
            # Who comes after the upgrade stands in line behind it: for ever, if it waited as long as the user reads.
            page.execute(text("SET statement_timeout = '60s'"))
            page.execute(read)
        done = upgrade.result()

    assert done.returncode == 1
    assert done.stderr.startswith("Error: a table was in use for 2s, so that nothing was changed: ")
    assert len(done.stderr.splitlines()) == 1
    assert migrate.current_revision(engine) == BEFORE
    assert inspect(engine).get_indexes("outbox_messages") == indexes


def test_on_postgres_an_upgrade_waits_for_a_table_when_it_is_told_to(
    engine: Engine, command: Command
) -> None:
    with engine.connect() as user, ThreadPoolExecutor() as pool:
        user.execute(text("SELECT count(*) FROM outbox_messages"))
        upgrade = pool.submit(command.try_to_run, "db", "upgrade", "--wait")
        until_it_waits(engine, upgrade)
        time.sleep(2.5)
        user.rollback()
        done = upgrade.result()

    assert done.returncode == 0
    assert migrate.current_revision(engine) == migrate.head_revision()


def test_on_postgres_an_upgrade_gives_up_a_step_that_takes_long(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION linger() RETURNS event_trigger LANGUAGE plpgsql"
                " AS 'BEGIN PERFORM pg_sleep(10); END'"
            )
        )
        connection.execute(text("CREATE EVENT TRIGGER slow ON ddl_command_start EXECUTE FUNCTION linger()"))

    with pytest.raises(migrate.SchemaError, match="a step took more than 5s, so that nothing was changed"):
        migrate.upgrade(engine)

    assert migrate.current_revision(engine) == BEFORE
