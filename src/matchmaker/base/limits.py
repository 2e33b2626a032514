"""Token buckets in the database: every process sees the same limit.

A bucket holds at most ``capacity`` tokens and refills evenly over ``period``; each attempt takes one.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import CheckConstraint, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work

log = structlog.get_logger()


class RateBucket(Base):
    """What is left of one limit. The key is a fingerprint: no address is kept here."""

    __tablename__ = "rate_buckets"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("tokens >= 0", name="tokens_not_negative"),)


def take(work: Work, *, purpose: str, subject: str, capacity: int, period: timedelta) -> bool:
    """Take one token of ``subject`` for ``purpose``; False when none is left."""
    key = work.tokens.fingerprint(f"limit.{purpose}", subject)
    work.session.execute(
        insert_into(work.session, RateBucket)
        .values(key=key, tokens=float(capacity), updated_at=work.now)
        # An update that changes nothing locks a bucket that is there, so that nobody forgets it in between.
        .on_conflict_do_update(index_elements=["key"], set_={"key": key})
    )
    bucket = work.session.scalars(select(RateBucket).where(RateBucket.key == key).with_for_update()).one()
    elapsed = max(work.now - bucket.updated_at, timedelta())
    filled = min(float(capacity), bucket.tokens + capacity * (elapsed / period))
    allowed = filled >= 1
    bucket.tokens = filled - 1 if allowed else filled
    bucket.updated_at = work.now
    if not allowed:
        log.warning("limit_reached", purpose=purpose, by=work.by)
    return allowed


def forget_full(work: Work, *, unused_for: timedelta) -> None:
    """Delete the buckets that nobody took from since ``unused_for``."""
    work.session.execute(delete(RateBucket).where(RateBucket.updated_at < work.now - unused_for))
