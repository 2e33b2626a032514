"""The heartbeat: it does what the database says is due, and outlives what fails."""

import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs

from matchmaker import scheduler
from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import AccountSession
from matchmaker.accounts.rules import SESSION_LASTS
from matchmaker.base import heartbeats, leases, limits
from matchmaker.base.acts import KEPT, Act
from matchmaker.base.limits import RateBucket
from matchmaker.base.outbox import MessageState
from matchmaker.base.sent_forms import Sending, SentForm
from matchmaker.base.work import Work
from matchmaker.cli.processes import SCHEDULER_PARTS
from matchmaker.digests.models import DigestRun
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.post import suppression
from matchmaker.post.delivery import Delivered
from matchmaker.post.meanings import Bounce
from matchmaker.post.suppression import ReturnedLetter
from tests.builders import NOW, add_account, add_citizen, add_group, add_need, make_world
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import make_app, site_of
from tests.kernel.letters import letter
from tests.kernel.reports import report
from tests.mailbox import Mailbox


def test_a_beat_sends_what_waits(database: Database, smtp_server: Mailbox) -> None:
    site = site_of(make_app(database.sessions, mail_host=smtp_server.host, mail_port=smtp_server.port))
    with site.works.begin() as work:
        work.post(letter())
    assert scheduler.beat_letters(site, going_on=lambda: False) == Delivered()
    assert scheduler.beat_letters(site) == Delivered(sent=1)
    assert scheduler.beat_letters(site) == Delivered()


def test_a_beat_reads_the_reports_of_the_folder_that_is_set(database: Database, tmp_path: Path) -> None:
    assert scheduler.beat_returned(site_of(make_app(database.sessions))) == 0
    site = site_of(make_app(database.sessions, bounce_maildir=tmp_path))
    (tmp_path / "new").mkdir()
    with site.works.begin() as work:
        message = work.post(letter())
        message.state, message.settled_at = MessageState.SENT, work.now
    (tmp_path / "new/1").write_bytes(report(message.message_key))
    assert scheduler.beat_returned(site) == 1
    assert scheduler.beat_returned(site) == 0
    with site.works.begin() as work:
        assert suppression.is_suppressed(work, address=message.recipient)


def test_a_beat_runs_the_weeks_that_are_due_once_and_lets_needs_expire(
    app: Flask, clock: MovableClock
) -> None:
    site = site_of(app)
    clock.advance(-timedelta(days=1))
    with site.works.begin() as work:
        world = make_world(work)
        add_citizen(work, world.territory)
        group = add_group(work, world.challenge)
        add_need(work, group, until=date(2026, 11, 23))
        add_need(work, group, title="Réparer encore", until=date(2026, 12, 24))
    scheduler.beat_due(site)
    with site.works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(DigestRun)) == 0
    clock.advance(timedelta(days=1))
    for _ in range(2):
        scheduler.beat_due(site)
    with site.works.begin() as work:
        states = work.session.scalars(select(Need.state).order_by(Need.id)).all()
        assert list(states) == [NeedState.EXPIRED, NeedState.OPEN]
        # Tuesday at eight has passed in both territories.
        assert work.session.scalar(select(func.count()).select_from(DigestRun)) == 2


