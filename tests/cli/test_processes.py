"""The long-running processes: they do their work, end when asked, and lose nothing when killed."""

import http.client
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine

from matchmaker.base.db import make_session_factory
from matchmaker.base.outbox import MessageState
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import WorkFactory, system_clock
from tests.builders import add_account, make_works
from tests.cli.command import Command
from tests.cli.processes import PATIENCE, eventually, free_port, running
from tests.extent import part_of
from tests.kernel.letters import letter, outbox
from tests.mailbox import Mailbox

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]


@pytest.fixture
def works(fresh_engine: Engine) -> WorkFactory:
    """Units of work at the time of day, as the processes have it."""
    return replace(make_works(make_session_factory(fresh_engine), Flask("no doors")), clock=system_clock)


def get(port: int, path: str) -> tuple[int, str]:
    """Status and text of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_web_answers_until_it_is_asked_to_end(command: Command) -> None:
    port = free_port()

    def answers() -> bool:
        try:
            return get(port, "/")[0] == 200
        except OSError:
            return False

    with running(command, "serve", f"--port={port}", WEB_WORKERS="2") as process:
        eventually(answers)
        process.terminate()
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert f"http://127.0.0.1:{port}" in told
    assert "Traceback" not in told


def test_a_failure_is_logged_without_the_token_in_its_address(command: Command, fresh_engine: Engine) -> None:
    port = free_port()

    def listens() -> bool:
        with suppress(OSError):
            return get(port, "/account")[0] == 302
        return False

    with running(command, "serve", f"--port={port}", WEB_WORKERS="1") as process:
        eventually(listens)
        with fresh_engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE mailed_links RENAME TO gone")
        token = Tokens(command.settings["SECRET_KEY"]).sign("link", "1")
        status, page = get(port, f"/sign-in/{token}?lang=en")
        assert status == 500
        assert "Traceback" not in page
        process.terminate()
        _, told = process.communicate(timeout=PATIENCE)
    assert '"event": "request_failed"' in told
    assert '"endpoint": "accounts.link"' in told
    assert "mailed_links" in told
    assert token not in told


def test_the_scheduler_sends_what_waits_and_ends_when_asked(
    command: Command, works: WorkFactory, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        work.post(letter())
    with running(command, "scheduler") as process:
        eventually(lambda: len(smtp_server.received) == 1)
        with works.begin() as work:
            account = add_account(work)
        eventually(lambda: outbox(works)[0].state is MessageState.SENT)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert account.address not in told
    assert "scheduler_started" in told
    assert "scheduler_stopped" in told
    assert "beat_failed" not in told


def test_a_beat_that_fails_is_told_and_the_next_one_works(
    command: Command, works: WorkFactory, fresh_engine: Engine, smtp_server: Mailbox
) -> None:
    def rename(before: str, after: str) -> None:
        with fresh_engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    with works.begin() as work:
        work.post(letter())
    rename("outbox_messages", "gone")
    with running(command, "scheduler") as process:
        assert process.stderr is not None
        told = ""
        while '"beat": "letters"' not in told:
            told = process.stderr.readline()
            assert told, "the process ended"
        assert '"event": "beat_failed"' in told
        # The next beats tell it in a line, without the traceback.
        again = ""
        while '"beat": "letters"' not in again:
            again = process.stderr.readline()
            assert again, "the process ended"
        assert '"event": "beat_failed_again"' in again
        assert "Traceback" in told
        assert "Traceback" not in again
        rename("gone", "outbox_messages")
        eventually(lambda: len(smtp_server.received) == 1)
        process.terminate()
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def test_schedulers_that_are_killed_again_and_again_send_nothing_twice(
    command: Command, works: WorkFactory, smtp_server: Mailbox
) -> None:
    recipients = [f"citizen-{number}@example.org" for number in range(part_of(900))]
    with works.begin() as work:
        for recipient in recipients:
            work.post(letter(recipient))
    for _ in range(4):
        enough = min(len(smtp_server.received) + part_of(40), len(recipients))
        with running(command, "scheduler"), running(command, "scheduler"):
            eventually(lambda enough=enough: len(smtp_server.received) >= enough)  # type: ignore[misc]
    with running(command, "scheduler"):
        eventually(lambda: all(m.state is not MessageState.PENDING for m in outbox(works)))
    received = Counter(recipient for mail in smtp_server.received for recipient in mail.recipients)
    assert received.most_common(1)[0][1] == 1
    # What a kill caught in the middle is known to be so: nothing else is missing.
    told, claimed, doubtful = (
        {message.recipient for message in outbox(works) if message.state in states}
        for states in (
            {MessageState.SENT},
            {MessageState.CLAIMED},
            {MessageState.SENDING, MessageState.UNKNOWN},
        )
    )
    assert told <= set(received)
    assert set(recipients) == told | doubtful | claimed
    assert claimed.isdisjoint(received), "what was claimed alone can be claimed again"
    # Each of nine processes had at most one letter in hand.
    assert len(doubtful) <= 9
