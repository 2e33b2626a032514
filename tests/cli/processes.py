"""The command as a process beside the test."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.cli.command import Command

PATIENCE = 180
"""Seconds to wait for what must come: much longer than it takes on a busy machine."""

FIRST_PORT, PORTS = 20_000, 10_000
"""Where servers of tests listen: below the ports that systems give to whoever connects to something."""


@contextmanager
def running(command: Command, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """The command beside the test; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", *arguments],
        cwd=command.folder,
        # Whether a connection was closed when its process ends does not matter.
        env=command.environment(**settings) | {"PYTHONWARNINGS": "default::DeprecationWarning"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        with suppress(ValueError):
            process.communicate()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on, chosen by lot: two processes of the tests look for one at the same moment."""
    while True:
        port = FIRST_PORT + secrets.randbelow(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
