"""Leases: who is at a piece of work that one process does at a time, until when.

They are measured by the clock that all machines share. Whoever dies leaves a lease that ends by itself; whoever was
away for longer than theirs has lost it, and learns so when they look.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work, WorkFactory

LASTS = timedelta(minutes=5)
"""How long work rests that a process died at, if it renews its lease while it is at it."""

RENEWED_EVERY = timedelta(minutes=1)


class Lease(Base):
    """That a process is at a piece of work; none while nobody is."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    token: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that was taken."""

    name: str
    token: str


def take(work: Work, name: str, *, lasts: timedelta = LASTS) -> Held | None:
    """Take the lease of that name, unless somebody has it; who asks at the same moment waits and gets None."""
    token, until = secrets.token_hex(16), work.shared_until(lasts)
    taken = work.session.execute(
        insert_into(work.session, Lease)
        .values(name=name, token=token, until=until)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"token": token, "until": until},
            where=Lease.until <= work.shared_now,
        )
        .returning(Lease.token)
    )
    return None if taken.first() is None else Held(name=name, token=token)


def renew(work: Work, held: Held, *, lasts: timedelta = LASTS) -> bool:
    """Have a lease last anew; False when it has ended or somebody else has it. Nobody takes it in this transaction."""
    renewed = work.session.execute(
        update(Lease)
        .where(Lease.name == held.name, Lease.token == held.token, Lease.until > work.shared_now)
        .values(until=work.shared_until(lasts))
        .returning(Lease.name),
        execution_options={"synchronize_session": False},
    )
    return renewed.first() is not None


def give_back(work: Work, held: Held) -> None:
    """Let somebody else have a lease; one that was lost stays with who has it."""
    work.session.execute(delete(Lease).where(Lease.name == held.name, Lease.token == held.token))


def while_held(
    works: WorkFactory,
    held: Held,
    going_on: Callable[[], bool],
    *,
    every: timedelta = RENEWED_EVERY,
    passed: Callable[[], float] = time.monotonic,
) -> Callable[[], bool]:
    """``going_on`` for long work: it renews the lease each time that so long has passed, and says no once it is lost."""
    next_time, lost = passed() + every.total_seconds(), False

    def still_going_on() -> bool:
        nonlocal next_time, lost
        if not lost and passed() >= next_time:
            with works.begin() as work:
                lost = not renew(work, held)
            next_time = passed() + every.total_seconds()
        return not lost and going_on()

    return still_going_on
