"""The scheduler process: a heartbeat that asks the database what is due.

APScheduler only beats. What is due stands in the database, so any number of these processes may run at once,
be killed at any moment, and start again.
"""

import logging
import re
import signal
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from matchmaker import retention
from matchmaker.accounts import service as accounts
from matchmaker.base import heartbeats, leases
from matchmaker.base.work import Clock
from matchmaker.digests import service as digests
from matchmaker.groups import service as groups
from matchmaker.introductions import service as introductions
from matchmaker.matching import service as matching
from matchmaker.post import bounces, delivery
from matchmaker.vocabulary import service as vocabulary
from matchmaker.web import Site

EVERY_SECONDS = {
    "letters": 2,
    "weeks": 2,
    "due": 30,
    "introductions": 30,
    "returned": 60,
    "housekeeping": 3600,
}
PARTS = {
    "letters": ("letters", "returned"),
    "weeks": ("due", "weeks"),
    "introductions": ("introductions",),
    "housekeeping": ("housekeeping",),
}
"""The beats of each part of the work that a process may do alone."""

CLOCK_EVERY_SECONDS = 1
LONGEST_BEAT = timedelta(minutes=30)
"""A round of letters, or the choice of a week, may take as long."""

_NUMBER = re.compile(r"\d+")

log = structlog.get_logger()


def beat_letters(
    site: Site,
    *,
    before: delivery.Delivered | None = None,
    going_on: Callable[[], bool] = lambda: True,
) -> delivery.Delivered:
    """Send the letters that wait. A round is told to the logs unless it did nothing, for the reason of the one before."""
    done = delivery.deliver(site.works, site.settings, going_on=going_on)
    if replace(done, stopped=None) != delivery.Delivered() or done.stopped != (before and before.stopped):
        tell = log.info if done.stopped is None else log.warning
        tell("letters_round", **asdict(done))
    return done


def beat_due(site: Site) -> None:
    """Ask for every week that is due, and look after needs.

    They expire after their last day; groups are asked whether those without one still stand, which close where no answer
    comes; and those that somebody put off show again.
    """
    with site.works.begin() as work:
        groups.expire_needs(work)
        groups.close_unanswered(work)
        groups.ask_whether_needs_stand(work)
        matching.forget_pauses(work)
    digests.request_due(site.works)