def test_housekeeping_forgets_what_is_good_for_nothing(app: Flask, clock: MovableClock) -> None:
    site = site_of(app)
    with site.works.begin() as work:
        accounts.start_session(work, account=add_account(work))
        limits.take(work, purpose="p", subject="s", capacity=1, period=timedelta(hours=1))
        suppression.record_return(work, message=work.post(letter()), bounce=Bounce.SOFT, diagnostic="full")
        Sending(key="f" * 64).claim(work)
    scheduler.beat_housekeeping(site)
    with site.works.begin() as work:
        for table in (AccountSession, RateBucket, ReturnedLetter, Act, SentForm):
            assert work.session.scalar(select(func.count()).select_from(table)) == 1
    clock.now = NOW + max(SESSION_LASTS, suppression.REMEMBERED_FOR + timedelta(seconds=1), KEPT)
    scheduler.beat_housekeeping(site)
    with site.works.begin() as work:
        for table in (AccountSession, RateBucket, ReturnedLetter, Act, SentForm):
            assert work.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_clock_that_is_set_back_does_not_silence_the_beats() -> None:
    """The beat is planned as it stands once the clock was set back by three hours: three hours from now."""
    beaten, stopping, hours = threading.Event(), threading.Event(), 3 * 3600
    planned = BackgroundScheduler(timezone="UTC")
    planned.add_job(beaten.set, "interval", hours=1, next_run_time=datetime.now(UTC) + timedelta(hours=3))
    planned.start()
    ticks = iter([time.time()])
    waiting = threading.Thread(
        target=scheduler.wait_until,
        args=(stopping, planned),
        kwargs={"wall": lambda: next(ticks, time.time() - hours)},
    )
    waiting.start()
    assert beaten.wait(timeout=60)
    stopping.set()
    waiting.join()
    planned.shutdown()


def test_a_beat_tells_a_failure_whole_once_until_its_cause_changes(clock: MovableClock) -> None:
    causes: list[Exception | None] = [
        ValueError("letter 7 is odd"),
        ValueError("letter 8 is odd"),
        OSError("the disk is full"),
        None,
        None,
        OSError("the disk is full"),
    ]

    def fail() -> None:
        cause = causes.pop(0)
        if cause is not None:
            raise cause

    beat = scheduler.Beat("letters", 2, fail, clock=clock)
    with capture_logs() as told:
        while causes:
            clock.advance(timedelta(seconds=2))
            beat()
    assert [line["event"] for line in told] == [
        "beat_failed",
        "beat_failed_again",
        "beat_failed",
        "beat_recovered",
        "beat_failed",
    ]
    assert ["exc_info" in line for line in told] == [True, False, True, False, True]
    assert {line["beat"] for line in told} == {"letters"}
    assert beat.ended_well == clock() - timedelta(seconds=2)


def test_a_scheduler_leaves_a_row_for_each_of_its_beats_and_no_more(app: Flask, clock: MovableClock) -> None:
    site = site_of(app)
    beats = scheduler.beats_of(site, going_on=lambda: True)
    letters, pulse = beats[0], beats[-1]
    assert (letters.name, pulse.name) == ("letters", heartbeats.SCHEDULER)
    began = clock()
    for _ in range(3):
        clock.advance(timedelta(minutes=15))
        letters()
        pulse()
    with site.works.begin() as work:
        moments = heartbeats.heartbeats(work.session)
        assert moments == {
            **dict.fromkeys(scheduler.EVERY_SECONDS, began),
            "letters": clock(),
            heartbeats.SCHEDULER: clock(),
        }
        assert scheduler.late_beats(work.session, now=clock()) == [
            "weeks",
            "due",
            "introductions",
            "returned",
        ]


def test_a_part_of_the_work_has_its_own_beats_and_all_parts_together_have_all(app: Flask) -> None:
    def names(*only: str) -> list[str]:
        return [beat.name for beat in scheduler.beats_of(site_of(app), going_on=lambda: True, only=only)]

    assert names("letters") == ["letters", "returned", heartbeats.SCHEDULER]
    assert names("weeks", "housekeeping") == ["weeks", "due", "housekeeping", heartbeats.SCHEDULER]
    assert names(*scheduler.PARTS) == names() == [*scheduler.EVERY_SECONDS, heartbeats.SCHEDULER]
    assert tuple(scheduler.PARTS) == SCHEDULER_PARTS


def test_a_beat_that_another_process_is_at_is_left_to_it(app: Flask, work: Work) -> None:
    leases.take(work, "introductions")
    assert scheduler.beat_introductions(site_of(app)) == 0
