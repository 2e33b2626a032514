"""The scheduler process: a heartbeat that asks the database what is due.

APScheduler only beats. What is due stands in the database, so any number of these processes may run at once,
be killed at any moment, and start again.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from matchmaker.accounts import service as accounts
from matchmaker.base import acts, limits, sent_forms
from matchmaker.digests import service as digests
from matchmaker.groups import service as groups
from matchmaker.introductions import service as introductions
from matchmaker.matching import service as matching
from matchmaker.post import bounces, delivery, suppression
from matchmaker.vocabulary import service as vocabulary
from matchmaker.web import Site

LETTERS_EVERY_SECONDS = 2
WEEKS_EVERY_SECONDS = 2
DUE_EVERY_SECONDS = 30
INTRODUCTIONS_EVERY_SECONDS = 30
RETURNED_EVERY_SECONDS = 60
HOUSEKEEPING_EVERY_SECONDS = 3600
CLOCK_EVERY_SECONDS = 1

log = structlog.get_logger()


def beat_letters(site: Site, *, going_on: Callable[[], bool] = lambda: True) -> delivery.Delivered:
    """Send the letters that wait."""
    return delivery.deliver(site.works, site.settings, going_on=going_on)


def beat_due(site: Site) -> None:
    """Ask for every week that is due, let needs expire whose last day has passed, and show those again that were put off."""
    with site.works.begin() as work:
        groups.expire_needs(work)
        matching.forget_pauses(work)
    digests.request_due(site.works)


def beat_weeks(site: Site, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Plan the weeks that were asked for, and write their letters; how many were written."""
    return digests.advance(site.works, going_on=going_on)


def beat_introductions(site: Site) -> int:
    """Remind and close the introductions for which it is time, then write what is to be told; how many letters."""
    introductions.advance(site.works)
    return introductions.send_notices(site.works, awaiting=digests.awaiting_letter)


def beat_returned(site: Site) -> int:
    """Read the reports about letters that came back, if the settings say where they are; how many."""
    folder = site.settings.bounce_maildir
    return 0 if folder is None else bounces.read_maildir(site.works, folder)


def beat_housekeeping(site: Site) -> None:
    """Forget what is no longer good for anything, and letters to people who never came."""
    with site.works.begin() as work:
        work.forgets()
        dropped = {address for room in work.rooms for address in room.forget_expired(work)}
        accounts.forget_strangers(work, among=dropped)
        accounts.forget_strangers(work)
        suppression.forget_letters(work)
        phrases = [column for room in work.rooms for column in room.phrases]
        vocabulary.forget_phrases(work, phrases)
        limits.forget_full(work, unused_for=timedelta(days=2))
        sent_forms.forget_old(work)
        suppression.forget_old(work)
        acts.forget_old(work.session, now=work.now)


def run(site: Site) -> None:
    """Beat until SIGTERM or SIGINT; the letter in hand is finished first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    # That a round of letters outlasts the time to the next beat is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")

    def going_on() -> bool:
        return not stopping.is_set()

    every = {
        _guarded("letters", lambda: beat_letters(site, going_on=going_on)): LETTERS_EVERY_SECONDS,
        _guarded("weeks", lambda: beat_weeks(site, going_on=going_on)): WEEKS_EVERY_SECONDS,
        _guarded("due", lambda: beat_due(site)): DUE_EVERY_SECONDS,
        _guarded("introductions", lambda: beat_introductions(site)): INTRODUCTIONS_EVERY_SECONDS,
        _guarded("returned", lambda: beat_returned(site)): RETURNED_EVERY_SECONDS,
        _guarded("housekeeping", lambda: beat_housekeeping(site)): HOUSEKEEPING_EVERY_SECONDS,
    }
    for job, seconds in every.items():
        scheduler.add_job(
            job,
            "interval",
            seconds=seconds,
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


def _guarded(name: str, beat: Callable[[], object]) -> Callable[[], None]:
    # A beat that fails is told and tried again at the next one; it must not end the process.
    def job() -> None:
        try:
            beat()
        except Exception:
            log.exception("beat_failed", beat=name)

    return job
