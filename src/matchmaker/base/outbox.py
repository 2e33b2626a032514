"""The outbox: the table in which a letter waits, queued with its cause.

A service queues a letter in its own transaction, and ``post.delivery`` hands it to the mail server later. So a letter
exists if and only if its cause was committed.
"""

import enum
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Engine,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    case,
    false,
    select,
    true,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from matchmaker.base.db import Base, enum_column, in_parts
from matchmaker.base.letter import Letter
from matchmaker.base.naming import Naming

LETTERS_KEPT = timedelta(weeks=8)
"""How long the words and the address of a letter are kept after it was settled: as long as the codes on paper are good."""

STRANGERS_KEPT = timedelta(days=7)
"""How long letters to somebody are kept who never became known here: as long as a sign-up waits for its confirmation."""


class MessageState(enum.StrEnum):
    """Where a queued letter stands."""

    PENDING = "pending"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


_WAITING = (MessageState.PENDING, MessageState.HELD, MessageState.CLAIMED)
_UNSETTLED = (*_WAITING, MessageState.SENDING)


class OutboxMessage(Base):
    """A letter that waits, or what became of it."""

    __tablename__ = "outbox_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_name: Mapped[str] = mapped_column(String(80))
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))
    list_id: Mapped[str | None] = mapped_column(String(200))
    asked_for: Mapped[bool] = mapped_column(server_default=false())
    has_key: Mapped[bool] = mapped_column(server_default=false())
    message_key: Mapped[str] = mapped_column(String(40))
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState), default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        UniqueConstraint("message_key"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint(
            "state NOT IN ('claimed', 'sending') OR (lease_token IS NOT NULL AND lease_until IS NOT NULL)",
            name="work_has_lease",
        ),
        Index("ix_outbox_messages_state_due_at_id", "state", "due_at", "id"),
    )


def queue(session: Session, letter: Letter, *, now: datetime) -> OutboxMessage:
    """Put ``letter`` into the outbox, as part of the transaction of its cause."""
    message = OutboxMessage(
        kind=letter.kind,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        locale=letter.locale,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        unsubscribe_url=letter.unsubscribe_url,
        list_id=letter.list_id,
        asked_for=letter.asked_for,
        has_key=letter.has_key,
        message_key=secrets.token_hex(16),
        created_at=now,
        due_at=now,
        not_after=now + letter.lasts,
    )
    session.add(message)
    return message


def settled_at(now: datetime) -> dict[str, object]:
    """What every letter's row gets that has found its end: the moment, and no words that are a key.

    Whoever reads a copy of the database must not sign in by a letter that has been delivered.
    """
    kept = {
        name: case((OutboxMessage.has_key, ""), else_=column)
        for name, column in (("text", OutboxMessage.text), ("html", OutboxMessage.html))
    }
    return {"settled_at": now, "lease_token": None, "lease_until": None, **kept}


def skip_waiting(session: Session, *, recipient: str, now: datetime, kind: str | None = None) -> int:
    """Take back the letters to ``recipient``, all or of a ``kind``, that no mail server was offered; how many they were.

    The sender compares the state once more just before it hands a letter over, so this holds at once.
    """
    of_kind = true() if kind is None else OutboxMessage.kind == kind
    those = and_(OutboxMessage.recipient == recipient, of_kind)
    return _move(session, those, _WAITING, MessageState.SKIPPED, **settled_at(now))


def forget(session: Session, *, recipient: str, now: datetime) -> None:
    """Take back the letters to ``recipient`` that wait, and keep of all of them no more than what became of them."""
    _forget(session, OutboxMessage.recipient == recipient, now=now)


def forget_strangers(
    session: Session,
    known: Iterable[InstrumentedAttribute[Any]],
    *,
    now: datetime,
    among: Collection[str] | None = None,
) -> None:
    """Forget letters to addresses that are in none of the ``known`` columns.

    Those that are younger than a week are kept, as they may be on their way, but for recipients ``among`` some.
    """
    strangers = and_(
        OutboxMessage.recipient != "",
        *(OutboxMessage.recipient.not_in(select(column).where(column.is_not(None))) for column in known),
    )
    if among is None:
        _forget(session, and_(strangers, OutboxMessage.created_at <= now - STRANGERS_KEPT), now=now)
        return
    for some in in_parts(sorted(among)):
        _forget(session, and_(strangers, OutboxMessage.recipient.in_(some)), now=now)


def old_letters(now: datetime) -> ColumnElement[bool]:
    """Which letters were settled so long ago that nothing is kept of them but what became of them."""
    return and_(
        OutboxMessage.recipient != "",
        OutboxMessage.settled_at <= now - LETTERS_KEPT,
        OutboxMessage.state.not_in(_UNSETTLED),
    )


def forget_old(session: Session, letters: Sequence[int], *, now: datetime) -> None:
    """Keep of some of the old letters no more than what became of them."""
    for some in in_parts(letters):
        _forget(session, and_(old_letters(now), OutboxMessage.id.in_(some)), now=now)


def take_out(session: Session, messages: ColumnElement[bool], naming: Naming) -> None:
    """Have letters to others tell nothing of somebody who leaves.

    Those that were handed over lose their words; in those that wait, what names the one who leaves is left out.
    """
    settled = OutboxMessage.state.not_in(_UNSETTLED)
    session.execute(update(OutboxMessage).where(messages, settled).values(subject="", text="", html=""))
    waiting = session.scalars(
        select(OutboxMessage).where(messages, ~settled), execution_options={"populate_existing": True}
    )
    for message in waiting:
        message.subject, message.text = naming.out_of(message.subject), naming.out_of(message.text)
        message.html = naming.out_of_html(message.html)
    session.flush()


def doubt_unsettled(engine: Engine, *, now: datetime) -> int:
    """Have nobody send what waits in a database that was just put back, as it may have left since; how many letters.

    The schema may be that of an earlier version.
    """
    with Session(engine) as session, session.begin():
        return _move(
            session,
            true(),
            _UNSETTLED,
            MessageState.UNKNOWN,
            settled_at=now,
            last_error="the database was put back to an earlier moment",
        )


def hold(session: Session, messages: ColumnElement[bool]) -> int:
    """Let some waiting letters wait until `release`, whoever has claimed them; how many they were."""
    return _move(session, messages, (MessageState.PENDING, MessageState.CLAIMED), MessageState.HELD)


def release(session: Session, messages: ColumnElement[bool]) -> int:
    """Let letters go on that were held; how many they were."""
    return _move(session, messages, (MessageState.HELD,), MessageState.PENDING)


def _forget(session: Session, messages: ColumnElement[bool], *, now: datetime) -> None:
    _move(session, messages, _WAITING, MessageState.SKIPPED, **settled_at(now))
    session.execute(
        update(OutboxMessage)
        .where(messages)
        .values(
            recipient="",
            recipient_name="",
            subject="",
            text="",
            html="",
            unsubscribe_url=None,
            last_error=None,
        )
    )


def _move(
    session: Session,
    messages: ColumnElement[bool],
    before: Sequence[MessageState],
    after: MessageState,
    **values: object,
) -> int:
    result = session.execute(
        update(OutboxMessage)
        .where(messages, OutboxMessage.state.in_(before))
        .values(**{"state": after, "lease_token": None, "lease_until": None, **values})
        .returning(OutboxMessage.id)
    )
    return len(result.all())
