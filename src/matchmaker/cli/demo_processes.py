"""The processes of the demo: started, watched, and ended all together."""

import http.client
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from threading import Thread
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask

    from matchmaker.demo.service import Prepared
    from matchmaker.vocabulary.rules import Phrase

PATIENCE = 6.0
"""Seconds that a child gets to end by itself before it is killed."""

BOOT = 30.0
"""Seconds that the web gets for its first answer."""

TICK = 0.1

WEB = "The web"
ASKED_BY = {WEB: signal.SIGQUIT}
"""The signal by which a child is asked to end, when it is not SIGTERM. That one lets gunicorn wait for browsers."""

# What `python -m matchmaker` does; but until the scheduler listens to signals itself, Ctrl-C leaves it alone, and the
# SIGTERM that follows ends it without a word.
SCHEDULER = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from matchmaker.cli import main; main()"
)


def web() -> "Flask":
    """The application in a worker of gunicorn's, which ends at once when gunicorn's first process tells it to.

    Ctrl-C reaches both; told twice, or with a connection on which a browser has said nothing yet, such a worker would
    wait until it is killed.
    """
    from matchmaker.app import create_app
    from matchmaker.base.logs import set_up_logs
    from matchmaker.base.settings import load_settings

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, lambda *_: os._exit(0))
    settings = load_settings()
    set_up_logs(settings.log_level)
    return create_app(settings)


class Ending:
    """Notes that somebody asked for the end: Ctrl-C, SIGTERM, or a terminal that was closed."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.asked = True


class Children:
    """The web and the scheduler; at the end of the block none of them is left."""

    def __init__(self, ending: Ending, environment: Mapping[str, str]) -> None:
        self._ending = ending
        self._environment = dict(environment)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.died = False

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all of them: asked first, killed when they do not listen."""
        for name, process in self._running.items():
            if process.poll() is None:
                process.send_signal(ASKED_BY.get(name, signal.SIGTERM))
        deadline = time.monotonic() + PATIENCE
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
            if process.poll() is None:
                process.kill()
                process.wait()

    def start_web(self, door: socket.socket) -> None:
        """Let gunicorn answer on a socket that is listening already."""
        number = door.fileno()
        self._start(
            WEB,
            "-m",
            "gunicorn",
            "--no-control-socket",
            f"--bind=fd://{number}",
            "--workers=1",
            "--threads=4",
            "--graceful-timeout=2",
            "--log-level=warning",
            f"{__name__}:web()",
            door=number,
        )

    def start_scheduler(self) -> None:
        """Let letters be sent and weeks be run."""
        self._start("The scheduler", "-c", SCHEDULER, "scheduler")

    def _start(self, name: str, *arguments: str, door: int | None = None) -> None:
        self._running[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            pass_fds=() if door is None else (door,),
        )

    def wait_for_web(self, url: str) -> None:
        """Return when the web has answered, or when the end has come before."""
        deadline = time.monotonic() + BOOT
        while not self._ended() and time.monotonic() < deadline:
            if _answers(url, "/sources", timeout=1):
                return
            time.sleep(TICK)

    def warm_up(self, url: str) -> None:
        """Let the web read the vocabulary and learn its words meanwhile, so that no visitor waits a second for it."""
        path = "/skills?q=recoudre+un+bouton"
        Thread(target=_answers, args=(url, path), kwargs={"timeout": BOOT}, daemon=True).start()

    def watch(self) -> None:
        """Return when the end was asked for, or when a child has died, which is told."""
        while not self._ended():
            time.sleep(TICK)

    def _ended(self) -> bool:
        if self._ending.asked:
            return True
        for name, process in self._running.items():
            status = process.poll()
            # A signal to the whole group may reach a child a moment before it reaches this process.
            if status is not None:
                time.sleep(TICK)
                if not self._ending.asked:
                    self.died = True
                    click.echo(f"{name} has ended with status {status}, so the demo ends too.", err=True)
                return True
        return False


def _answers(url: str, path: str, *, timeout: float) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Preparation:
    """What another process works out for the load, while this one migrates and loads communes."""

    def __init__(self, process: ForkProcess, answers: Connection, ending: Ending) -> None:
        self._process = process
        self._answers = answers
        self._ending = ending
        self._version = ""

    def people(self) -> "Prepared | None":
        """The people and needs; None when the process did not manage."""
        prepared: Prepared | None = self._answer()
        if prepared is not None:
            self._version = prepared.vocabulary_version
        return prepared

    def meanings(self) -> "tuple[tuple[Phrase, ...], str]":
        """What the rest of their phrases mean, and by which version of the vocabulary; begun only when it is asked.

        Nothing when the process did not manage.
        """
        with suppress(OSError):
            self._answers.send("the rest")
        phrases: tuple[Phrase, ...] | None = self._answer()
        return phrases or (), self._version

    def _answer(self) -> Any:
        """What the process tells next; None when it died, or when the end was asked for."""
        try:
            while not self._answers.poll(TICK):
                if self._ending.asked:
                    return None
            return self._answers.recv()
        except (EOFError, OSError):
            return None

    def end(self) -> None:
        """Leave nothing of it behind."""
        self._process.kill()
        self._process.join()
        self._answers.close()


def fork_preparation(ending: Ending) -> Preparation | None:
    """Begin to prepare the load in a copy of this process; None where processes cannot be copied safely."""
    if sys.platform != "linux":
        return None
    # Imported before the copy is made, so that both have it.
    from matchmaker.demo import service  # noqa: F401

    context = multiprocessing.get_context("fork")
    answers, told = context.Pipe()
    process = context.Process(target=_prepare, args=(told,), daemon=True)
    process.start()
    told.close()
    return Preparation(process, answers, ending)


def _prepare(told: Connection) -> None:
    from matchmaker.demo import service
    from matchmaker.vocabulary.loading import read_shipped_vocabulary

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    vocabulary = read_shipped_vocabulary()
    prepared = service.prepare(vocabulary)
    told.send(prepared)
    # The rest takes longer than all else; begun at once, it would hold up the start on a small machine.
    told.recv()
    told.send(service.resolve(vocabulary, prepared.rest))
