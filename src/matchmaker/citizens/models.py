"""People who offer skills, what they agreed to, and sign-ups on their way."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, ChallengeId, CitizenId, RelayId, TerritoryId
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.relays.models import Relay
from matchmaker.vocabulary.rules import Level


class Citizen(Base):
    """A person of a territory who offers skills. ``None`` is "I don't know", which never counts against anyone.

    Their name and language are those of their account. Who has none has a relay, and a name and a language of their own.
    """

    __tablename__ = "citizens"

    id: Mapped[CitizenId] = mapped_column(primary_key=True)
    account_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    relay_id: Mapped[RelayId | None] = mapped_column(index=True)
    own_first_name: Mapped[str | None] = mapped_column(String(60))
    own_locale: Mapped[str | None] = mapped_column(String(8))
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"), index=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    hours_a_week: Mapped[int | None]
    radius_km: Mapped[int | None]
    remote: Mapped[bool]
    created_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship()
    relay: Mapped[Relay | None] = relationship(foreign_keys=[relay_id])
    territory: Mapped[Territory] = relationship(foreign_keys=[territory_id])
    commune: Mapped[Commune] = relationship()
    telephone: Mapped["CitizenTelephone | None"] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )
    skills: Mapped[list["CitizenSkill"]] = relationship(
        order_by="CitizenSkill.position", cascade="all, delete-orphan", passive_deletes=True
    )
    challenges: Mapped[list[Challenge]] = relationship(
        secondary="citizen_challenges", order_by="Challenge.position"
    )
    consents: Mapped[list["Consent"]] = relationship(
        order_by="Consent.given_at", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        UniqueConstraint("account_id", "territory_id"),
        ForeignKeyConstraint(
            ["relay_id", "territory_id"],
            ["relays.id", "relays.territory_id"],
            name="fk_citizens_relay_of_territory",
        ),
        CheckConstraint("(account_id IS NULL) = (relay_id IS NOT NULL)", name="account_or_relay"),
        CheckConstraint(
            "(account_id IS NULL) = (own_first_name IS NOT NULL)", name="own_name_without_account"
        ),
        CheckConstraint(
            "(account_id IS NULL) = (own_locale IS NOT NULL)", name="own_language_without_account"
        ),
        CheckConstraint("length(own_first_name) BETWEEN 1 AND 60", name="own_first_name_length"),
        CheckConstraint("own_locale IN ('fr', 'en')", name="known_own_locale"),
        CheckConstraint("hours_a_week BETWEEN 1 AND 60", name="hours_a_week_in_range"),
        CheckConstraint("radius_km BETWEEN 1 AND 500", name="radius_km_in_range"),
    )

    @hybrid_property
    def first_name(self) -> str:
        """What they are called, on pages and in queries."""
        return self.account.first_name if self.account is not None else self.own_first_name or ""

    @first_name.inplace.expression
    @classmethod
    def _first_name_expression(cls) -> ColumnElement[str]:
        of_account = select(Account.first_name).where(Account.id == cls.account_id).scalar_subquery()
        return func.coalesce(cls.own_first_name, of_account)

    @property
    def levels(self) -> dict[str, Level]:
        """What was ticked beside some of the skills, by their words."""
        return {skill.phrase: skill.level for skill in self.skills if skill.level is not None}

    @property
    def locale(self) -> str:
        """The language in which they read."""
        return self.account.locale if self.account is not None else self.own_locale or self.territory.locale


class CitizenTelephone(Base):
    """The telephone number of somebody without an account, for the eyes of their relay alone."""

    __tablename__ = "citizen_telephones"

    citizen_id: Mapped[CitizenId] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[str] = mapped_column(String(16))

    __table_args__ = (CheckConstraint("number LIKE '+%'", name="number_is_canonical"),)


class CitizenSkill(Base):
    """A skill in the citizen's own words, beside the concept it was resolved to.

    ``level`` is what they ticked beside it. ``confirmed`` says that the person chose the concept; otherwise the resolver
    did, and None says that the words alone count.
    """

    __tablename__ = "citizen_skills"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    position: Mapped[int]
    phrase: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    level: Mapped[Level | None] = mapped_column(enum_column(Level))
    concept_id: Mapped[str | None] = mapped_column(ForeignKey("concepts.id"))
    confirmed: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("citizen_id", "position"),
        CheckConstraint("length(phrase) BETWEEN 1 AND 64", name="phrase_length"),
        CheckConstraint("position BETWEEN 0 AND 29", name="at_most_30"),
        CheckConstraint("NOT confirmed OR concept_id IS NOT NULL", name="confirmed_has_concept"),
    )


class CitizenChallenge(Base):
    """A défi that a citizen cares about."""

    __tablename__ = "citizen_challenges"

    citizen_id: Mapped[CitizenId] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), primary_key=True
    )
    challenge_id: Mapped[ChallengeId] = mapped_column(
        ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Consent(Base):
    """One consent with the text that was shown; withdrawn ones stay on record.

    One that was given to a relay says to which and to whom there.
    """

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    citizen_id: Mapped[CitizenId] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"))
    purpose: Mapped[ConsentPurpose] = mapped_column(enum_column(ConsentPurpose))
    channel: Mapped[ConsentChannel] = mapped_column(enum_column(ConsentChannel))
    shown_text: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(8))
    relay_id: Mapped[RelayId | None] = mapped_column(ForeignKey("relays.id"))
    recorded_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    recorded_by: Mapped[Account | None] = relationship()

    __table_args__ = (
        Index(
            "uq_consents_in_force",
            "citizen_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_after_given"),
        CheckConstraint(
            "(relay_id IS NOT NULL) = (channel IN ('in_person', 'paper', 'telephone'))",
            name="relay_on_record",
        ),
        CheckConstraint("purpose <> 'relay_profile' OR relay_id IS NOT NULL", name="relay_keeps_profile"),
    )


class SignUp(Base):
    """A sign-up on its way: the answers so far, then the address to which the confirmation was mailed.

    It becomes a citizen only when the mailed link is confirmed, so that nobody can sign up, or change, somebody else.
    ``levels`` has what was ticked beside some of the skills, by their words. With a ``relay_id`` it is written at a relay,
    with a ``citizen_id`` it gives that citizen an account of their own.
    """

    __tablename__ = "sign_ups"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    skills: Mapped[list[tuple[str, str | None]]] = mapped_column(JSON)
    levels: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    challenge_ids: Mapped[list[int]] = mapped_column(JSON)
    hours_a_week: Mapped[int | None]
    radius_km: Mapped[int | None]
    remote: Mapped[bool]
    first_name: Mapped[str | None] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(254))
    locale: Mapped[str | None] = mapped_column(String(8))
    consent_text: Mapped[str | None] = mapped_column(Text)
    consent_locale: Mapped[str | None] = mapped_column(String(8))
    relay_id: Mapped[RelayId | None]
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    territory: Mapped[Territory] = relationship()
    commune: Mapped[Commune] = relationship()

    __table_args__ = (
        ForeignKeyConstraint(
            ["territory_id", "commune_code"],
            ["territory_communes.territory_id", "territory_communes.commune_code"],
            name="fk_sign_ups_commune_of_territory",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["relay_id", "territory_id"],
            ["relays.id", "relays.territory_id"],
            name="fk_sign_ups_relay_of_territory",
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "mailed_at IS NULL OR (address IS NOT NULL AND first_name IS NOT NULL AND locale IS NOT NULL)",
            name="mailed_is_complete",
        ),
        CheckConstraint("consent_locale IS NULL OR consent_text IS NOT NULL", name="language_of_a_consent"),
    )

    @property
    def ticked(self) -> dict[str, Level]:
        """The levels as those of a citizen."""
        return {text: Level(level) for text, level in (self.levels or {}).items()}
