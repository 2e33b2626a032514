"""Who sends slowly keeps nobody waiting, and who claims to be a proxy is not believed: a real server, real connections."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.cli.command import Command
from tests.cli.processes import PATIENCE, eventually, free_port, running

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.sqlite_daily]

SLOW = 100


@pytest.fixture
def port(command: Command) -> Iterator[int]:
    """Where a server of two processes listens."""
    chosen = free_port()

    def answers() -> bool:
        with suppress(OSError):
            return ask(chosen, "/sources")[0] == 200
        return False

    with running(command, "serve", f"--port={chosen}", WEB_WORKERS="2"):
        eventually(answers)
        yield chosen


def ask(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def half_a_form(port: int) -> socket.socket:
    """A connection that has sent the head of a form and two bytes of its body, and leaves it at that."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.sendall(
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nad"
    )
    return connection


def test_a_hundred_that_send_half_a_form_keep_nobody_waiting(port: int) -> None:
    with ExitStack() as opened:
        slow = [opened.enter_context(half_a_form(port)) for _ in range(SLOW)]
        opened_only = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(SLOW)
        ]
        # Each of these would wait for ever if the slow ones held the eight threads.
        assert [ask(port, "/sources")[0] for _ in range(40)] == [200] * 40
        # And who was slow is answered once all is there: by the page for a form without its token.
        slow[0].sendall(b"x" * 998)
        answer = http.client.HTTPResponse(slow[0])
        answer.begin()
        assert answer.status == 400
        assert len(opened_only) == SLOW


def test_no_header_moves_the_service_to_another_path_or_scheme(port: int) -> None:
    for name in ("SCRIPT_NAME", "Script-Name", "X-Forwarded-Prefix", "X-Script-Name"):
        status, page = ask(port, "/sign-in", {name: "/elsewhere"})
        assert status == 200, name
        assert "elsewhere" not in page, name
    status, page = ask(
        port, "/sign-in", {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"}
    )
    assert status == 200
    assert "elsewhere" not in page


def test_a_body_that_is_far_too_large_is_refused_before_it_is_sent(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
