"""Letters in doubt: the mail server fell silent in the middle, so that nobody knows whether they arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A letter in doubt, since when and why; it names nobody."""

    message_id: int
    kind: str
    since: datetime | None
    error: str | None


def doubts(session: Session) -> Sequence[Doubt]:
    """All letters in doubt, the oldest first."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.kind, OutboxMessage.settled_at, OutboxMessage.last_error)
        .where(OutboxMessage.state == MessageState.UNKNOWN)
        .order_by(OutboxMessage.settled_at, OutboxMessage.id)
    )
    return [
        Doubt(message_id=number, kind=kind, since=since, error=error) for number, kind, since, error in rows
    ]


def settle_doubt(work: Work, *, message_id: int, arrived: bool) -> bool:
    """Record that a letter in doubt arrived or did not; False if what became of it was known already."""
    settled = work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state == MessageState.UNKNOWN)
        .values(state=MessageState.SENT if arrived else MessageState.FAILED)
        .returning(OutboxMessage.id)
    )
    return settled.first() is not None
