"""The weekly letter: one run for each territory and ISO week, its letters and what each of them told."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, ChallengeId, CitizenId, GroupId, NeedId, RelayId, TerritoryId
from matchmaker.base.outbox import OutboxMessage
from matchmaker.citizens.models import Citizen
from matchmaker.digests.rules import EditKind, Frequency, LineKind, RunState, Silence
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.matching.rules import MatchMapping
from matchmaker.places.models import Challenge, Territory


class DigestRun(Base):
    """A territory's letters of one week. The week is that of the territory's local day, as "2026-W48".

    ``seed`` decides between near-equal matches, so that composing again says the same. ``silences`` counts who gets
    nothing by the reason why; ``unreached`` lists the needs that reach fewer people than they should, as
    ``[need id, people, gate that excludes most or None]``. Both are None until the run is planned.
    """

    __tablename__ = "digest_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"))
    iso_week: Mapped[str] = mapped_column(String(8))
    state: Mapped[RunState] = mapped_column(enum_column(RunState))
    seed: Mapped[int] = mapped_column(BigInteger)
    started_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    started_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    silences: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    unreached: Mapped[list[tuple[int, int, str | None]] | None] = mapped_column(JSON(none_as_null=True))

    territory: Mapped[Territory] = relationship()
    started_by: Mapped[Account | None] = relationship()
    letters: Mapped[list["DigestLetter"]] = relationship(order_by="DigestLetter.id", back_populates="run")

    __table_args__ = (
        UniqueConstraint("territory_id", "iso_week", name="uq_digest_runs_one_a_week"),
        CheckConstraint(
            "(planned_at IS NULL) = (state IN ('preparing', 'expired'))", name="planned_has_a_moment"
        ),
    )


class DigestLetter(Base):
    """One person's letter in a run: planned, then written into the outbox, or left out for a reason found since.

    The key is a fingerprint of the address: it outlives the person's account, and nobody gets two letters in a week,
    whatever territories they belong to. The letter of a citizen without an account is for paper: it has a relay in place
    of an account, and is written when its lines have their codes. ``settled_at`` is when an organiser said what became
    of a letter in doubt.
    """

    __tablename__ = "digest_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("digest_runs.id"), index=True)
    iso_week: Mapped[str] = mapped_column(String(8))
    recipient_key: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="SET NULL"), index=True
    )
    relay_id: Mapped[RelayId | None] = mapped_column(ForeignKey("relays.id"), index=True)
    written_at: Mapped[datetime | None]
    printed_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id"))
    left_out: Mapped[Silence | None] = mapped_column(enum_column(Silence))
    settled_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    settled_at: Mapped[datetime | None]

    run: Mapped[DigestRun] = relationship(back_populates="letters")
    account: Mapped[Account | None] = relationship(foreign_keys=account_id)
    settled_by: Mapped[Account | None] = relationship(foreign_keys=settled_by_id)
    citizen: Mapped[Citizen | None] = relationship()
    message: Mapped[OutboxMessage | None] = relationship()
    lines: Mapped[list["DigestLine"]] = relationship(order_by="DigestLine.position")

    __table_args__ = (
        UniqueConstraint("recipient_key", "iso_week", name="uq_digest_letters_one_a_week"),
        UniqueConstraint("message_id"),
        CheckConstraint("message_id IS NULL OR left_out IS NULL", name="written_or_left_out"),
        CheckConstraint(
            "settled_at IS NULL AND settled_by_id IS NULL OR settled_at IS NOT NULL AND message_id IS NOT NULL",
            name="settled_when_written",
        ),
        # Who has left is named no more: there may be neither, but never both.
        CheckConstraint(
            "(account_id IS NULL OR relay_id IS NULL) AND (citizen_id IS NULL OR relay_id IS NOT NULL)",
            name="account_or_paper",
        ),
        CheckConstraint("relay_id IS NULL OR message_id IS NULL", name="paper_is_not_mailed"),
        CheckConstraint(
            "written_at IS NULL OR (relay_id IS NOT NULL AND left_out IS NULL)", name="written_on_paper"
        ),
        CheckConstraint(
            "printed_at IS NULL OR (written_at IS NOT NULL AND printed_at >= written_at)",
            name="printed_after_written",
        ),
        Index(
            "ix_digest_letters_to_write",
            "id",
            postgresql_where=text("message_id IS NULL AND left_out IS NULL AND written_at IS NULL"),
            sqlite_where=text("message_id IS NULL AND left_out IS NULL AND written_at IS NULL"),
        ),
    )


class DigestLine(Base):
    """What a person is told; ``subject`` names it, and nobody is told of it twice.

    A line about a need has the person's own profile that it fits, one about a helper has the helper's, one about an
    introduction that of its citizen, whichever side the reader is. On paper a need
    has a code, by which its reader answers; a code is never given twice. A line of a letter that did not arrive tells
    nobody: it is kept under a key of its own.
    """

    __tablename__ = "digest_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("digest_letters.id"))
    recipient_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[LineKind] = mapped_column(enum_column(LineKind))
    subject: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    need_id: Mapped[NeedId | None] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="SET NULL"), index=True
    )
    group_id: Mapped[GroupId | None] = mapped_column(
        ForeignKey("startup_groups.id", ondelete="CASCADE"), index=True
    )
    turn: Mapped[str | None] = mapped_column(String(20))
    match: Mapped[MatchMapping | None] = mapped_column(JSON(none_as_null=True))
    code: Mapped[str | None] = mapped_column(String(6))

    letter: Mapped[DigestLetter] = relationship(back_populates="lines")
    need: Mapped[Need | None] = relationship()
    citizen: Mapped[Citizen | None] = relationship()
    group: Mapped[StartupGroup | None] = relationship()

    __table_args__ = (
        UniqueConstraint("letter_id", "position"),
        UniqueConstraint("recipient_key", "subject", name="uq_digest_lines_told_once"),
        UniqueConstraint("code"),
        CheckConstraint("code IS NULL OR kind = 'need'", name="only_a_need_has_a_code"),
        CheckConstraint("(kind = 'news') = (need_id IS NULL)", name="news_or_need"),
        CheckConstraint("(kind = 'waiting') = (turn IS NOT NULL)", name="waiting_has_a_turn"),
        CheckConstraint("(kind = 'news') = (group_id IS NOT NULL)", name="news_has_a_group"),
    )


class LetterPreference(Base):
    """How often somebody wants the letter; who chose nothing gets it weekly. ``paused_until`` is the last day without."""

    __tablename__ = "letter_preferences"

    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    frequency: Mapped[Frequency] = mapped_column(enum_column(Frequency))
    paused_until: Mapped[date | None] = mapped_column(Date)


class SkippedWeek(Base):
    """A week in which a territory sends no letters."""

    __tablename__ = "skipped_weeks"

    territory_id: Mapped[TerritoryId] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    iso_week: Mapped[str] = mapped_column(String(8), primary_key=True)


class DigestEdit(Base):
    """What an organiser changed in the letters of a week before they left.

    A HOLD takes a need out of one person's letter, a PIN makes sure that it is in it; a PARAGRAPH is read by all, or by
    those who chose a défi.
    """

    __tablename__ = "digest_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    iso_week: Mapped[str] = mapped_column(String(8))
    kind: Mapped[EditKind] = mapped_column(enum_column(EditKind))
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[NeedId | None] = mapped_column(index=True)
    challenge_id: Mapped[ChallengeId | None] = mapped_column(index=True)
    text_fr: Mapped[str | None] = mapped_column(Text)
    text_en: Mapped[str | None] = mapped_column(Text)
    made_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship(foreign_keys=account_id)
    need: Mapped[Need | None] = relationship(primaryjoin="DigestEdit.need_id == Need.id")
    challenge: Mapped[Challenge | None] = relationship(primaryjoin="DigestEdit.challenge_id == Challenge.id")
    made_by: Mapped[Account | None] = relationship(foreign_keys=made_by_id)

    __table_args__ = (
        Index("ix_digest_edits_territory_id_iso_week", "territory_id", "iso_week"),
        ForeignKeyConstraint(
            ["need_id", "territory_id"],
            ["needs.id", "needs.territory_id"],
            name="fk_digest_edits_need_of_territory",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["challenge_id", "territory_id"],
            ["challenges.id", "challenges.territory_id"],
            name="fk_digest_edits_challenge_of_territory",
            ondelete="CASCADE",
        ),
        UniqueConstraint(
            "territory_id", "iso_week", "account_id", "need_id", name="uq_digest_edits_one_a_line"
        ),
        CheckConstraint(
            "(kind = 'paragraph') = (account_id IS NULL AND need_id IS NULL)", name="paragraph_or_line"
        ),
        CheckConstraint("(account_id IS NULL) = (need_id IS NULL)", name="line_is_whole"),
        CheckConstraint("(kind = 'paragraph') = (text_fr IS NOT NULL)", name="paragraph_has_text"),
        CheckConstraint("(text_fr IS NULL) = (text_en IS NULL)", name="both_languages"),
        CheckConstraint(
            "kind = 'paragraph' OR challenge_id IS NULL", name="only_a_paragraph_has_a_challenge"
        ),
        CheckConstraint(
            "length(text_fr) BETWEEN 1 AND 1000 AND length(text_en) BETWEEN 1 AND 1000", name="text_length"
        ),
    )
