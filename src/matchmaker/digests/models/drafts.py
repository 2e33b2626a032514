"""A territory's week as it was last drafted: what its letters would say, kept for the organisers' page."""

from datetime import datetime
from typing import TypedDict

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.digests.rules import LineKind, PlannedLine, ReaderId, Silence


class Figures(TypedDict):
    """How many letters and lines a draft has, how many people want the letter, and how many get nothing."""

    letters: int
    lines: int
    eligible: int
    silent: int


class ChangesMapping(TypedDict):
    """What is new since the run before, as JSON: the first needs by their ids, and how many they are in all."""

    run_id: int
    opened: list[int]
    ended: list[int]
    opened_in_all: int
    ended_in_all: int
    first_letters: int
    letters: int
    letters_before: int
    lines: int
    lines_before: int


class DraftedWeek(Base):
    """A draft that was asked for; it is whole, and shown, once it has ``drafted_at``: as things stood at that moment.

    ``started_at`` is when somebody began to draw it. ``unreached`` is as in a run; ``changes`` is None if none was before.
    """

    __tablename__ = "drafted_weeks"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    iso_week: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    drafted_at: Mapped[datetime | None]
    unreached: Mapped[list[tuple[int, int, str | None]] | None] = mapped_column(JSON(none_as_null=True))
    figures: Mapped[Figures | None] = mapped_column(JSON(none_as_null=True))
    changes: Mapped[ChangesMapping | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index("ix_drafted_weeks_territory_id", "territory_id"),
        Index(
            "uq_drafted_weeks_one_asked_for",
            "territory_id",
            unique=True,
            postgresql_where=text("drafted_at IS NULL"),
            sqlite_where=text("drafted_at IS NULL"),
        ),
        CheckConstraint(
            "drafted_at IS NULL OR (figures IS NOT NULL AND unreached IS NOT NULL)", name="drafted_whole"
        ),
    )


class DraftedLetter(Base):
    """What one reader would get: a letter, or nothing, by ``silence``. ``name`` is what their first name is found by."""

    __tablename__ = "drafted_letters"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("drafted_weeks.id", ondelete="CASCADE"))
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(60))
    silence: Mapped[Silence | None] = mapped_column(enum_column(Silence))

    __table_args__ = (
        UniqueConstraint("draft_id", "account_id", name="uq_drafted_letters_one_each"),
        UniqueConstraint("draft_id", "citizen_id", name="uq_drafted_letters_one_each_on_paper"),
        Index("ix_drafted_letters_place", "draft_id", "silence", "id"),
        CheckConstraint("(account_id IS NULL) <> (citizen_id IS NULL)", name="one_reader"),
    )

    @property
    def reader_id(self) -> ReaderId:
        """What the reader is called in a plan."""
        return ReaderId(self.account_id, self.citizen_id)


class DraftedLine(Base):
    """A line of a drafted letter, as in `DigestLine`; it is gone with the person, need or group that it is about."""

    __tablename__ = "drafted_lines"

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("drafted_letters.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LineKind] = mapped_column(enum_column(LineKind))
    need_id: Mapped[NeedId | None] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[GroupId | None] = mapped_column(
        ForeignKey("startup_groups.id", ondelete="CASCADE"), index=True
    )
    turn: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        CheckConstraint("(kind = 'news') = (need_id IS NULL)", name="news_or_need"),
        CheckConstraint("(kind = 'waiting') = (turn IS NOT NULL)", name="waiting_has_a_turn"),
        CheckConstraint("(kind = 'news') = (group_id IS NOT NULL)", name="news_has_a_group"),
    )

    @property
    def planned(self) -> PlannedLine:
        """The line as a plan has it."""
        return PlannedLine(
            kind=self.kind,
            need_id=self.need_id,
            citizen_id=self.citizen_id,
            group_id=self.group_id,
            turn=self.turn,
        )
