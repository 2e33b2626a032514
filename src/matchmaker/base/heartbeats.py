"""Heartbeats: when a process that runs by itself was last seen at work. A row a name, which only moves on."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work

SCHEDULER = "scheduler"
"""The name of the scheduler itself, which beats whatever its work is doing; the others are parts of its work."""

BEATS_EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(minutes=2)
"""Longer than a busy database keeps a beat waiting, shorter than anybody waits for a link to sign in."""


class Heartbeat(Base):
    """When something ended well for the last time."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


def note(work: Work, moments: Mapping[str, datetime]) -> None:
    """Note when each name ended well. What another process knows of later than that stays."""
    # In one order, so that two processes do not wait for each other.
    for name, at in sorted(moments.items()):
        statement = insert_into(work.session, Heartbeat).values(name=name, at=at)
        work.session.execute(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"at": at},
                # A moment that lies ahead was noted before the machine's clock was set back.
                where=or_(Heartbeat.at < at, Heartbeat.at > work.now),
            )
        )


def heartbeats(session: Session) -> dict[str, datetime]:
    """The moment of each name."""
    return dict(session.execute(select(Heartbeat.name, Heartbeat.at)).all())


def is_alive(session: Session, *, now: datetime) -> bool:
    """Whether a scheduler was seen at work lately."""
    at = session.scalar(select(Heartbeat.at).where(Heartbeat.name == SCHEDULER))
    return at is not None and at > now - SILENT_AFTER
