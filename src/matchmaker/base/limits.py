"""Token buckets in the database: every process sees the same limit.

A bucket holds at most ``capacity`` tokens and refills evenly over ``period``; each attempt takes one.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy import CheckConstraint, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work

log = structlog.get_logger()

KEPT = timedelta(days=2)
"""How long a bucket is kept from which nobody takes: longer than the longest takes to be full again."""


class RateBucket(Base):
    """What is left of one limit. The key is a fingerprint: no address is kept here."""

    __tablename__ = "rate_buckets"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("tokens >= 0", name="tokens_not_negative"),)


def take(work: Work, *, purpose: str, subject: str, capacity: int, period: timedelta) -> bool:
    """Take one token of ``subject`` for ``purpose``; False when none is left."""
    return take_or_wait(work, purpose=purpose, subject=subject, capacity=capacity, period=period) is None


def take_or_wait(
    work: Work, *, purpose: str, subject: str, capacity: int, period: timedelta
) -> timedelta | None:
    """Take one token of ``subject`` for ``purpose``; when none is left, how long it takes until there is one."""
    key = work.tokens.fingerprint(f"limit.{purpose}", subject)
    bucket = _locked(work, key, capacity, work.now)
    bucket.tokens, wait = _drawn(
        bucket.tokens, elapsed=work.now - bucket.updated_at, cost=1, capacity=capacity, period=period
    )
    bucket.updated_at = work.now
    if wait is not None:
        log.warning("limit_reached", purpose=purpose, by=work.by)
    return wait


def filled(work: Work, *, purpose: str, capacity: int, period: timedelta) -> RateBucket:
    """The bucket of a limit that all machines share, with what it holds by now; who takes some lowers its ``tokens``.

    Nobody else takes any before this transaction ends. It goes by the clock that they share: one that is ahead would
    fill the bucket each time that it looks.
    """
    now = work.session.scalars(select(work.shared_now)).one()
    bucket = _locked(work, work.tokens.fingerprint(f"limit.{purpose}", ""), capacity, now)
    bucket.tokens, _ = _drawn(
        bucket.tokens, elapsed=now - bucket.updated_at, cost=0, capacity=capacity, period=period
    )
    bucket.updated_at = now
    return bucket


def _locked(work: Work, key: str, capacity: int, now: datetime) -> RateBucket:
    work.session.execute(
        insert_into(work.session, RateBucket)
        .values(key=key, tokens=float(capacity), updated_at=now)
        # An update that changes nothing locks a bucket that is there, so that nobody forgets it in between.
        .on_conflict_do_update(index_elements=["key"], set_={"key": key})
    )
    return work.session.get_one(RateBucket, key)


def _drawn(
    tokens: float, *, elapsed: timedelta, cost: int, capacity: int, period: timedelta
) -> tuple[float, timedelta | None]:
    """What a bucket holds after some were taken from it, and how long to wait if there were too few."""
    filled = min(float(capacity), tokens + capacity * (max(elapsed, timedelta()) / period))
    return (filled - cost, None) if filled >= cost else (filled, period * ((cost - filled) / capacity))


class Looks:
    """Buckets of one process, for what only reads: nothing of them is written. It keeps those that were used last."""

    def __init__(self, *, kept: int = 20_000) -> None:
        self._kept = kept
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def take_or_wait(
        self, subject: str, *, now: datetime, cost: int, capacity: int, period: timedelta
    ) -> timedelta | None:
        """As the function of that name, for ``cost`` tokens."""
        with self._lock:
            tokens, updated_at = self._buckets.pop(subject, (float(capacity), now))
            left, wait = _drawn(tokens, elapsed=now - updated_at, cost=cost, capacity=capacity, period=period)
            self._buckets[subject] = (left, now)
            if len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        return wait


def forget_full(work: Work, *, unused_for: timedelta) -> None:
    """Delete the buckets that nobody took from since ``unused_for``."""
    work.session.execute(delete(RateBucket).where(RateBucket.updated_at < work.now - unused_for))
