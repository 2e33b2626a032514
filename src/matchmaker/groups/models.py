"""Startup groups, their members and invitations, and their needs."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, ChallengeId, GroupId, NeedId, TerritoryId
from matchmaker.base.search import SEARCHED
from matchmaker.base.text import name_key
from matchmaker.groups.rules import LEVELS_ASKED, Importance, NeedKind, NeedState, Role, Stage
from matchmaker.invitations.models import Invitation
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.vocabulary.rules import Level


class StartupGroup(Base):
    """People who build an answer to a défi. One that has ended, at ``closed_at``, is deleted after a while.

    ``closed_by_team`` says that the territory's team has ended it, which its leads then cannot undo.
    """

    __tablename__ = "startup_groups"

    id: Mapped[GroupId] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"), index=True)
    challenge_id: Mapped[ChallengeId] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(80))
    # Version 0.1.0 writes none.
    name_key: Mapped[str | None] = mapped_column(String(64))
    pitch: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    locale: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_team: Mapped[bool] = mapped_column(default=False, server_default=false())

    territory: Mapped[Territory] = relationship()
    challenge: Mapped[Challenge] = relationship(primaryjoin="StartupGroup.challenge_id == Challenge.id")
    memberships: Mapped[list["Membership"]] = relationship(
        order_by="Membership.joined_at", cascade="all, delete-orphan", passive_deletes=True
    )
    needs: Mapped[list["Need"]] = relationship(
        primaryjoin="StartupGroup.id == Need.group_id", order_by="Need.id", back_populates="group"
    )

    __table_args__ = (
        UniqueConstraint("territory_id", "name"),
        UniqueConstraint("territory_id", "name_key"),
        UniqueConstraint("id", "territory_id"),
        ForeignKeyConstraint(
            ["challenge_id", "territory_id"],
            ["challenges.id", "challenges.territory_id"],
            name="fk_startup_groups_challenge_of_territory",
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("NOT closed_by_team OR closed_at IS NOT NULL", name="closed_by_team_is_closed"),
        {"info": {SEARCHED: ("name", "pitch", "description")}},
    )

    @validates("name")
    def _fold(self, _: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class Membership(Base):
    """An account's place in a group."""

    __tablename__ = "memberships"

    group_id: Mapped[GroupId] = mapped_column(
        ForeignKey("startup_groups.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[Role] = mapped_column(enum_column(Role))
    joined_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class GroupInvitation(Invitation, Base):
    """An address that was asked to join a group."""

    __tablename__ = "invitations"

    subject_id: Mapped[GroupId] = mapped_column(
        "group_id", ForeignKey("startup_groups.id", ondelete="CASCADE")
    )
    role: Mapped[Role] = mapped_column(enum_column(Role))

    subject: Mapped[StartupGroup] = relationship()


class Need(Base):
    """One thing that a group asks for. ``until`` is its last day, in the territory's time zone.

    Whether one without a last day still stands is asked: ``stands_since`` is when the group last showed that it does (None:
    when it was posted), ``asked_times`` how often it was asked since then, the last time at ``asked_at``.

    Of the places that are taken, ``places_by_hand`` are those of which the group said so; the others are held by the
    introductions in which both sides agreed.
    """

    __tablename__ = "needs"

    id: Mapped[NeedId] = mapped_column(primary_key=True)
    group_id: Mapped[GroupId] = mapped_column(index=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"))
    kind: Mapped[NeedKind] = mapped_column(enum_column(NeedKind))
    state: Mapped[NeedState] = mapped_column(enum_column(NeedState))
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    places: Mapped[int]
    places_taken: Mapped[int] = mapped_column(default=0)
    places_by_hand: Mapped[int] = mapped_column(default=0, server_default="0")
    hours_a_week: Mapped[int | None]
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("communes.code"))
    remote: Mapped[bool]
    until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    stands_since: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    asked_times: Mapped[int] = mapped_column(default=0, server_default="0")

    group: Mapped[StartupGroup] = relationship(
        primaryjoin="Need.group_id == StartupGroup.id", back_populates="needs"
    )
    commune: Mapped[Commune | None] = relationship()
    wanted: Mapped[list["WantedSkill"]] = relationship(
        order_by="WantedSkill.position", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        UniqueConstraint("id", "territory_id"),
        UniqueConstraint("id", "group_id", "territory_id"),
        ForeignKeyConstraint(
            ["group_id", "territory_id"],
            ["startup_groups.id", "startup_groups.territory_id"],
            name="fk_needs_group_of_territory",
            ondelete="CASCADE",
        ),
        CheckConstraint("length(title) BETWEEN 1 AND 100", name="title_length"),
        CheckConstraint("length(description) <= 5000", name="description_length"),
        CheckConstraint("places BETWEEN 1 AND 500", name="places_in_range"),
        CheckConstraint("places_taken BETWEEN 0 AND places", name="places_taken_in_range"),
        CheckConstraint("places_by_hand >= 0", name="places_by_hand_not_negative"),
        CheckConstraint("state <> 'open' OR places_taken < places", name="open_has_a_place"),
        CheckConstraint("hours_a_week BETWEEN 1 AND 60", name="hours_a_week_in_range"),
        CheckConstraint("asked_times BETWEEN 0 AND 2", name="asked_twice_at_most"),
        CheckConstraint("(asked_times = 0) = (asked_at IS NULL)", name="asked_at_a_moment"),
        CheckConstraint("remote OR commune_code IS NOT NULL", name="somewhere_or_remote"),
        Index("ix_needs_territory_id_state", "territory_id", "state"),
        {"info": {SEARCHED: ("title", "description")}},
    )

    @property
    def places_held(self) -> int:
        """How many places are held by people who agreed to help."""
        return max(0, self.places_taken - self.places_by_hand)


class WantedSkill(Base):
    """A skill that a need asks for, in the group's own words, beside the concept it was resolved to."""

    __tablename__ = "wanted_skills"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    position: Mapped[int]
    phrase: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    importance: Mapped[Importance] = mapped_column(enum_column(Importance))
    level: Mapped[Level | None] = mapped_column(enum_column(Level))
    concept_id: Mapped[str | None] = mapped_column(ForeignKey("concepts.id"), index=True)
    confirmed: Mapped[bool]

    @property
    def asked(self) -> str | None:
        """The words for the level that is asked, to be translated; None for any level."""
        return LEVELS_ASKED[self.level] if self.level is not None else None

    __table_args__ = (
        UniqueConstraint("need_id", "position"),
        CheckConstraint("length(phrase) BETWEEN 1 AND 64", name="phrase_length"),
        CheckConstraint("position BETWEEN 0 AND 29", name="at_most_30"),
        CheckConstraint("NOT confirmed OR concept_id IS NOT NULL", name="confirmed_has_concept"),
        {"info": {SEARCHED: ("phrase",)}},
    )
