"""Places, territories and their défis, and the skill vocabulary."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.catalogue.rules import FOLDED_LENGTH, LabelKind, RelationKind, VerdictKind


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

    ``digest_since`` is when that day and hour were last changed; None while they are those of the founding.
    """

    __tablename__ = "territories"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(100))
    summary_fr: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(40))
    digest_weekday: Mapped[int]
    digest_hour: Mapped[int]
    digest_since: Mapped[datetime | None]
    created_at: Mapped[datetime]

    challenges: Mapped[list["Challenge"]] = relationship(
        order_by="Challenge.position", back_populates="territory"
    )

    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("digest_weekday BETWEEN 1 AND 7", name="digest_weekday_is_iso"),
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="digest_hour_in_day"),
        CheckConstraint("locale IN ('fr', 'en')", name="known_locale"),
    )

    def summary(self, locale: str) -> str:
        """The summary in ``locale``."""
        return self.summary_en if locale == "en" else self.summary_fr


class TerritoryCommune(Base):
    """A commune that belongs to a territory. Territories may overlap."""

    __tablename__ = "territory_communes"

    territory_id: Mapped[int] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), primary_key=True, index=True)


class Challenge(Base):
    """A défi: a priority theme of a territory, in the order that the territory gave."""

    __tablename__ = "challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    title_fr: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    description_fr: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str] = mapped_column(Text)

    territory: Mapped[Territory] = relationship(back_populates="challenges")

    __table_args__ = (UniqueConstraint("territory_id", "slug"),)

    def title(self, locale: str) -> str:
        """The title in ``locale``."""
        return self.title_en if locale == "en" else self.title_fr

    def description(self, locale: str) -> str:
        """The description in ``locale``."""
        return self.description_en if locale == "en" else self.description_fr


class Organiser(Base):
    """An account that runs a territory's desk."""

    __tablename__ = "organisers"

    territory_id: Mapped[int] = mapped_column(
        ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    territory: Mapped[Territory] = relationship()
    account: Mapped[Account] = relationship()


class VocabularySource(Base):
    """A vocabulary that was loaded, with the licence under which it is shown."""

    __tablename__ = "vocabulary_sources"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    licence: Mapped[str] = mapped_column(String(200))
    attribution: Mapped[str] = mapped_column(Text)
    concepts: Mapped[int]
    labels: Mapped[int]
    loaded_at: Mapped[datetime]


class SkillFamily(Base):
    """A family of concepts, as a reader sees it."""

    __tablename__ = "skill_families"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    label_fr: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80))
    emoji: Mapped[str] = mapped_column(String(8))

    def label(self, locale: str) -> str:
        """The name in ``locale``."""
        return self.label_en if locale == "en" else self.label_fr


class Concept(Base):
    """A skill, a job or a resource that people name in many ways."""

    __tablename__ = "concepts"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("vocabulary_sources.name"), index=True)
    family: Mapped[str | None] = mapped_column(ForeignKey("skill_families.id"))
    kind: Mapped[str] = mapped_column(String(20))


class ConceptLabel(Base):
    """One way to say a concept."""

    __tablename__ = "concept_labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[str] = mapped_column(ForeignKey("concepts.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    kind: Mapped[LabelKind] = mapped_column(enum_column(LabelKind))
    text: Mapped[str] = mapped_column(String(300))


class ConceptRelation(Base):
    """A directed relation between two concepts."""

    __tablename__ = "concept_relations"

    source_id: Mapped[str] = mapped_column(ForeignKey("concepts.id", ondelete="CASCADE"), primary_key=True)
    target_id: Mapped[str] = mapped_column(
        ForeignKey("concepts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[RelationKind] = mapped_column(enum_column(RelationKind), primary_key=True)

    __table_args__ = (CheckConstraint("source_id <> target_id", name="not_to_itself"),)


class FalseFriend(Base):
    """Two words that look alike and mean something else, kept folded and in alphabetical order."""

    __tablename__ = "false_friends"

    word_a: Mapped[str] = mapped_column(String(80), primary_key=True)
    word_b: Mapped[str] = mapped_column(String(80), primary_key=True)

    __table_args__ = (CheckConstraint("word_a < word_b", name="in_order"),)


# Folded texts are ASCII. PostgreSQL would order them by the rules of a language, which differ from Python's and SQLite's.
_Folded = String(FOLDED_LENGTH).with_variant(String(FOLDED_LENGTH, collation="C"), "postgresql")


class TerritoryVerdict(Base):
    """What a territory decided about two phrases, as written; ``other`` may be a concept's id.

    Both are kept folded too, in alphabetical order, so that a pair has one verdict whichever phrase came first.
    """

    __tablename__ = "verdicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    phrase: Mapped[str] = mapped_column(String(64))
    other: Mapped[str] = mapped_column(String(64))
    folded_a: Mapped[str] = mapped_column(_Folded)
    folded_b: Mapped[str] = mapped_column(_Folded)
    kind: Mapped[VerdictKind] = mapped_column(enum_column(VerdictKind))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]

    decided_by: Mapped[Account | None] = relationship()

    __table_args__ = (
        UniqueConstraint("territory_id", "folded_a", "folded_b", name="uq_verdicts_one_a_pair"),
        CheckConstraint("folded_a < folded_b", name="in_order"),
        CheckConstraint("length(phrase) BETWEEN 1 AND 64", name="phrase_length"),
        CheckConstraint("length(other) BETWEEN 1 AND 64", name="other_length"),
    )


class ResolvedPhrase(Base):
    """What a phrase was resolved to, once for all who typed it, with the vocabulary it was resolved by.

    ``phrase`` is in lower case, its words separated by one space.
    ``resolutions`` is a list of ``[concept id, score from 0 to 1]``, best first; an empty one says that the phrase
    counts by its words alone.
    """

    __tablename__ = "resolved_phrases"

    id: Mapped[int] = mapped_column(primary_key=True)
    phrase: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2))
    vocabulary_version: Mapped[str] = mapped_column(String(64))
    resolutions: Mapped[list[tuple[str, float]]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("phrase", "language", "vocabulary_version"),)
