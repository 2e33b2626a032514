"""Token buckets: so many tries, then none until time has passed, for every process alike."""

import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from matchmaker.base import limits
from matchmaker.base.limits import RateBucket
from matchmaker.base.work import WorkFactory
from tests.clock import MovableClock

HOUR = timedelta(hours=1)


def take(works: WorkFactory, subject: str = "amina@example.org", purpose: str = "sign_in") -> bool:
    """One try of three an hour."""
    with works.begin() as work:
        return limits.take(work, purpose=purpose, subject=subject, capacity=3, period=HOUR)


def test_after_its_tries_a_subject_must_wait(works: WorkFactory) -> None:
    assert [take(works) for _ in range(5)] == [True, True, True, False, False]


def test_a_bucket_refills_evenly(works: WorkFactory, clock: MovableClock) -> None:
    for _ in range(3):
        take(works)
    clock.advance(timedelta(minutes=19))
    assert not take(works)
    clock.advance(timedelta(minutes=2))
    assert take(works)
    assert not take(works)


def test_a_bucket_never_holds_more_than_its_capacity(works: WorkFactory, clock: MovableClock) -> None:
    take(works)
    clock.advance(timedelta(days=30))
    assert [take(works) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_goes_back_gives_and_takes_nothing(works: WorkFactory, clock: MovableClock) -> None:
    take(works)
    clock.advance(-timedelta(days=1))
    assert [take(works) for _ in range(3)] == [True, True, False]


def test_subjects_and_purposes_do_not_share_their_tries(works: WorkFactory) -> None:
    for _ in range(3):
        take(works)
    assert take(works, subject="lou@example.org")
    assert take(works, purpose="sign_up")


def test_no_address_is_kept(works: WorkFactory) -> None:
    take(works)
    with works.begin() as work:
        bucket = work.session.scalars(select(RateBucket)).one()
    assert len(bucket.key) == 64
    assert "amina" not in bucket.key


def test_unused_buckets_are_forgotten_and_used_ones_kept(works: WorkFactory, clock: MovableClock) -> None:
    take(works, subject="old")
    clock.advance(timedelta(days=2, seconds=1))
    take(works, subject="new")
    with works.begin() as work:
        limits.forget_full(work, unused_for=timedelta(days=2))
        assert len(work.session.scalars(select(RateBucket)).all()) == 1


def test_tries_at_once_are_counted_each(live_works: WorkFactory) -> None:
    with ThreadPoolExecutor(8) as threads:
        allowed = list(threads.map(lambda _: take(live_works), range(16)))
    assert sum(allowed) == 3


def test_another_process_sees_the_same_limit(live_works: WorkFactory, fresh_engine: Engine) -> None:
    for _ in range(2):
        take(live_works)
    code = """
        import os
        from flask import Flask
        from matchmaker.base.db import make_engine, make_session_factory
        from tests.builders import make_works
        from tests.kernel.base.test_limits import take

        works = make_works(make_session_factory(make_engine(os.environ["URL"])), Flask("other"))
        print([take(works) for _ in range(3)])
    """
    url = fresh_engine.url.render_as_string(hide_password=False)
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "URL": url},
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.splitlines()[-1] == "[True, False, False]"
    assert not take(live_works)
