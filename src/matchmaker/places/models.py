"""Communes, the territories that are made of them, their défis, and who runs their desks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, ChallengeId, TerritoryId
from matchmaker.places.rules import PAGE_LENGTH, PageKind, departments

CONTACT_LENGTH = 160


STRAIGHT_PERCENT, MOST_PERCENT = 100, 1000
_PERCENT = f"{{}} BETWEEN {STRAIGHT_PERCENT} AND {MOST_PERCENT}"


class Commune(Base):
    """A French commune by its INSEE code. Coordinates are in degrees; ``approximate`` ones come from neighbours."""

    __tablename__ = "communes"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80), index=True)
    department: Mapped[str] = mapped_column(String(3), index=True)
    region: Mapped[str] = mapped_column(String(3))
    epci: Mapped[str | None] = mapped_column(String(9), index=True)
    population: Mapped[int]
    latitude: Mapped[float]
    longitude: Mapped[float]
    approximate: Mapped[bool]

    postal_codes: Mapped[list["PostalCode"]] = relationship(order_by="PostalCode.code", lazy="selectin")

    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_in_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_in_range"),
        CheckConstraint("population >= 0", name="population_not_negative"),
    )

    @property
    def department_name(self) -> str:
        """The name of its département or overseas collectivité."""
        return departments().get(self.department, self.department)

    @property
    def name_with_code(self) -> str:
        """The name with a postal code, as "Valence (26000)", by which a search finds it again."""
        return f"{self.name} ({self.postal_codes[0].code if self.postal_codes else self.department})"


class PostalCode(Base):
    """A postal code of a commune; several communes may share one."""

    __tablename__ = "postal_codes"

    commune_code: Mapped[str] = mapped_column(
        ForeignKey("communes.code", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(5), primary_key=True, index=True)


class Territory(Base):
    """An independent area: its communes, its défis, its organisers, its own day and hour for the weekly letter.

    ``contact`` says in one line how people reach its team. ``digest_since`` is when that day and hour were last changed;
    None while they are those of the founding.
    """

    __tablename__ = "territories"

    id: Mapped[TerritoryId] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(100))
    summary_fr: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    contact: Mapped[str | None] = mapped_column(String(CONTACT_LENGTH))
    locale: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(40))
    digest_weekday: Mapped[int]
    digest_hour: Mapped[int]
    digest_since: Mapped[datetime | None]
    travel_percent: Mapped[int] = mapped_column(
        default=STRAIGHT_PERCENT, server_default=str(STRAIGHT_PERCENT)
    )
    created_at: Mapped[datetime]

    challenges: Mapped[list["Challenge"]] = relationship(
        order_by="Challenge.position", back_populates="territory"
    )

    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("digest_weekday BETWEEN 1 AND 7", name="digest_weekday_is_iso"),
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour_in_day"),
        CheckConstraint("locale IN ('fr', 'en')", name="known_locale"),
        CheckConstraint(_PERCENT.format("travel_percent"), name="travel_percent_in_range"),
        CheckConstraint(f"length(contact) BETWEEN 1 AND {CONTACT_LENGTH}", name="contact_length"),
    )

    def summary(self, locale: str) -> str:
        """The summary in ``locale``."""
        return self.summary_en if locale == "en" else self.summary_fr


class TerritoryCommune(Base):
    """A commune that belongs to a territory. Territories may overlap."""

    __tablename__ = "territory_communes"

    territory_id: Mapped[TerritoryId] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), primary_key=True, index=True)


class Detour(Base):
    """Two communes, in the order of their codes, between which a way is longer than elsewhere in a territory.

    ``percent`` of the straight line, in place of the territory's ``travel_percent``.
    """

    __tablename__ = "detours"

    territory_id: Mapped[TerritoryId] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), primary_key=True)
    to_commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), primary_key=True)
    percent: Mapped[int]

    __table_args__ = (
        CheckConstraint("commune_code < to_commune_code", name="in_order"),
        CheckConstraint(_PERCENT.format("percent"), name="percent_in_range"),
    )


class TerritoryPage(Base):
    """A page of a territory in its own words, in one language; where there is none, ours are shown."""

    __tablename__ = "territory_pages"

    territory_id: Mapped[TerritoryId] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[PageKind] = mapped_column(enum_column(PageKind), primary_key=True)
    locale: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("locale IN ('fr', 'en')", name="known_locale"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {PAGE_LENGTH}", name="text_length"),
    )


class Challenge(Base):
    """A défi: a priority theme of a territory, in the order that the territory gave."""

    __tablename__ = "challenges"

    id: Mapped[ChallengeId] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    title_fr: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    description_fr: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str] = mapped_column(Text)

    territory: Mapped[Territory] = relationship(back_populates="challenges")

    __table_args__ = (UniqueConstraint("territory_id", "slug"), UniqueConstraint("id", "territory_id"))

    def title(self, locale: str) -> str:
        """The title in ``locale``."""
        return self.title_en if locale == "en" else self.title_fr

    def description(self, locale: str) -> str:
        """The description in ``locale``."""
        return self.description_en if locale == "en" else self.description_fr


class Organiser(Base):
    """An account that runs a territory's desk."""

    __tablename__ = "organisers"

    territory_id: Mapped[TerritoryId] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    territory: Mapped[Territory] = relationship()
    account: Mapped[Account] = relationship()
