"""Hands queued letters to the mail server: nothing twice, and every doubt told.

A sender claims some letters under a lease, talks to the server up to RCPT, and only then compares and sets
``claimed → sending`` of one by its lease token, just before DATA; the same statement records the one before as sent.
Whatever dies before that point can be tried again, and so can what breaks off before the server has said 354 or while
the letter still leaves. Only what dies later, without an answer or before it is recorded, is in doubt, one letter at
most: it becomes ``unknown`` and is never sent again by itself. Some of these in a row, and no letter leaves for a while
(``brake``).

A letter that its reader did not ask for just now is ``skipped`` where letters came back: this is asked before the server
hears of the recipient, and once more with the step to ``sending``. So is one that is too late for what it says.
"""

import smtplib
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory
from matchmaker.post import brake
from matchmaker.post.claims import (
    AT_ONCE,
    CAME_BACK,
    FIRST_DELAY,
    LEASE,
    TOO_LATE,
    backoff,
    begin_after,
    begin_sending,
    claim,
    give_back,
    let_wait,
    refusal_backoff,
    settle,
    settle_expired,
    skip_suppressed,
)
from matchmaker.post.meanings import Fault
from matchmaker.post.pace import bucket_of
from matchmaker.post.smtp import Connection, NotTaken, Unreachable
from matchmaker.post.suppression import record_return

__all__ = [
    "ATTEMPTS_AT_MOST",
    "AT_IT",
    "AT_ONCE",
    "CAME_BACK",
    "LEASE",
    "REFUSALS_AT_MOST",
    "TOO_LATE",
    "Delivered",
    "Waiting",
    "backoff",
    "begin_sending",
    "claim",
    "deliver",
    "give_back",
    "refusal_backoff",
    "settle",
    "settle_expired",
    "waiting",
]

# With the delays of claims, a letter that a server puts off every time is given up after a day and a half: longer than
# a daily quota or a night's repair takes, shorter than the way to the next weekly letter.
ATTEMPTS_AT_MOST = 14
# A letter that is refused for good is offered again, as a policy may be a mistake, for a day.
REFUSALS_AT_MOST = 5

AT_IT = timedelta(seconds=2)
"""How long a sender is at the letters that it claimed; it gives back the others, and claims what is due first by then."""

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
    works: WorkFactory,
    settings: Settings,
    *,
    limit: int = 500,
    going_on: Callable[[], bool] = lambda: True,
    passed: Callable[[], float] = time.monotonic,
) -> Delivered:
    """Send up to ``limit`` letters that are due.

    Stops early when ``going_on`` says so, when the server refuses us, and when the brake holds.
    """
    with works.begin() as work:
        ended = settle_expired(work)
    for message in ended:
        outcome = "in_doubt" if message.state is MessageState.UNKNOWN else "skipped"
        _tell(outcome, message, detail=message.last_error)
    one_round = _Round(works, settings, going_on, passed)
    try:
        while one_round.goes_on(limit) and one_round.try_some(limit):
            pass
    finally:
        one_round.close()
    return one_round.delivered()


