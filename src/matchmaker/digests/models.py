"""The weekly letter: one run for each territory and ISO week, its letters and what each of them told."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.catalogue.models import Territory
from matchmaker.citizens.models import Citizen
from matchmaker.db import Base, enum_column
from matchmaker.digests.rules import RunState
from matchmaker.groups.models import Need
from matchmaker.mail import OutboxMessage
from matchmaker.matching.rules import MatchMapping


class DigestRun(Base):
    """A territory's letters of one week. The week is that of the territory's local day, as "2026-W48"."""

    __tablename__ = "digest_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id"))
    iso_week: Mapped[str] = mapped_column(String(8))
    state: Mapped[RunState] = mapped_column(enum_column(RunState))
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    eligible: Mapped[int]
    without_lines: Mapped[int]

    territory: Mapped[Territory] = relationship()
    started_by: Mapped[Account | None] = relationship()
    letters: Mapped[list["DigestLetter"]] = relationship(order_by="DigestLetter.id", back_populates="run")

    __table_args__ = (
        UniqueConstraint("territory_id", "iso_week", name="uq_digest_runs_one_a_week"),
        CheckConstraint("eligible >= without_lines AND without_lines >= 0", name="counts_agree"),
    )


class DigestLetter(Base):
    """One person's letter in a run. The key is a fingerprint of the address: it outlives the person's account."""

    __tablename__ = "digest_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("digest_runs.id"))
    recipient_key: Mapped[str] = mapped_column(String(64))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"))

    run: Mapped[DigestRun] = relationship(back_populates="letters")
    citizen: Mapped[Citizen | None] = relationship()
    message: Mapped[OutboxMessage] = relationship()
    lines: Mapped[list["DigestLine"]] = relationship(order_by="DigestLine.position")

    __table_args__ = (
        UniqueConstraint("run_id", "recipient_key", name="uq_digest_letters_one_a_person"),
        UniqueConstraint("message_id"),
    )


class DigestLine(Base):
    """A need that a person was told of, with the match as it stood. Nobody is told of a need twice."""

    __tablename__ = "digest_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("digest_letters.id"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    recipient_key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    match: Mapped[MatchMapping] = mapped_column(JSON)

    need: Mapped[Need] = relationship()

    __table_args__ = (
        UniqueConstraint("letter_id", "position"),
        UniqueConstraint("recipient_key", "need_id", name="uq_digest_lines_told_once"),
    )
