"""The vocabulary in the database, what typed phrases were resolved to, and what a territory decided about words."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, TerritoryId
from matchmaker.vocabulary.rules import FOLDED_LENGTH, LabelKind, RelationKind, VerdictKind


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
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    phrase: Mapped[str] = mapped_column(String(64))
    other: Mapped[str] = mapped_column(String(64))
    folded_a: Mapped[str] = mapped_column(_Folded)
    folded_b: Mapped[str] = mapped_column(_Folded)
    kind: Mapped[VerdictKind] = mapped_column(enum_column(VerdictKind))
    decided_by_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
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
