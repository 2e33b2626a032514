"""Real processes of matchmaker with a clock that the test moves, and with an end that the test chose."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NoReturn

from sqlalchemy.orm import Session

from matchmaker import scheduler
from matchmaker.app import create_app
from matchmaker.base.logs import set_up_logs
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import service as digests
from matchmaker.post import delivery
from matchmaker.web import Site
from tests.builders import make_settings
from tests.cli.processes import eventually
from tests.doors import site_of

# Each process is a fork of one that has imported everything, and starts in a tenth of a second.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])

DIED = 77


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClock:
    """A clock that shows the moment in a file; it stands still until somebody writes another."""

    path: Path

    def __call__(self) -> datetime:
        """The moment that it shows."""
        return datetime.fromisoformat(self.path.read_text())

    def set(self, moment: datetime) -> None:
        """Show another moment, in all processes at once."""
        written = self.path.with_suffix(".new")
        written.write_text(moment.isoformat())
        written.replace(self.path)

    def advance(self, time: timedelta) -> None:
        """Let ``time`` pass."""
        self.set(self() + time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the processes of one installation share: a database, a mail server, a clock."""

    url: str
    mail_port: int
    clock: FileClock
    mail_timeout: float = 20

    @property
    def settings(self) -> Settings:
        """Their settings."""
        return make_settings(
            database_url=self.url,
            mail_host="127.0.0.1",
            mail_port=self.mail_port,
            mail_timeout=self.mail_timeout,
        )

    def site(self) -> Site:
        """The parts of the installation, with connections of its own."""
        return site_of(create_app(self.settings, clock=self.clock))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mortal(WorkFactory):
    """Units of work of which one is the last, and dies just before or just after its commit."""

    last: int
    after: bool
    die: Callable[[], NoReturn]
    begun: list[None]

    @contextmanager
    def begin(self, *, by: int | None = None) -> Iterator[Work]:
        """A unit of work, or the last one."""
        self.begun.append(None)
        dies = len(self.begun) == self.last
        # super() does not know a dataclass with slots.
        with WorkFactory.begin(self, by=by) as work:
            yield work
            if dies and not self.after:
                # What the block wrote has reached the database, and is not committed.
                work.session.flush()
                self.die()
        if dies:
            self.die()


def mortal(works: WorkFactory, *, last: int, after: bool, die: Callable[[], NoReturn]) -> Mortal:
    """Units of work of which the one of number ``last`` dies."""
    parts = {field.name: getattr(works, field.name) for field in fields(works)}
    return Mortal(**parts, last=last, after=after, die=die, begun=[])


def live_a_week(works: WorkFactory, settings: Settings) -> delivery.Delivered:
    """What the scheduler's beats do about letters, one after the other: from the request to the mail server."""
    digests.request_due(works)
    digests.advance(works)
    return delivery.deliver(works, settings)


def beat(place: Place) -> None:
    """The scheduler until SIGTERM."""
    set_up_logs("critical")
    scheduler.run(place.site())


def live_and_die(place: Place, last: int, after: bool) -> None:
    """A week that ends with the process at its unit of work ``last``, if it comes so far."""
    set_up_logs("critical")
    works = mortal(place.site().works, last=last, after=after, die=lambda: os._exit(DIED))
    live_a_week(works, place.settings)


def send(place: Place) -> None:
    """One round of the sender."""
    set_up_logs("critical")
    delivery.deliver(place.site().works, place.settings)


def send_by_another_clock(place: Place, off: timedelta) -> None:
    """One round of the sender of a machine whose clock is off, where leases are measured by the database's."""
    set_up_logs("critical")
    works = place.site().works
    other = replace(works, clock=lambda: works.clock() + off, database_clock=True)
    delivery.deliver(other, place.settings)


def plan_together(place: Place, planned: Path, machines: int) -> None:
    """Plan all weeks that were asked for, beginning with so many others; a word in a file for each that was looked at."""
    set_up_logs("critical")
    site = place.site()

    def note_and_read() -> Session:
        with planned.open("a", encoding="utf-8") as told:
            told.write(f"{os.getpid()}\n")
        # As long as it takes to choose a small week: the others are at it at the same time.
        time.sleep(0.1)
        return site.works.reading()

    here = planned.parent / "here"
    here.mkdir(exist_ok=True)
    (here / str(os.getpid())).touch()
    eventually(lambda: len(list(here.iterdir())) == machines)
    digests.advance(replace(site.works, reading=note_and_read, database_clock=True))


def start(program: Callable[..., None], place: Place, *arguments: object) -> BaseProcess:
    """One of the programs above as a process of its own."""
    process = FORKS.Process(target=program, args=(place, *arguments), daemon=True)
    process.start()
    return process


@contextmanager
def running(program: Callable[..., None], place: Place) -> Iterator[BaseProcess]:
    """A program beside the test, killed at the end if it still runs."""
    process = start(program, place)
    try:
        yield process
    finally:
        process.kill()
        process.join()
