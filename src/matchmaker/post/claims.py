"""A sender's hold on a letter: claimed under a lease, given back, or settled.

The states of a letter: ``pending → claimed → sending → sent | failed | unknown | skipped``. Each step compares the lease
token, so that of two senders one alone has the letter.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update

from matchmaker.base.outbox import MessageState, OutboxMessage, settled_at
from matchmaker.base.work import Work
from matchmaker.post.suppression import is_suppressed

LEASE = timedelta(minutes=5)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
FIRST_REFUSAL_DELAY = timedelta(minutes=30)
LONGEST_REFUSAL_DELAY = timedelta(hours=12)

CAME_BACK = "letters to this address came back"
TOO_LATE = "too late for what it says"

_OURS = (MessageState.CLAIMED, MessageState.SENDING)


def claim(work: Work) -> OutboxMessage | None:
    """Take the letter that is due first under a lease, or None if none is due. Concurrent senders never share one.

    What its reader asked for just now goes before all that was due earlier.
    """
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == MessageState.PENDING, OutboxMessage.due_at <= work.now, _in_time(work))
        .order_by(OutboxMessage.asked_for.desc(), OutboxMessage.due_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return work.session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(due.c.id)))
        .values(
            state=MessageState.CLAIMED,
            lease_token=secrets.token_hex(16),
            lease_until=work.now + LEASE,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage)
    ).one_or_none()


def settle_expired(work: Work) -> list[OutboxMessage]:
    """Give back what a dead sender had claimed; what it was handing over is in doubt.

    What waits and is too late for what it says is skipped, whether it is held or not. Gives the letters that ended so.
    """
    expired = OutboxMessage.lease_until <= work.now
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.CLAIMED, expired)
        .values(state=MessageState.PENDING, lease_token=None, lease_until=None)
    )
    doubtful = (
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.SENDING, expired)
        .values(
            state=MessageState.UNKNOWN,
            last_error="the sender stopped in the middle",
            **settled_at(work.now),
        )
    )
    too_late = (
        update(OutboxMessage)
        .where(
            OutboxMessage.state.in_((MessageState.PENDING, MessageState.HELD)),
            OutboxMessage.not_after <= work.now,
        )
        .values(state=MessageState.SKIPPED, last_error=TOO_LATE, **settled_at(work.now))
    )
    return [
        message
        for ended in (doubtful, too_late)
        for message in work.session.scalars(ended.returning(OutboxMessage))
    ]


def skip_if_suppressed(work: Work, message: OutboxMessage) -> bool:
    """Skip a letter that nobody asked for just now if those to its recipient came back; whether that is so."""
    if message.asked_for or not is_suppressed(work, address=message.recipient):
        return False
    settle(work, message, MessageState.SKIPPED, error=CAME_BACK)
    return True


def begin_sending(work: Work, message: OutboxMessage) -> bool:
    """Step from ``claimed`` to ``sending`` if the claim still holds; False if it was taken back, or claim or letter expired.

    The lease begins anew, so that a slow server has the whole of it for its answer.
    """
    values: dict[str, object] = {"state": MessageState.SENDING, "lease_until": work.now + LEASE}
    return _move(work, message, values, before=(MessageState.CLAIMED,), in_force=True)


def settle(work: Work, message: OutboxMessage, state: MessageState, *, error: str | None = None) -> None:
    """Record how a letter ended, if it is still ours."""
    values: dict[str, object] = {
        "state": state,
        "last_error": error and error[:300],
        **settled_at(work.now),
    }
    _move(work, message, values, before=_OURS)


def give_back(
    work: Work, message: OutboxMessage, *, error: str, delay: timedelta, counts: bool = True
) -> None:
    """Let a letter that was not taken wait for ``delay``. ``counts`` tells whether it was an attempt of its own."""
    values: dict[str, object] = {
        "state": MessageState.PENDING,
        "due_at": work.now + delay,
        "last_error": error[:300],
        "lease_token": None,
        "lease_until": None,
    }
    if not counts:
        values["attempts"] = message.attempts - 1
    _move(work, message, values, before=_OURS)


def backoff(attempts: int) -> timedelta:
    """How long a letter waits after its attempt number ``attempts``: 1, 2, 4, … minutes, and at most six hours."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def refusal_backoff(attempts: int) -> timedelta:
    """How long a letter that was refused for good waits after its attempt number ``attempts``: half an hour and longer."""
    return min(FIRST_REFUSAL_DELAY * (1 << 2 * min(max(attempts - 1, 0), 10)), LONGEST_REFUSAL_DELAY)


def _in_time(work: Work) -> ColumnElement[bool]:
    return or_(OutboxMessage.not_after.is_(None), OutboxMessage.not_after > work.now)


def _move(
    work: Work,
    message: OutboxMessage,
    values: dict[str, object],
    *,
    before: Sequence[MessageState],
    in_force: bool = False,
) -> bool:
    condition = [
        OutboxMessage.id == message.id,
        OutboxMessage.lease_token == message.lease_token,
        OutboxMessage.state.in_(before),
    ]
    if in_force:
        condition += [OutboxMessage.lease_until > work.now, _in_time(work)]
    moved = work.session.execute(
        update(OutboxMessage).where(*condition).values(values).returning(OutboxMessage.id)
    )
    return moved.first() is not None
