"""``matchmaker doctor``: a line for each thing that must be right, and exit 1 when one is not."""

import socket

import pytest
from sqlalchemy import Engine, delete, text

from matchmaker.catalogue.models import Territory, TerritoryCommune
from matchmaker.mail import MessageState
from matchmaker.work import WorkFactory
from tests.builders import load_communes, load_vocabulary, make_world
from tests.cli.command import Command, Done
from tests.kernel.letters import letter


@pytest.fixture
def loaded(live_works: WorkFactory) -> WorkFactory:
    """A database with a territory."""
    with live_works.begin() as work:
        make_world(work)
    return live_works


def wrong(done: Done) -> list[str]:
    """The names of the things that are wrong."""
    assert "Traceback" not in done.stdout + done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("WRONG")]


def test_a_sound_installation_is_told_so_line_by_line(command: Command, loaded: WorkFactory) -> None:
    done = command.run("doctor")
    assert wrong(done) == []
    names = [line.split()[1] for line in done.stdout.splitlines()]
    assert names == ["settings", "address", "files", "database", "migrations", "data", "mail", "outbox"]
    assert "4 communes, 2 territories, vocabulary matchmaker (12 concepts)" in done.stdout


def test_a_public_address_without_encryption_is_wrong(command: Command, loaded: WorkFactory) -> None:
    done = command.try_to_run("doctor", BASE_URL="http://aide.example.org")
    assert (done.returncode, wrong(done)) == (1, ["address"])


def test_a_mail_server_that_does_not_answer_is_wrong(command: Command, loaded: WorkFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = command.try_to_run("doctor", MAIL_PORT=str(port))
    assert (done.returncode, wrong(done)) == (1, ["mail"])
    assert f"127.0.0.1:{port}" in done.stdout


def test_an_old_schema_is_wrong(command: Command, loaded: WorkFactory, fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["migrations"])
    assert "matchmaker db upgrade" in done.stdout


def test_missing_data_and_missing_territories_are_wrong(command: Command, live_works: WorkFactory) -> None:
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["data"])
    assert "matchmaker catalogue load" in done.stdout
    with live_works.begin() as work:
        load_communes(work)
        load_vocabulary(work)
        work.session.execute(delete(TerritoryCommune))
        work.session.execute(delete(Territory))
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["data"])
    assert "matchmaker organiser found" in done.stdout


def test_letters_in_doubt_are_wrong_and_waiting_ones_are_not(command: Command, loaded: WorkFactory) -> None:
    with loaded.begin() as work:
        work.post(letter())
    assert "1 waiting" in command.run("doctor").stdout
    with loaded.begin() as work:
        work.post(letter()).state = MessageState.UNKNOWN
    done = command.try_to_run("doctor")
    assert (done.returncode, wrong(done)) == (1, ["outbox"])


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hush@127.0.0.1:9/nothing"]
)
def test_a_database_that_cannot_be_reached_is_wrong_and_the_rest_is_still_told(
    command: Command, fresh_engine: Engine, url: str
) -> None:
    done = command.try_to_run("doctor", DATABASE_URL=url)
    assert (done.returncode, wrong(done)) == (1, ["database", "migrations", "data", "outbox"])
    assert "hush" not in done.stdout


def test_a_database_without_schema_is_wrong(command: Command) -> None:
    done = command.try_to_run("doctor", DATABASE_URL="sqlite:///new.sqlite")
    assert (done.returncode, wrong(done)) == (1, ["migrations", "data", "outbox"])
    assert "at revision none" in done.stdout