class _Round:
    """One conversation after the other with the mail server, some letters claimed at a time."""

    def __init__(
        self,
        works: WorkFactory,
        settings: Settings,
        going_on: Callable[[], bool],
        passed: Callable[[], float],
    ) -> None:
        self._works = works
        self._settings = settings
        self._going_on = going_on
        self._passed = passed
        self._connection: Connection | None = None
        self._counts: Counter[str] = Counter()
        self._stopped: str | None = None
        self._sent: OutboxMessage | None = None
        self._counted = False

    def goes_on(self, limit: int) -> bool:
        return self._stopped is None and self._counts.total() < limit and self._going_on()

    def delivered(self) -> Delivered:
        return Delivered(stopped=self._stopped, **self._counts)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def try_some(self, limit: int) -> bool:
        """Try the letters that are due first; False when there are none, or none may leave.

        What was not tried for long waits again, so that what somebody asks for meanwhile comes before it.
        """
        at_most = min(AT_ONCE, limit - self._counts.total())
        with self._works.begin() as work:
            pause, self._counted = brake.look(work.session, now=work.now)
            if pause is not None:
                self._stopped = pause.reason
                return False
            messages = self._claimed(work, at_most)
            skipped = skip_suppressed(work, messages)
        for message in skipped:
            self._note("skipped", message, detail=CAME_BACK)
        waiting = deque(message for message in messages if message not in skipped)
        until = self._passed() + AT_IT.total_seconds()
        try:
            while waiting and self.goes_on(limit) and self._passed() < until:
                self._try(waiting.popleft())
        finally:
            with self._works.begin() as work:
                self._settle_sent(work)
                let_wait(work, waiting)
            self._sent = None
        return bool(messages)

    def _try(self, message: OutboxMessage) -> None:
        try:
            self._connection = self._connection or Connection(self._settings)
            self._hand_over(self._connection, message)
        except Unreachable as error:
            self._stopped = error.detail
            with self._works.begin() as work:
                give_back(work, message, error=error.detail, delay=FIRST_DELAY, counts=False)
            _tell("postponed", message, detail=error.detail)
        except NotTaken as error:
            self._settle_refused(message, error)
        except (smtplib.SMTPException, OSError) as error:
            self._leave_in_doubt(message, type(error).__name__)

    def _hand_over(self, connection: Connection, message: OutboxMessage) -> None:
        wire = connection.address(message, now=self._works.clock())
        with self._works.begin() as work:
            begun = self._begin(work, message)
            if not begun:
                skip_suppressed(work, [message])
        self._sent = None
        if not begun:
            _tell("skipped", message)
            return
        connection.data(wire)
        self._sent = message
        self._note("sent", message)

    def _claimed(self, work: Work, at_most: int) -> Sequence[OutboxMessage]:
        if self._settings.mail_per_minute is None:
            return claim(work, at_most=at_most)
        bucket = bucket_of(work, self._settings.mail_per_minute)
        messages = claim(work, at_most=min(at_most, int(bucket.tokens)))
        bucket.tokens -= len(messages)
        return messages

    def _begin(self, work: Work, message: OutboxMessage) -> bool:
        """Have a letter leave, and record the one before, whose answer has come, with the same statement."""
        if self._sent is None:
            return begin_sending(work, message)
        self._let_go(work)
        return begin_after(work, message, sent=self._sent)

    def _settle_sent(self, work: Work) -> None:
        if self._sent is not None:
            settle(work, self._sent, MessageState.SENT)
            self._let_go(work)

    def _let_go(self, work: Work) -> None:
        if self._counted:
            brake.let_go(work)
        self._counted = False

    def _settle_refused(self, message: OutboxMessage, refusal: NotTaken) -> None:
        """Settle a letter that the server did not take, or give it back for another try."""
        given_up = _gives_up(message, refusal)
        with self._works.begin() as work:
            self._settle_sent(work)
            if given_up:
                settle(work, message, MessageState.FAILED, error=refusal.detail)
                if refusal.bounce is not None:
                    record_return(work, message=message, bounce=refusal.bounce, diagnostic=refusal.detail)
            else:
                delay = refusal_backoff if refusal.fault is Fault.LETTER else backoff
                give_back(work, message, error=refusal.detail, delay=delay(message.attempts))
            # What befalls every letter is not the letters' fault, whatever the server says.
            if refusal.fault is Fault.LETTER and brake.note_refusal(work, refusal.detail) is not None:
                self._stopped = refusal.detail
            self._counted = True
        self._sent = None
        self._note("failed" if given_up else "postponed", message, detail=refusal.detail)

    def _leave_in_doubt(self, message: OutboxMessage, error: str) -> None:
        """The answer to the letter never came: the server may have it or not."""
        with self._works.begin() as work:
            self._settle_sent(work)
            settle(work, message, MessageState.UNKNOWN, error=error)
            if brake.note_doubt(work, error) is not None:
                self._stopped = error
        self._sent, self._counted = None, True
        self._note("in_doubt", message, detail=error)
        self.close()

    def _note(self, outcome: str, message: OutboxMessage, *, detail: str | None = None) -> None:
        self._counts[outcome] += 1
        _tell(outcome, message, detail=detail)


def _tell(outcome: str, message: OutboxMessage, *, detail: str | None = None) -> None:
    """Leave a line in the logs: what became of which letter, and the server's words, in which there is no address."""
    tell = log.warning if outcome in {"failed", "in_doubt"} else log.info
    tell(f"letter_{outcome}", message=message.id, kind=message.kind, attempt=message.attempts, detail=detail)


def _gives_up(message: OutboxMessage, refusal: NotTaken) -> bool:
    if refusal.fault is Fault.PASSING:
        return message.attempts >= ATTEMPTS_AT_MOST
    return refusal.fault is Fault.RECIPIENT or message.attempts >= REFUSALS_AT_MOST
