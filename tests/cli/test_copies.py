"""``matchmaker db backup`` and ``db restore``: the database is what it was when the copy was made, and nothing else."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from matchmaker.base.db import make_engine, sqlite_file
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from tests.builders import NOW
from tests.cli.command import Command
from tests.kernel.letters import letter, outbox

pytestmark = pytest.mark.usefixtures("programs")

INSERT = text("INSERT INTO rate_buckets (key, tokens, updated_at) VALUES (:key, 1, :now)")

WRITER = """
import sys
from sqlalchemy import text
from matchmaker.base.db import make_engine

engine = make_engine(sys.argv[1])
connection = engine.connect()
if engine.dialect.name == "sqlite":
    connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
insert = text("INSERT INTO rate_buckets (key, tokens, updated_at) VALUES (:key, 1, '2026-01-01 00:00:00+00:00')")
for number in range(300):
    connection.execute(insert, {"key": f"later {number}"})
connection.commit()
connection.execute(insert, {"key": "never committed"})
print("written", flush=True)
sys.stdin.read()
"""


def insert(engine: Engine, key: str) -> None:
    """Write a row."""
    with engine.begin() as connection:
        connection.execute(INSERT, {"key": key, "now": NOW.isoformat()})


def keys(engine: Engine) -> list[str]:
    """The rows that there are."""
    with engine.connect() as connection:
        return sorted(connection.scalars(text("SELECT key FROM rate_buckets")))


def test_a_copy_is_put_back_over_what_a_killed_process_left(
    command: Command, fresh_engine: Engine, tmp_path: Path
) -> None:
    insert(fresh_engine, "before")
    copy = tmp_path / "copy"
    assert command.run("db", "backup", "copy").stdout == "Copied to copy.\n"
    assert copy.stat().st_mode & 0o777 == 0o600
    fresh_engine.dispose()

    url = fresh_engine.url.render_as_string(hide_password=False)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "written\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    file = sqlite_file(fresh_engine)
    log = file and file.with_name(f"{file.name}-wal")
    if log:
        assert log.stat().st_size > 0, "the process has left its log behind"

    done = command.run("db", "restore", "copy", "--yes")
    assert done.stdout.splitlines()[:2] == ["copy was put back.", "The database fits this version."]
    if file is not None and log is not None:
        assert not log.exists() or log.stat().st_size == 0
        assert b"later 7" not in file.read_bytes()
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
        assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir() if path.is_file()} == {
            "copy": 0o600
        }
    assert keys(fresh_engine) == ["before"]
    assert command.run("db", "check").returncode == 0


def test_whoever_is_connected_meanwhile_goes_on_with_what_was_put_back(
    command: Command, fresh_engine: Engine
) -> None:
    insert(fresh_engine, "before")
    command.run("db", "backup", "copy")
    insert(fresh_engine, "later")
    with fresh_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM rate_buckets")) == 2
        connection.rollback()
        command.run("db", "restore", "copy", "--yes")
        assert connection.scalar(text("SELECT count(*) FROM rate_buckets")) == 1
        file = sqlite_file(fresh_engine)
        assert file is None or b"later" not in file.with_name(f"{file.name}-wal").read_bytes()
    insert(fresh_engine, "after")
    assert keys(fresh_engine) == ["after", "before"]


def test_what_a_later_version_made_goes_too(command: Command, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    command.run("db", "backup", "copy")
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(
            text("CREATE TABLE newer (key VARCHAR(64) PRIMARY KEY REFERENCES rate_buckets (key))")
        )
    told = command.run("db", "restore", "copy", "--yes").stdout
    assert "Now the database is at revision 0003, this version needs" in told
    assert "run 'matchmaker db upgrade'" in told
    assert "newer" not in inspect(fresh_engine).get_table_names()


def test_letters_that_waited_then_are_not_sent_again(
    command: Command, fresh_engine: Engine, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        for state in MessageState:
            message = work.post(letter())
            message.state, message.settled_at = state, work.now
            message.lease_token, message.lease_until = "token", work.now
    command.run("db", "backup", "copy")
    told = command.run("db", "restore", "copy", "--yes").stdout
    assert "Letters that waited then, and may have left since: 4 (" in told
    left = {MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED, MessageState.UNKNOWN}
    assert {message.state for message in outbox(live_works)} == left


def test_nothing_is_replaced_unasked(command: Command, fresh_engine: Engine) -> None:
    command.run("db", "backup", "copy")
    insert(fresh_engine, "later")
    done = command.try_to_run("db", "restore", "copy")
    assert done.returncode == 1
    assert "Replace all that is in" in done.stdout
    assert keys(fresh_engine) == ["later"]


def test_what_is_no_whole_copy_replaces_nothing(
    command: Command, fresh_engine: Engine, tmp_path: Path
) -> None:
    insert(fresh_engine, "precious")
    command.run("db", "backup", "copy")
    whole = (tmp_path / "copy").read_bytes()
    damaged = {
        "cut": whole[: len(whole) * 2 // 3],
        "bent": whole[: len(whole) // 2] + b"\xff" * 8192 + whole[len(whole) // 2 + 8192 :],
        "empty": b"",
        "garbage": b"no database at all " * 1000,
        "strange": _another_database(tmp_path),
    }
    if fresh_engine.dialect.name == "sqlite":
        # An index that has lost a row: nothing but a look at all of it tells.
        before, _, after = whole.rpartition(b"precious")
        damaged["forgetful"] = before + b"Precious" + after
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        done = command.try_to_run("db", "restore", name, "--yes")
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), (name, done.stderr)
        assert keys(fresh_engine) == ["precious"]
    assert command.try_to_run("db", "restore", "nowhere", "--yes").stderr == "Error: nowhere is not there\n"


def _another_database(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "other")) as connection:
        connection.execute("CREATE TABLE t (x)")
    return (folder / "other").read_bytes()


def test_a_copy_makes_a_new_sqlite_file(tmp_path: Path) -> None:
    command = Command(folder=tmp_path, settings={"DATABASE_URL": "sqlite:///made.sqlite"})
    command.run("db", "upgrade")
    command.run("db", "backup", "copy")
    command.run("db", "restore", "copy", "--yes", DATABASE_URL="sqlite:///other.sqlite")
    assert (tmp_path / "other.sqlite").stat().st_mode & 0o777 == 0o600
    assert command.run("db", "check", DATABASE_URL="sqlite:///other.sqlite").returncode == 0


def test_without_its_programs_postgresql_is_not_copied(
    command: Command, fresh_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fresh_engine.dialect.name == "sqlite":
        pytest.skip("about PostgreSQL alone")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = command.try_to_run("db", "backup", "copy")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Error: pg_dump is not installed: it comes with PostgreSQL's client programs"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_password_is_not_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All users of a machine see the arguments of its processes; the environment is its owner's alone."""
    told = tmp_path / "told"
    script = (
        f'#!/bin/sh\necho "$@" >{told}\necho "$PGUSER $PGPASSWORD" >>{told}\necho "it fails" >&2\nexit 1\n'
    )
    (tmp_path / "pg_dump").write_text(script)
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    for url in (
        "postgres://camille:h%40sh@localhost:9/name",
        "postgresql:///name?password=h%40sh&user=camille",
    ):
        done = Command(folder=tmp_path, settings={"DATABASE_URL": url}).try_to_run("db", "backup", "copy")
        assert (done.returncode, done.stderr) == (1, "Error: it fails\n")
        arguments, secrets = told.read_text().splitlines()
        assert secrets == "camille h@sh"
        assert "h@sh" not in arguments
        assert "h%40sh" not in arguments
        assert "camille" not in arguments
        assert not (tmp_path / "copy").exists()
        assert not list(tmp_path.glob(".*"))


def test_a_database_in_another_encoding_is_refused(postgres_server: str, tmp_path: Path) -> None:
    admin = make_engine(f"{postgres_server}".replace("@/", "@/postgres"))
    for encoding in ("LATIN1", "SQL_ASCII"):
        name = f"matchmaker_test_{encoding.lower()}_{os.getpid()}"
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(
                text(
                    f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
                )
            )
        try:
            url = admin.url.set(database=name).render_as_string(hide_password=False)
            command = Command(folder=tmp_path, settings={"DATABASE_URL": url})
            done = command.try_to_run("db", "upgrade")
            assert done.returncode == 1
            assert done.stderr.startswith(
                f"Error: the database cannot be used: its encoding is {encoding} and must be UTF8: "
            )
            assert done.stderr.count("\n") == 1
        finally:
            with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
