"""Letters that came back, and the addresses that therefore get only letters that they ask for.

Both are kept by the address's fingerprint, so that erasing somebody leaves no address here and joining again finds what
is known. Sender and reports write here; a proof that the address works again, or its owner's word, lifts it.
"""

import enum
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.base import outbox
from matchmaker.base.db import Base, enum_column, in_parts, insert_into
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Work
from matchmaker.post.meanings import Bounce
from matchmaker.post.reports import DIAGNOSTIC_LENGTH

SOFT_WEEKS = 3
REMEMBERED_FOR = timedelta(days=365)


class SuppressionReason(enum.StrEnum):
    """Why an address gets no more letters."""

    HARD_BOUNCE = "hard_bounce"
    SOFT_WEEKS = "soft_weeks"


class SuppressedAddress(Base):
    """An address to which nothing is sent that was not asked for. ``diagnostic`` holds no address."""

    __tablename__ = "suppressed_addresses"

    recipient_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[SuppressionReason] = mapped_column(enum_column(SuppressionReason))
    since: Mapped[datetime]
    diagnostic: Mapped[str] = mapped_column(String(DIAGNOSTIC_LENGTH))

    __table_args__ = (CheckConstraint("length(recipient_key) = 64", name="recipient_is_a_fingerprint"),)


class ReturnedLetter(Base):
    """A letter that came back: once, however often that is told. ``forgiven`` ones count for nothing any more."""

    __tablename__ = "returned_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(40))
    recipient_key: Mapped[str] = mapped_column(String(64))
    bounce: Mapped[Bounce] = mapped_column(enum_column(Bounce))
    sent_at: Mapped[datetime]
    forgiven: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("message_key"),
        CheckConstraint("length(recipient_key) = 64", name="recipient_is_a_fingerprint"),
        Index("ix_returned_letters_recipient_key_sent_at", "recipient_key", "sent_at"),
    )


