"""Hands queued letters to the mail server: nothing twice, and every doubt told.

A sender claims a letter under a lease, talks to the server up to RCPT, and only then compares and sets ``claimed → sending``
by its lease token, just before DATA. Whatever dies before that point can be tried again, and so can what breaks off before
the server has said 354 or while the letter still leaves. Only what dies later, without an answer, is in doubt: it becomes
``unknown`` and is never sent again by itself. Some of these in a row, and no letter leaves for a while (``brake``).

A letter that its reader did not ask for just now is ``skipped`` where letters came back: this is asked before the server
hears of the recipient, and once more with the step to ``sending``. So is one that is too late for what it says.
"""

import smtplib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import brake
from matchmaker.post.claims import (
    CAME_BACK,
    FIRST_DELAY,
    LEASE,
    TOO_LATE,
    backoff,
    begin_sending,
    claim,
    give_back,
    refusal_backoff,
    settle,
    settle_expired,
    skip_if_suppressed,
)
from matchmaker.post.meanings import Fault
from matchmaker.post.smtp import Connection, NotTaken, Unreachable
from matchmaker.post.suppression import record_return

__all__ = [
    "ATTEMPTS_AT_MOST",
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
    "skip_if_suppressed",
    "waiting",
]

# With the delays of claims, a letter that a server puts off every time is given up after a day and a half: longer than
# a daily quota or a night's repair takes, shorter than the way to the next weekly letter.
ATTEMPTS_AT_MOST = 14
# A letter that is refused for good is offered again, as a policy may be a mistake, for a day.
REFUSALS_AT_MOST = 5

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
    """Send up to ``limit`` letters that are due.

    Stops early when ``going_on`` says so, when the server refuses us, and when the brake holds.
    """
    with works.begin() as work:
        ended = settle_expired(work)
    for message in ended:
        outcome = "in_doubt" if message.state is MessageState.UNKNOWN else "skipped"
        _tell(outcome, message, detail=message.last_error)
    one_round = _Round(works, settings)
    try:
        while one_round.goes_on(limit) and going_on() and one_round.try_next():
            pass
    finally:
        one_round.close()
    return one_round.delivered()


class _Round:
    """One conversation after the other with the mail server, a letter at a time."""

    def __init__(self, works: WorkFactory, settings: Settings) -> None:
        self._works = works
        self._settings = settings
        self._connection: Connection | None = None
        self._counts: Counter[str] = Counter()
        self._stopped: str | None = None

    def goes_on(self, limit: int) -> bool:
        return self._stopped is None and self._counts.total() < limit

    def delivered(self) -> Delivered:
        return Delivered(stopped=self._stopped, **self._counts)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def try_next(self) -> bool:
        """Try the letter that is due first; False when there is none, or none may leave."""
        with self._works.begin() as work:
            pause = brake.find_pause(work.session, now=work.now)
            if pause is not None:
                self._stopped = pause.reason
                return False
            message = claim(work)
            stays = message is not None and skip_if_suppressed(work, message)
        if message is None:
            return False
        if stays:
            self._note("skipped", message, detail=CAME_BACK)
        else:
            self._try(message)
        return True

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
        with self._works.begin() as work:
            now = work.now
        wire = connection.address(message, now=now)
        with self._works.begin() as work:
            if skip_if_suppressed(work, message) or not begin_sending(work, message):
                _tell("skipped", message)
                return
        connection.data(wire)
        with self._works.begin() as work:
            settle(work, message, MessageState.SENT)
            brake.let_go(work)
        self._note("sent", message)

    def _settle_refused(self, message: OutboxMessage, refusal: NotTaken) -> None:
        """Settle a letter that the server did not take, or give it back for another try."""
        given_up = _gives_up(message, refusal)
        with self._works.begin() as work:
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
        self._note("failed" if given_up else "postponed", message, detail=refusal.detail)

    def _leave_in_doubt(self, message: OutboxMessage, error: str) -> None:
        """The answer to the letter never came: the server may have it or not."""
        with self._works.begin() as work:
            settle(work, message, MessageState.UNKNOWN, error=error)
            if brake.note_doubt(work, error) is not None:
                self._stopped = error
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