def beat_weeks(site: Site, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Plan the weeks that were asked for, and write their letters; how many were written. Drafts come last."""
    written = digests.advance(site.works, going_on=going_on)
    digests.draw_drafts(site.works, going_on=going_on)
    return written


def beat_introductions(site: Site) -> int:
    """Remind and close the introductions for which it is time, then write what is to be told; how many letters."""
    introductions.advance(site.works)
    return introductions.send_notices(site.works, awaiting=digests.awaiting_letter)


def beat_returned(site: Site) -> int:
    """Read the reports about letters that came back, if the settings say where they are; how many."""
    folder = site.settings.bounce_maildir
    return 0 if folder is None else bounces.read_maildir(site.works, folder)


def beat_housekeeping(site: Site, *, going_on: Callable[[], bool] = lambda: True) -> None:
    """Forget what is no longer good for anything, as `retention` has it, and letters to people who never came.

    One process at a time: another would wait for each of the same rows.
    """
    with site.works.begin() as work:
        held = leases.take(work, "housekeeping", lasts=LONGEST_BEAT)
    if held is None:
        return
    try:
        retention.forget_old(site.works, going_on=going_on)
        _keep_house(site)
    finally:
        with site.works.begin() as work:
            leases.give_back(work, held)


def _keep_house(site: Site) -> None:
    with site.works.begin() as work:
        work.forgets()
        dropped = {address for room in work.rooms for address in room.forget_expired(work)}
        accounts.forget_strangers(work, among=dropped)
        accounts.forget_strangers(work)
        phrases = [column for room in work.rooms for column in room.phrases]
        vocabulary.forget_phrases(work, phrases)


class Beat:
    """What is done every so many seconds. That it fails is told, and it is tried again; the process goes on."""

    def __init__(self, name: str, every: float, action: Callable[[], object], *, clock: Clock) -> None:
        self.name = name
        self.every = every
        self.ended_well = clock()
        self._action = action
        self._clock = clock
        self._cause: str | None = None

    def __call__(self) -> None:
        """Do it once. A failure is told with its traceback when its cause is a new one, and in a line when not."""
        try:
            self._action()
        except Exception as error:
            told, *_ = [*str(error).splitlines(), ""]
            # A number in the words of an error is of this time alone.
            cause = f"{type(error).__name__}: {_NUMBER.sub('…', told)}"
            if cause == self._cause:
                log.warning("beat_failed_again", beat=self.name, error=cause)
            else:
                log.exception("beat_failed", beat=self.name)
            self._cause = cause
        else:
            if self._cause is not None:
                log.info("beat_recovered", beat=self.name)
            self._cause = None
            self.ended_well = self._clock()


def beats_of(site: Site, *, going_on: Callable[[], bool], only: Collection[str] = ()) -> list[Beat]:
    """What a scheduler does, all of it or ``only`` some PARTS, and the pulse that tells when it last did so."""
    rounds = [delivery.Delivered()]

    def letters() -> None:
        rounds[0] = beat_letters(site, before=rounds[0], going_on=going_on)

    actions: dict[str, Callable[[], object]] = {
        "letters": letters,
        "weeks": lambda: beat_weeks(site, going_on=going_on),
        "due": lambda: beat_due(site),
        "introductions": lambda: beat_introductions(site),
        "returned": lambda: beat_returned(site),
        "housekeeping": lambda: beat_housekeeping(site, going_on=going_on),
    }
    clock = site.works.clock
    mine = {name for part in only or PARTS for name in PARTS[part]}
    beats = [
        Beat(name, EVERY_SECONDS[name], action, clock=clock)
        for name, action in actions.items()
        if name in mine
    ]

    def pulse() -> None:
        with site.works.begin() as work:
            moments = {beat.name: beat.ended_well for beat in beats}
            heartbeats.note(work, {**moments, heartbeats.SCHEDULER: work.now})

    return [*beats, Beat(heartbeats.SCHEDULER, heartbeats.BEATS_EVERY.total_seconds(), pulse, clock=clock)]


def late_beats(session: Session, *, now: datetime) -> list[str]:
    """The names of what a scheduler should have done by now and has not, though one runs.

    That nobody was ever told to do something is told as well, as where each scheduler does ``only`` a part.
    """
    known = heartbeats.heartbeats(session)
    return [
        name
        for name, seconds in EVERY_SECONDS.items()
        if name not in known or known[name] < now - timedelta(seconds=3 * seconds) - LONGEST_BEAT
    ]


def run(site: Site, *, only: Collection[str] = ()) -> None:
    """Beat until SIGTERM or SIGINT; the letter in hand is finished first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    # That a round of letters outlasts the time to the next beat is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    for beat in beats_of(site, going_on=lambda: not stopping.is_set(), only=only):
        scheduler.add_job(
            beat,
            "interval",
            seconds=beat.every,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    log.info("scheduler_started")
    wait_until(stopping, scheduler)
    scheduler.shutdown(wait=True)
    log.info("scheduler_stopped")


def wait_until(
    stopping: threading.Event, scheduler: BackgroundScheduler, *, wall: Callable[[], float] = time.time
) -> None:
    """Wait for ``stopping``, and have all beat at once whenever ``wall``, the machine's clock, was set back.

    APScheduler plans by that clock: set back by three hours, it would be silent for as long. The monotonic clock tells
    how much time has passed in truth.
    """
    ahead = wall() - time.monotonic()
    while not stopping.wait(CLOCK_EVERY_SECONDS):
        before, ahead = ahead, wall() - time.monotonic()
        if before - ahead > CLOCK_EVERY_SECONDS:
            log.warning("clock_set_back", seconds=round(before - ahead))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