class Complaint(Base):
    """That a letter was called unwanted by its reader: once a letter. A ``forgiven`` one stops nothing any more."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(40))
    recipient_key: Mapped[str] = mapped_column(String(64), index=True)
    complained_at: Mapped[datetime]
    forgiven: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("message_key"),
        CheckConstraint("length(recipient_key) = 64", name="recipient_is_a_fingerprint"),
    )


def fingerprint(tokens: Tokens, address: str) -> str:
    """What stands for ``address`` here, and for the reader in a run of the weekly letter."""
    return tokens.fingerprint("recipient", address)


def find_suppressed(session: Session, *, tokens: Tokens, address: str) -> SuppressedAddress | None:
    """Why and since when ``address`` gets no letters, if it gets none."""
    return session.get(SuppressedAddress, fingerprint(tokens, address))


def is_suppressed(work: Work, *, address: str) -> bool:
    """Whether ``address`` gets no letters but those that it asked for."""
    key = fingerprint(work.tokens, address)
    return bool(suppressed_among(work.session, [key]))


def suppressed(recipient_key: str) -> ColumnElement[bool]:
    """Whether who has that fingerprint gets only letters that they asked for, for a statement about their letters."""
    stopped = exists().where(SuppressedAddress.recipient_key == recipient_key)
    return or_(
        stopped, exists().where(Complaint.recipient_key == recipient_key, Complaint.forgiven.is_(False))
    )


def suppressed_among(session: Session, recipient_keys: Iterable[str]) -> frozenset[str]:
    """Those of some recipients, by the fingerprints of their addresses, who get only letters that they asked for."""
    found: set[str] = set()
    for keys in in_parts(sorted(set(recipient_keys))):
        part = SuppressedAddress.recipient_key.in_(keys)
        found.update(session.scalars(select(SuppressedAddress.recipient_key).where(part)))
        complained = Complaint.recipient_key.in_(keys) & Complaint.forgiven.is_(False)
        found.update(session.scalars(select(Complaint.recipient_key).where(complained)))
    return frozenset(found)


def count_suppressed(session: Session) -> int:
    """How many addresses get no letters, as letters came back."""
    return session.scalar(select(func.count()).select_from(SuppressedAddress)) or 0


def count_complaints(session: Session) -> int:
    """How many letters were called unwanted by their readers."""
    return session.scalar(select(func.count()).select_from(Complaint)) or 0


def record_return(work: Work, *, message: OutboxMessage, bounce: Bounce, diagnostic: str) -> bool:
    """Note that ``message`` came back; False if that was known. The address is suppressed where it is time.

    A hard bounce suppresses at once. Soft ones do in the third week whose letter came back, with none that arrived
    in between; a week without a letter says nothing. A report that makes a soft bounce hard counts as news.
    ``diagnostic`` holds no address.
    """
    key = fingerprint(work.tokens, message.recipient)
    insert = insert_into(work.session, ReturnedLetter).values(
        message_key=message.message_key,
        recipient_key=key,
        bounce=bounce,
        sent_at=message.settled_at or work.now,
        forgiven=False,
    )
    noted = work.session.scalar(
        insert.on_conflict_do_update(
            index_elements=["message_key"],
            set_={"bounce": Bounce.HARD},
            where=and_(
                ReturnedLetter.bounce == Bounce.SOFT,
                insert.excluded.bounce == Bounce.HARD,
                ReturnedLetter.forgiven.is_(False),
            ),
        ).returning(ReturnedLetter.id)
    )
    if noted is None:
        return False
    if bounce is Bounce.HARD:
        _suppress(work, key, SuppressionReason.HARD_BOUNCE, diagnostic)
    elif _soft_weeks(work.session, address=message.recipient, key=key) >= SOFT_WEEKS:
        _suppress(work, key, SuppressionReason.SOFT_WEEKS, diagnostic)
    return True


def record_complaint(work: Work, *, message: OutboxMessage) -> bool:
    """Note that the reader of ``message`` called it unwanted; False if that was known.

    Their address gets no letters from then on but those that it asks for.
    """
    noted = work.session.scalar(
        insert_into(work.session, Complaint)
        .values(
            message_key=message.message_key,
            recipient_key=fingerprint(work.tokens, message.recipient),
            complained_at=work.now,
            forgiven=False,
        )
        .on_conflict_do_nothing(index_elements=["message_key"])
        .returning(Complaint.id)
    )
    return noted is not None


def lift(work: Work, *, address: str) -> None:
    """Let ``address`` get letters again, and forgive what came back so far, so that no old report stops them anew.

    What its reader complained of is forgiven too: they have come back by themselves.
    """
    key = fingerprint(work.tokens, address)
    work.session.execute(delete(SuppressedAddress).where(SuppressedAddress.recipient_key == key))
    for table in (ReturnedLetter, Complaint):
        work.session.execute(update(table).where(table.recipient_key == key).values(forgiven=True))


def forget_old(work: Work) -> None:
    """Delete what is remembered of letters that came back more than a year ago; addresses without letters stay so."""
    work.session.execute(delete(ReturnedLetter).where(ReturnedLetter.sent_at < work.now - REMEMBERED_FOR))
    forgiven = Complaint.forgiven & (Complaint.complained_at < work.now - REMEMBERED_FOR)
    work.session.execute(delete(Complaint).where(forgiven))


def forget_letters(work: Work, *, at_most: int) -> int:
    """Keep of old letters no more than what became of them, the oldest first; of how many.

    What came back before one that arrived is forgiven.
    """
    oldest = select(OutboxMessage.id).where(outbox.old_letters(work.now)).order_by(OutboxMessage.id)
    letters = work.session.scalars(oldest.limit(at_most)).all()
    returned = select(ReturnedLetter.message_key)
    arrived = work.session.execute(
        select(OutboxMessage.recipient, func.max(OutboxMessage.settled_at))
        .where(
            OutboxMessage.id.in_(letters),
            OutboxMessage.state == MessageState.SENT,
            OutboxMessage.message_key.not_in(returned),
        )
        .group_by(OutboxMessage.recipient)
    ).all()
    waiting = set(
        work.session.scalars(select(ReturnedLetter.recipient_key).where(ReturnedLetter.forgiven.is_(False)))
    )
    for address, moment in arrived:
        key = fingerprint(work.tokens, address)
        if key in waiting:
            earlier = (ReturnedLetter.recipient_key == key) & (ReturnedLetter.sent_at <= moment)
            work.session.execute(update(ReturnedLetter).where(earlier).values(forgiven=True))
    outbox.forget_old(work.session, letters, now=work.now)
    return len(letters)


def _suppress(work: Work, key: str, reason: SuppressionReason, diagnostic: str) -> None:
    # The first reason stays: it is since then that letters do not arrive.
    work.session.execute(
        insert_into(work.session, SuppressedAddress)
        .values(
            recipient_key=key,
            reason=reason,
            since=work.now,
            diagnostic=diagnostic[:DIAGNOSTIC_LENGTH],
        )
        .on_conflict_do_nothing(index_elements=["recipient_key"])
    )


def _soft_weeks(session: Session, *, address: str, key: str) -> int:
    """In how many ISO weeks letters came back since the last one that arrived between two of them."""
    returned = select(ReturnedLetter.message_key).where(ReturnedLetter.recipient_key == key)
    moments = session.scalars(
        select(ReturnedLetter.sent_at)
        .where(ReturnedLetter.recipient_key == key, ReturnedLetter.forgiven.is_(False))
        .order_by(ReturnedLetter.sent_at)
    ).all()
    if not moments:
        return 0
    arrived = session.scalar(
        select(func.max(OutboxMessage.settled_at)).where(
            OutboxMessage.recipient == address,
            OutboxMessage.state == MessageState.SENT,
            OutboxMessage.settled_at < moments[-1],
            OutboxMessage.message_key.not_in(returned),
        )
    )
    return len({moment.isocalendar()[:2] for moment in moments if arrived is None or moment > arrived})
