"""``matchmaker db``: upgraded, checked, copied whole; what is wrong is one line and no traceback."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine.url import make_url

from matchmaker.base import migrate
from matchmaker.base.db import make_engine
from tests.builders import NOW
from tests.cli.command import Command
from tests.databases import SqliteTemplate


@pytest.fixture
def empty(empty_engine: Engine, tmp_path: Path) -> Command:
    """The command with a database without schema, and with no other setting."""
    url = empty_engine.url.render_as_string(hide_password=False)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Command(folder=folder, settings={"DATABASE_URL": url})


def test_an_empty_database_is_brought_up_to_date_and_then_fits(empty: Command) -> None:
    head = migrate.head_revision()
    before = empty.try_to_run("db", "check")
    assert before.returncode == 1
    assert f"the database is at revision none, this version needs {head}" in before.stderr
    assert f"The database is at revision {head}." in empty.run("db", "upgrade").stdout
    assert empty.run("db", "check").stdout == f"The database is at revision {head} and fits.\n"
    assert f"The database is at revision {head}." in empty.run("db", "upgrade").stdout


def test_a_database_that_was_changed_by_hand_does_not_fit(command: Command, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("ALTER TABLE rate_buckets ADD COLUMN surplus INTEGER"))
    done = command.try_to_run("db", "check")
    assert done.returncode == 1
    assert "surplus" in done.stderr
    assert "differs" in done.stderr


def test_a_database_of_a_newer_version_is_left_alone(command: Command, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    done = command.try_to_run("db", "upgrade")
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["upgrade", "check", "backup"])
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "must start with sqlite:/// or postgresql://"),
        ("postgresql://localhost:port/x", "is not the address of a database"),
    ],
)
def test_what_is_no_address_of_a_database_is_told(tmp_path: Path, verb: str, url: str, told: str) -> None:
    target = ("copy",) if verb == "backup" else ()
    done = Command(folder=tmp_path, settings={"DATABASE_URL": url}).try_to_run("db", verb, *target)
    assert done.returncode == 2
    assert done.stderr == f"MATCHMAKER_DATABASE_URL: {told}\n"


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hush@127.0.0.1:9/nothing"]
)
def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path, url: str) -> None:
    done = Command(folder=tmp_path, settings={"DATABASE_URL": url}).try_to_run("db", "upgrade")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database cannot be used: ")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An SQLite file in use, whose last row is in the write-ahead log alone; its name needs quoting in an address."""
    return tmp_path / "le service #1 à 100%.sqlite"


def test_a_backup_holds_what_is_in_the_log_alone(file: Path, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{file}")
    command = Command(folder=tmp_path, settings={"DATABASE_URL": f"sqlite:///{file}"})
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
        connection.execute(
            text("INSERT INTO rate_buckets (key, tokens, updated_at) VALUES ('late', 1, :now)"),
            {"now": NOW.isoformat()},
        )
        connection.commit()
        assert file.with_name(file.name + "-wal").stat().st_size > 0
        bare = tmp_path / "bare.sqlite"
        bare.write_bytes(file.read_bytes())
        assert command.run("db", "backup", "copy.sqlite").stdout == "Copied to copy.sqlite.\n"
    engine.dispose()

    def keys(path: Path) -> list[tuple[str]]:
        with closing(sqlite3.connect(path)) as copy:
            return copy.execute("SELECT key FROM rate_buckets").fetchall()

    assert keys(tmp_path / "copy.sqlite") == [("late",)]
    with pytest.raises((sqlite3.DatabaseError, AssertionError)):
        # What the backup is for: the file by itself lacks the row.
        assert keys(bare) == [("late",)]
    assert not list(tmp_path.glob(".*.part"))


def test_nobody_else_reads_the_files(file: Path, tmp_path: Path) -> None:
    """A new database, one that an earlier version left open to all, and a backup."""
    command = Command(folder=tmp_path, settings={"DATABASE_URL": f"sqlite:///{file}"})
    command.run("db", "upgrade")
    assert modes(file.parent) == {file.name: "600"}
    file.chmod(0o644)
    engine = make_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA user_version=1")
        connection.commit()
        assert modes(file.parent)[f"{file.name}-wal"] == "644"
        command.run("db", "upgrade")
        command.run("db", "backup", "copy")
        assert set(modes(file.parent).values()) == {"600"}
    engine.dispose()


def modes(folder: Path) -> dict[str, str]:
    """Who may do what with each file of a folder, by its name."""
    return {path.name: f"{path.stat().st_mode & 0o777:o}" for path in folder.iterdir() if path.is_file()}


def test_a_backup_writes_over_nothing(sqlite_template: SqliteTemplate, tmp_path: Path) -> None:
    command = Command(folder=tmp_path, settings={"DATABASE_URL": sqlite_template.url})
    (tmp_path / "there").write_text("precious", encoding="utf-8")
    done = command.try_to_run("db", "backup", "there")
    assert (done.returncode, done.stderr) == (1, "Error: there exists already\n")
    assert (tmp_path / "there").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("source", "target"),
    [("missing.sqlite", "copy"), ("garbage.sqlite", "copy"), ("made.sqlite", "no/folder/copy")],
)
def test_a_backup_that_fails_leaves_nothing_behind(
    sqlite_template: SqliteTemplate, tmp_path: Path, source: str, target: str
) -> None:
    command = Command(folder=tmp_path)
    shutil.copy(make_url(sqlite_template.url).database or "", tmp_path / "made.sqlite")
    (tmp_path / "garbage.sqlite").write_bytes(b"no database at all " * 1000)
    done = command.try_to_run("db", "backup", target, DATABASE_URL=f"sqlite:///{source}")
    assert done.returncode == 1
    assert "cannot be copied" in done.stderr
    left = {path.name for path in tmp_path.iterdir()} - {"made.sqlite-wal", "made.sqlite-shm"}
    assert left == {"made.sqlite", "garbage.sqlite"}
