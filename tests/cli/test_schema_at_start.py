"""No command begins on a database that is not at this version's schema: one line says what to do, and the exit is 2."""

import pytest
from sqlalchemy import Engine, text

from matchmaker.base import migrate
from tests.cli.command import Command

ALL = [
    ("serve", "--port=1"),
    ("scheduler",),
    ("acts", "--days=1"),
    ("catalogue", "load"),
    ("digest", "run"),
    ("digest", "status"),
    ("mail", "doubts"),
    ("mail", "resume"),
    ("match", "explain", "--need=1", "--citizen=1"),
    ("organiser", "name", "--territory=x", "--address=x@example.org", "--first-name=X"),
]


@pytest.mark.parametrize("arguments", ALL, ids=" ".join)
def test_an_old_schema_is_one_line(
    command: Command, fresh_engine: Engine, arguments: tuple[str, ...]
) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    done = command.try_to_run(*arguments)
    assert done.returncode == 2
    assert done.stderr == (
        f"the database is at revision 0003, this version needs {migrate.head_revision()}: "
        "run 'matchmaker db upgrade'\n"
    )


def test_a_database_without_schema_is_one_line(command: Command) -> None:
    done = command.try_to_run("scheduler", DATABASE_URL="sqlite:///new.sqlite")
    assert done.returncode == 2
    assert done.stderr.endswith(": run 'matchmaker db upgrade'\n")
    assert done.stderr.count("\n") == 1


def test_a_database_of_a_later_version_is_served_meanwhile(command: Command, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert command.run("mail", "doubts").stderr == ""


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hush@127.0.0.1:9/nothing"]
)
def test_a_command_whose_database_is_away_says_so_in_one_line(command: Command, url: str) -> None:
    done = command.try_to_run("digest", "run", DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database cannot be used: ")
    assert done.stderr.count("\n") == 1
    assert "hush" not in done.stderr


def test_a_misspelt_setting_is_told_with_the_nearest_one(command: Command) -> None:
    done = command.run("mail", "doubts", MAIL_HOTS="x", NOTHING_LIKE_IT="x")
    assert done.stderr == (
        "MATCHMAKER_MAIL_HOTS: is no setting; did you mean MATCHMAKER_MAIL_HOST?\n"
        "MATCHMAKER_NOTHING_LIKE_IT: is no setting\n"
    )
