"""The command as a process beside the test."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.cli.command import Command


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


def eventually(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
