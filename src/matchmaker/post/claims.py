"""A sender's hold on a letter: claimed under a lease, given back, or settled.

The states of a letter: ``pending → claimed → sending → sent | failed | unknown | skipped``. Each step compares the lease
token, so that of two senders one alone has the letter.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ClauseElement, ColumnElement, and_, case, literal, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.base.outbox import MessageState, OutboxMessage, settled_at
from matchmaker.base.work import Work
from matchmaker.post.suppression import fingerprint, suppressed, suppressed_among

AT_ONCE = 20
"""Letters that a sender claims with one statement: so many are back within a lease where it dies."""

LEASE = timedelta(minutes=5)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
FIRST_REFUSAL_DELAY = timedelta(minutes=30)
LONGEST_REFUSAL_DELAY = timedelta(hours=12)

CAME_BACK = "letters to this address came back"
TOO_LATE = "too late for what it says"

_OURS = (MessageState.CLAIMED, MessageState.SENDING)
_FREE: Mapping[str, object] = {"state": MessageState.PENDING, "lease_token": None, "lease_until": None}


def claim(work: Work, *, at_most: int = AT_ONCE) -> Sequence[OutboxMessage]:
    """Take the letters that are due first under a lease, in their order. Concurrent senders never share one.

    What its reader asked for just now goes before all that was due earlier.
    """
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == MessageState.PENDING, OutboxMessage.due_at <= work.now, _in_time(work))
        .order_by(OutboxMessage.asked_for.desc(), OutboxMessage.due_at, OutboxMessage.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = work.session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(due.c.id)))
        .values(
            state=MessageState.CLAIMED,
            lease_token=secrets.token_hex(16),
            lease_until=work.shared_until(LEASE),
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return sorted(claimed, key=lambda message: (not message.asked_for, message.due_at, message.id))


def settle_expired(work: Work) -> list[OutboxMessage]:
    """Give back what a dead sender had claimed; what it was handing over is in doubt.

    What waits and is too late for what it says is skipped, whether it is held or not. Gives the letters that ended so.
    """
    expired = OutboxMessage.lease_until <= work.shared_now
    work.session.execute(
        update(OutboxMessage).where(OutboxMessage.state == MessageState.CLAIMED, expired).values(_FREE)
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


def skip_suppressed(work: Work, messages: Sequence[OutboxMessage]) -> Sequence[OutboxMessage]:
    """Skip the letters that nobody asked for just now whose recipients' letters came back; these."""
    keys = [
        (message, fingerprint(work.tokens, message.recipient))
        for message in messages
        if not message.asked_for
    ]
    stopped = suppressed_among(work.session, (key for _, key in keys))
    skipped = [message for message, key in keys if key in stopped]
    for message in skipped:
        settle(work, message, MessageState.SKIPPED, error=CAME_BACK)
    return skipped


def begin_sending(work: Work, message: OutboxMessage) -> bool:
    """Step from ``claimed`` to ``sending`` if the claim still holds; False if it was taken back, or claim or letter expired.

    Nor does a letter leave that nobody asked for just now, if those to its recipient came back. The lease begins anew, so
    that a slow server has the whole of it for its answer.
    """
    values: dict[str, object] = {"state": MessageState.SENDING, "lease_until": work.shared_until(LEASE)}
    return bool(_moved(work, _may_begin(work, message), values))


def begin_after(work: Work, message: OutboxMessage, *, sent: OutboxMessage) -> bool:
    """As `begin_sending`, while the letter before is recorded as ``sent`` by the same statement, whatever comes."""
    this = OutboxMessage.id == message.id
    ended = {"state": MessageState.SENT, "last_error": None, **settled_at(work.now)}
    kept: dict[str, object] = {
        **{name: getattr(OutboxMessage, name) for name in ended},
        "state": MessageState.SENDING,
        "lease_until": work.shared_until(LEASE),
    }
    values: dict[str, object] = {
        name: case((this, _typed(name, kept[name])), else_=_typed(name, value))
        for name, value in ended.items()
    }
    either = or_(_may_begin(work, message), _is_ours(sent, _OURS))
    return message.id in _moved(work, either, values)


def _typed(name: str, value: object) -> ColumnElement[Any]:
    """A value as its column keeps it: in a CASE it would be taken for what it looks like."""
    if isinstance(value, ClauseElement | InstrumentedAttribute):
        return cast(ColumnElement[Any], value)
    return literal(value, OutboxMessage.__table__.c[name].type)


def settle(work: Work, message: OutboxMessage, state: MessageState, *, error: str | None = None) -> None:
    """Record how a letter ended, if it is still ours."""
    values = {"state": state, "last_error": error and error[:300], **settled_at(work.now)}
    _moved(work, _is_ours(message, _OURS), values)


def let_wait(work: Work, messages: Sequence[OutboxMessage]) -> None:
    """Give back letters that were claimed and not tried."""
    if messages:
        untried = or_(*(_is_ours(message, (MessageState.CLAIMED,)) for message in messages))
        _moved(work, untried, {**_FREE, "attempts": OutboxMessage.attempts - 1})


def give_back(
    work: Work, message: OutboxMessage, *, error: str, delay: timedelta, counts: bool = True
) -> None:
    """Let a letter that was not taken wait for ``delay``. ``counts`` tells whether it was an attempt of its own."""
    values: dict[str, object] = {**_FREE, "due_at": work.now + delay, "last_error": error[:300]}
    if not counts:
        values["attempts"] = message.attempts - 1
    _moved(work, _is_ours(message, _OURS), values)


def backoff(attempts: int) -> timedelta:
    """How long a letter waits after its attempt number ``attempts``: 1, 2, 4, … minutes, and at most six hours."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)


def refusal_backoff(attempts: int) -> timedelta:
    """How long a letter that was refused for good waits after its attempt number ``attempts``: half an hour and longer."""
    return min(FIRST_REFUSAL_DELAY * (1 << 2 * min(max(attempts - 1, 0), 10)), LONGEST_REFUSAL_DELAY)


def _in_time(work: Work) -> ColumnElement[bool]:
    return or_(OutboxMessage.not_after.is_(None), OutboxMessage.not_after > work.now)


def _may_begin(work: Work, message: OutboxMessage) -> ColumnElement[bool]:
    key = fingerprint(work.tokens, message.recipient)
    return and_(
        _is_ours(message, (MessageState.CLAIMED,)),
        OutboxMessage.lease_until > work.shared_now,
        _in_time(work),
        true() if message.asked_for else ~suppressed(key),
    )


def _is_ours(message: OutboxMessage, states: Sequence[MessageState]) -> ColumnElement[bool]:
    return and_(
        OutboxMessage.id == message.id,
        OutboxMessage.lease_token == message.lease_token,
        OutboxMessage.state.in_(states),
    )


def _moved(work: Work, those: ColumnElement[bool], values: Mapping[str, object]) -> Sequence[int]:
    """The ids of the letters that were changed."""
    return work.session.scalars(
        update(OutboxMessage).where(those).values(**values).returning(OutboxMessage.id),
        execution_options={"synchronize_session": False},
    ).all()
