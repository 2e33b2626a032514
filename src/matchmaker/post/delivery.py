"""Hands queued letters to the mail server: nothing twice, and every doubt told.

The states of a letter: ``pending → claimed → sending → sent | failed | unknown | skipped``. A sender claims a letter under a
lease, talks to the server up to RCPT, and only then compares and sets ``claimed → sending`` by its lease token, just before
DATA. So whatever dies before that point can be tried again, and only what dies between DATA and its answer is in
doubt: it becomes ``unknown`` and is never sent again by itself.

A letter that its reader did not ask for just now is ``skipped`` where letters came back: this is asked before the server
hears of the recipient, and once more with the step to ``sending``.
"""

import secrets
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory
from matchmaker.post.smtp import Connection, Fault, NotTaken, Unreachable
from matchmaker.post.suppression import is_suppressed, record_return

LEASE = timedelta(minutes=5)
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
# With the delays above, a letter that a server puts off every time is given up after a day and a half: longer than
# a daily quota or a night's repair takes, shorter than the way to the next weekly letter.
ATTEMPTS_AT_MOST = 14

CAME_BACK = "letters to this address came back"

_OURS = (MessageState.CLAIMED, MessageState.SENDING)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How a round ended: letters by outcome, and why it stopped early, if it did."""

    sent: int = 0
    failed: int = 0
    skipped: int = 0
    postponed: int = 0
    in_doubt: int = 0
    stopped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the outbox holds, and the last thing that a server said to a letter that still waits."""

    counts: dict[MessageState, int]
    last_error: str | None


def waiting(session: Session, *, kind: str | None = None) -> Waiting:
    """The outbox, by state; of one kind of letter if ``kind`` is given."""
    query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
    last = (
        select(OutboxMessage.last_error)
        .where(OutboxMessage.state == MessageState.PENDING, OutboxMessage.last_error.is_not(None))
        .order_by(OutboxMessage.due_at.desc())
        .limit(1)
    )
    if kind is not None:
        query, last = query.where(OutboxMessage.kind == kind), last.where(OutboxMessage.kind == kind)
    return Waiting(counts=dict(session.execute(query).all()), last_error=session.scalar(last))


def deliver(
    works: WorkFactory, settings: Settings, *, limit: int = 500, going_on: Callable[[], bool] = lambda: True
) -> Delivered:
    """Send up to ``limit`` letters that are due. Stops early when ``going_on`` says so or the server refuses us."""
    with works.begin() as work:
        settle_expired(work)
    sent = failed = skipped = postponed = in_doubt = 0
    stopped: str | None = None
    connection: Connection | None = None
    try:
        while stopped is None and sent + failed + skipped + postponed + in_doubt < limit and going_on():
            with works.begin() as work:
                message = claim(work)
                stays = message is not None and skip_if_suppressed(work, message)
            if message is None:
                break
            if stays:
                skipped += 1
                continue
            try:
                connection = connection or Connection(settings)
                if _hand_over(works, connection, message):
                    sent += 1
            except Unreachable as error:
                stopped = error.detail
                with works.begin() as work:
                    give_back(work, message, error=error.detail, delay=FIRST_DELAY, counts=False)
            except NotTaken as error:
                with works.begin() as work:
                    if _gives_up(work, message, error):
                        failed += 1
                    else:
                        postponed += 1
                # What is neither the recipient's fault nor passing would befall the next letter too.
                if error.fault is Fault.SERVER:
                    stopped = error.detail
            except (smtplib.SMTPException, OSError) as error:
                _leave_in_doubt(works, message, error)
                in_doubt += 1
                if connection is not None:
                    connection.close()
                connection = None
    finally:
        if connection is not None:
            connection.close()
    if stopped is not None:
        log.warning("mail_server_refuses", detail=stopped)
    return Delivered(
        sent=sent, failed=failed, skipped=skipped, postponed=postponed, in_doubt=in_doubt, stopped=stopped
    )


def _gives_up(work: Work, message: OutboxMessage, refusal: NotTaken) -> bool:
    """Settle a letter that the server did not take, or give it back for another try; whether it is settled."""
    last_try = refusal.fault is Fault.PASSING and message.attempts >= ATTEMPTS_AT_MOST
    if not last_try and refusal.fault is not Fault.RECIPIENT:
        give_back(work, message, error=refusal.detail, delay=backoff(message.attempts))
        return False
    settle(work, message, MessageState.FAILED, error=refusal.detail)
    if refusal.bounce is not None:
        record_return(work, message=message, bounce=refusal.bounce, diagnostic=refusal.detail)
    return True


def _leave_in_doubt(works: WorkFactory, message: OutboxMessage, error: Exception) -> None:
    """The answer to DATA never came: the server may have the letter or not."""
    log.warning("letter_in_doubt", message=message.id, error=type(error).__name__)
    with works.begin() as work:
        settle(work, message, MessageState.UNKNOWN, error=type(error).__name__)


def claim(work: Work) -> OutboxMessage | None:
    """Take the letter that is due first under a lease, or None if none is due. Concurrent senders never share one."""
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == MessageState.PENDING, OutboxMessage.due_at <= work.now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
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


def settle_expired(work: Work) -> None:
    """Give back what a dead sender had claimed; what it was handing over is in doubt."""
    expired = OutboxMessage.lease_until <= work.now
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.CLAIMED, expired)
        .values(state=MessageState.PENDING, lease_token=None, lease_until=None)
    )
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == MessageState.SENDING, expired)
        .values(
            state=MessageState.UNKNOWN,
            lease_token=None,
            lease_until=None,
            settled_at=work.now,
            last_error="the sender stopped in the middle",
        )
    )


def skip_if_suppressed(work: Work, message: OutboxMessage) -> bool:
    """Skip a letter that nobody asked for just now if those to its recipient came back; whether that is so."""
    if message.asked_for or not is_suppressed(work, address=message.recipient):
        return False
    settle(work, message, MessageState.SKIPPED, error=CAME_BACK)
    return True


def begin_sending(work: Work, message: OutboxMessage) -> bool:
    """Step from ``claimed`` to ``sending`` if the claim still holds; False if it was taken back, or has expired.

    The lease begins anew, so that a slow server has the whole of it for its answer.
    """
    values: dict[str, object] = {"state": MessageState.SENDING, "lease_until": work.now + LEASE}
    return _move(work, message, values, before=(MessageState.CLAIMED,), in_force=True)


def settle(work: Work, message: OutboxMessage, state: MessageState, *, error: str | None = None) -> None:
    """Record how a letter ended, if it is still ours."""
    values: dict[str, object] = {
        "state": state,
        "settled_at": work.now,
        "last_error": error and error[:300],
        "lease_token": None,
        "lease_until": None,
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


def _hand_over(works: WorkFactory, connection: Connection, message: OutboxMessage) -> bool:
    wire = connection.address(message)
    with works.begin() as work:
        if skip_if_suppressed(work, message) or not begin_sending(work, message):
            return False
    connection.data(wire)
    with works.begin() as work:
        settle(work, message, MessageState.SENT)
    return True


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
        condition.append(OutboxMessage.lease_until > work.now)
    moved = work.session.execute(
        update(OutboxMessage).where(*condition).values(values).returning(OutboxMessage.id)
    )
    return moved.first() is not None
