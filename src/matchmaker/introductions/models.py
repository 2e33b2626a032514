"""Introductions, what happened in them, what each side shares, and what is to be told of them."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
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
from matchmaker.base.ids import AccountId, CitizenId, GroupId, IntroductionId, NeedId, RelayId, TerritoryId
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.introductions.rules import (
    Action,
    ClosedBecause,
    DeclineReason,
    NoticeKind,
    Outcome,
    Party,
    State,
)
from matchmaker.matching.rules import AnswerChannel, MatchMapping
from matchmaker.relays.models import Relay


class Introduction(Base):
    """A citizen and a need that somebody brought together; one each, whatever becomes of it.

    ``since`` is when the state began, from which the clock counts; ``step`` how far the clock has come. One that was
    begun by a group or an organiser takes one of the two times that a citizen may be asked in a month. Once both have
    accepted it holds a place of the need. ``citizen_outcome`` and ``group_outcome`` are what each side said came of it.
    A citizen who has left takes along the match, whose reasons are their words; its score (0 to 100) stays.
    """

    __tablename__ = "introductions"

    id: Mapped[IntroductionId] = mapped_column(primary_key=True)
    need_id: Mapped[NeedId]
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="SET NULL"), index=True
    )
    group_id: Mapped[GroupId] = mapped_column(ForeignKey("startup_groups.id", ondelete="CASCADE"), index=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"))
    begun_by: Mapped[Party] = mapped_column(enum_column(Party))
    begun_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(enum_column(State))
    since: Mapped[datetime]
    step: Mapped[int] = mapped_column(default=0)
    reason: Mapped[DeclineReason | None] = mapped_column(enum_column(DeclineReason))
    closed_because: Mapped[ClosedBecause | None] = mapped_column(enum_column(ClosedBecause))
    citizen_outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, name="citizen_outcome"))
    group_outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome, name="group_outcome"))
    holds_place: Mapped[bool] = mapped_column(default=False)
    asked_month: Mapped[str | None] = mapped_column(String(7))
    asked_place: Mapped[int | None]
    score: Mapped[float]
    match: Mapped[MatchMapping | None] = mapped_column(JSON(none_as_null=True))

    need: Mapped[Need] = relationship(primaryjoin="Introduction.need_id == Need.id")
    group: Mapped[StartupGroup] = relationship()
    citizen: Mapped[Citizen | None] = relationship()
    events: Mapped[list["IntroductionEvent"]] = relationship(order_by="IntroductionEvent.id")

    __table_args__ = (
        ForeignKeyConstraint(
            ["need_id", "group_id", "territory_id"],
            ["needs.id", "needs.group_id", "needs.territory_id"],
            name="fk_introductions_need_of_group",
            ondelete="CASCADE",
        ),
        UniqueConstraint("need_id", "citizen_id", name="uq_introductions_once"),
        UniqueConstraint(
            "citizen_id", "asked_month", "asked_place", name="uq_introductions_asked_twice_a_month"
        ),
        CheckConstraint("asked_place IN (1, 2)", name="asked_twice_a_month"),
        CheckConstraint("(asked_month IS NULL) = (asked_place IS NULL)", name="asked_is_whole"),
        CheckConstraint("(asked_month IS NULL) = (begun_by = 'citizen')", name="asked_by_others"),
        CheckConstraint("begun_by <> 'clock'", name="begun_by_somebody"),
        CheckConstraint("(state = 'declined') = (reason IS NOT NULL)", name="declined_with_a_reason"),
        CheckConstraint("(state = 'closed') = (closed_because IS NOT NULL)", name="closed_with_a_reason"),
        CheckConstraint("state NOT IN ('accepted', 'met') OR holds_place", name="agreed_has_a_place"),
        CheckConstraint("since >= begun_at", name="since_it_began"),
        CheckConstraint("step BETWEEN 0 AND 4", name="step_in_range"),
        Index("ix_introductions_territory_id_state", "territory_id", "state"),
        Index("ix_introductions_state_since", "state", "since"),
    )


class IntroductionEvent(Base):
    """One step of an introduction: who took it and when; None in ``action`` began it.

    A step that a citizen without an account took has the relay that wrote it down, and who there did.
    """

    __tablename__ = "introduction_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[IntroductionId] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), index=True
    )
    action: Mapped[Action | None] = mapped_column(enum_column(Action))
    state: Mapped[State] = mapped_column(enum_column(State))
    by: Mapped[Party] = mapped_column(enum_column(Party))
    account_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    relay_id: Mapped[RelayId | None] = mapped_column(ForeignKey("relays.id"))
    channel: Mapped[AnswerChannel | None] = mapped_column(enum_column(AnswerChannel))
    happened_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship()
    relay: Mapped[Relay | None] = relationship()

    __table_args__ = (
        CheckConstraint("(relay_id IS NULL) = (channel IS NULL)", name="relay_has_a_channel"),
        CheckConstraint("relay_id IS NULL OR by = 'citizen'", name="relay_speaks_for_citizens"),
    )


class SharedContact(Base):
    """What one side lets the other see once both have accepted. Taking it back deletes the row.

    Only ``service.contact_of`` reads it. It goes with whoever shared it.
    """

    __tablename__ = "shared_contacts"

    introduction_id: Mapped[IntroductionId] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), primary_key=True
    )
    party: Mapped[Party] = mapped_column(enum_column(Party), primary_key=True)
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str | None] = mapped_column(String(254))
    telephone: Mapped[str | None] = mapped_column(String(16))
    shared_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship()

    __table_args__ = (
        CheckConstraint("address IS NOT NULL OR telephone IS NOT NULL", name="something_shared"),
        CheckConstraint("telephone LIKE '+%'", name="telephone_is_canonical"),
        CheckConstraint(
            "party = 'citizen' AND citizen_id IS NOT NULL"
            " OR party = 'group' AND citizen_id IS NULL AND account_id IS NOT NULL",
            name="whose_it_is",
        ),
    )


class IntroductionMessage(Base):
    """A line of the thread, or a thank-you at the end; shown as text, never as markup. It goes with its author."""

    __tablename__ = "introduction_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    introduction_id: Mapped[IntroductionId] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), index=True
    )
    party: Mapped[Party] = mapped_column(enum_column(Party))
    author_id: Mapped[AccountId] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    thanks: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    author: Mapped[Account] = relationship()

    __table_args__ = (
        CheckConstraint("length(body) BETWEEN 1 AND 4000", name="body_length"),
        CheckConstraint("party IN ('citizen', 'group')", name="of_a_side"),
        Index(
            "uq_introduction_messages_thanked_once",
            "introduction_id",
            "party",
            unique=True,
            postgresql_where=text("thanks"),
            sqlite_where=text("thanks"),
        ),
    )


class Notice(Base):
    """Something that somebody is to be told by letter, at most one letter a day; told once."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[AccountId] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    introduction_id: Mapped[IntroductionId | None] = mapped_column(
        ForeignKey("introductions.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[NeedId | None] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    happened_at: Mapped[datetime]
    told_at: Mapped[datetime | None]

    introduction: Mapped[Introduction | None] = relationship()
    need: Mapped[Need | None] = relationship()

    __table_args__ = (
        CheckConstraint("(kind = 'reopened') = (need_id IS NOT NULL)", name="reopened_is_a_need"),
        CheckConstraint("(introduction_id IS NULL) = (need_id IS NOT NULL)", name="about_one_thing"),
        Index(
            "uq_notices_waiting_once",
            "account_id",
            "introduction_id",
            "kind",
            unique=True,
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
        Index(
            "ix_notices_waiting",
            "account_id",
            "happened_at",
            postgresql_where=text("told_at IS NULL"),
            sqlite_where=text("told_at IS NULL"),
        ),
    )


class NoticeDay(Base):
    """A day on which somebody got their one letter about introductions. The day is that of UTC."""

    __tablename__ = "notice_days"

    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class NoticeRefusal(Base):
    """Somebody who wants no letters about their introductions; the pages show them all the same."""

    __tablename__ = "notice_refusals"

    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime]


class AbsencePeriod(Base):
    """Days, both included, on which a person or a group answers nothing and is told nothing."""

    __tablename__ = "absence_periods"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    group_id: Mapped[GroupId | None] = mapped_column(
        ForeignKey("startup_groups.id", ondelete="CASCADE"), index=True
    )
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint("(account_id IS NULL) <> (group_id IS NULL)", name="person_or_group"),
        CheckConstraint("last_day >= first_day", name="ends_after_it_begins"),
    )


class NeedFollower(Base):
    """Somebody who wants to be told when a need that has no place any more is open again; told once, then forgotten."""

    __tablename__ = "need_followers"

    need_id: Mapped[NeedId] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime]
