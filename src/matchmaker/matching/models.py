"""What citizens answered to needs, what they taught the matching, and who was shown their profile."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.changes import watch
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, CitizenId, GroupId, NeedId, RelayId
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.matching.rules import Answer, AnswerChannel, DismissReason, MatchMapping, ShownWhere
from matchmaker.places.models import Commune, Detour, Territory
from matchmaker.relays.models import Relay
from matchmaker.vocabulary.models import TerritoryVerdict, VocabularySource


class NeedAnswer(Base):
    """A citizen's own answer to a need, with the relay that wrote it down and who there did; it goes with the citizen."""

    __tablename__ = "need_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer] = mapped_column(enum_column(Answer))
    channel: Mapped[AnswerChannel] = mapped_column(enum_column(AnswerChannel))
    relay_id: Mapped[RelayId] = mapped_column(ForeignKey("relays.id"))
    recorded_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    given_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]

    need: Mapped[Need] = relationship()
    citizen: Mapped[Citizen] = relationship()
    relay: Mapped[Relay] = relationship()
    recorded_by: Mapped[Account | None] = relationship()

    __table_args__ = (
        UniqueConstraint("need_id", "citizen_id", name="uq_need_answers_one_each"),
        CheckConstraint("corrected_at IS NULL OR corrected_at >= given_at", name="corrected_after_given"),
    )


class Dismissal(Base):
    """A need that a citizen wants to see no more, and why; taking it back deletes the row and undoes what it taught.

    ``until`` is the last day for which it is hidden, of who said "not now". ``radius_before`` is what the citizen's
    radius was (kilometres, None for none) before "too far" made it ``radius_km``.
    """

    __tablename__ = "dismissals"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"), index=True)
    reason: Mapped[DismissReason] = mapped_column(enum_column(DismissReason))
    given_at: Mapped[datetime]
    until: Mapped[date | None] = mapped_column(Date)
    radius_before: Mapped[int | None]
    radius_km: Mapped[int | None]

    need: Mapped[Need] = relationship()
    lowered: Mapped[list["LoweredPair"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    __table_args__ = (
        UniqueConstraint("need_id", "citizen_id", name="uq_dismissals_one_each"),
        UniqueConstraint("id", "citizen_id"),
        CheckConstraint("(reason = 'not_now') = (until IS NOT NULL)", name="not_now_ends"),
        CheckConstraint(
            "radius_before IS NULL AND radius_km IS NULL OR reason = 'too_far'", name="too_far_sets_a_radius"
        ),
        CheckConstraint(
            "radius_before IS NULL OR radius_km IS NOT NULL AND radius_km < radius_before",
            name="radius_gets_smaller",
        ),
        CheckConstraint("radius_km BETWEEN 1 AND 500", name="radius_km_in_range"),
    )


class LoweredPair(Base):
    """An own skill of a citizen's that does not cover a wanted one, for them alone.

    ``own`` is the folded text of the skill, ``wanted`` the key of the wanted phrase; ``own_text`` and ``wanted_text``
    are both as they were written.
    """

    __tablename__ = "lowered_pairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    dismissal_id: Mapped[int]
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"), index=True)
    own: Mapped[str] = mapped_column(String(64))
    wanted: Mapped[str] = mapped_column(String(100))
    own_text: Mapped[str] = mapped_column(String(64))
    wanted_text: Mapped[str] = mapped_column(String(100))

    __table_args__ = (
        UniqueConstraint("dismissal_id", "own", "wanted", name="uq_lowered_pairs_once"),
        ForeignKeyConstraint(
            ["dismissal_id", "citizen_id"],
            ["dismissals.id", "dismissals.citizen_id"],
            name="fk_lowered_pairs_dismissal_of_citizen",
            ondelete="CASCADE",
        ),
    )


class HiddenFromGroup(Base):
    """A group from which a citizen hides: neither is proposed to the other."""

    __tablename__ = "hidden_from_groups"

    citizen_id: Mapped[CitizenId] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[GroupId] = mapped_column(
        ForeignKey("startup_groups.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime]

    group: Mapped[StartupGroup] = relationship()


class ProfileShowing(Base):
    """That a group, or an organiser for it, was shown a citizen for a need: once a day and place, with the match."""

    __tablename__ = "profile_showings"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    need_id: Mapped[NeedId] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    place: Mapped[ShownWhere] = mapped_column(enum_column(ShownWhere))
    to_organiser: Mapped[bool]
    day: Mapped[date] = mapped_column(Date)
    shown_at: Mapped[datetime]
    match: Mapped[MatchMapping] = mapped_column(JSON)

    need: Mapped[Need] = relationship()

    __table_args__ = (
        UniqueConstraint(
            "citizen_id", "need_id", "place", "to_organiser", "day", name="uq_profile_showings_once_a_day"
        ),
    )


class Subject(StrEnum):
    """Of what the database tells changes, by the number of it: a place and the words have none."""

    CITIZEN = "citizen"
    ACCOUNT = "account"
    NEED = "need"
    GROUP = "group"
    TERRITORY = "territory"
    PLACES = "places"
    WORDS = "words"


WATCHED = dict(
    (
        watch(Subject.CITIZEN, Citizen, Citizen.id),
        watch(Subject.CITIZEN, CitizenSkill, CitizenSkill.citizen_id),
        watch(Subject.CITIZEN, CitizenChallenge, CitizenChallenge.citizen_id),
        watch(Subject.CITIZEN, Dismissal, Dismissal.citizen_id),
        watch(Subject.CITIZEN, LoweredPair, LoweredPair.citizen_id),
        watch(Subject.CITIZEN, NeedAnswer, NeedAnswer.citizen_id),
        watch(Subject.CITIZEN, HiddenFromGroup, HiddenFromGroup.citizen_id),
        watch(Subject.ACCOUNT, Membership, Membership.account_id),
        watch(Subject.NEED, Need, Need.id),
        watch(Subject.NEED, WantedSkill, WantedSkill.need_id),
        watch(Subject.GROUP, StartupGroup, StartupGroup.id),
        watch(Subject.TERRITORY, Territory, Territory.id),
        watch(Subject.TERRITORY, Detour, Detour.territory_id),
        watch(Subject.TERRITORY, TerritoryVerdict, TerritoryVerdict.territory_id),
        watch(Subject.PLACES, Commune),
        watch(Subject.WORDS, VocabularySource),
    )
)
"""The tables that citizens and needs are read from, each with whose change a change in it is."""
