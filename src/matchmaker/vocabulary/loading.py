"""Vocabularies into the database: the one that ships, and the official downloads of ESCO and ROME.

Every load is idempotent: what is already there in the same version is left alone.
"""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import delete, select, update

from matchmaker.base.text import fold
from matchmaker.base.work import Work
from matchmaker.places.loading import Progress, insert_all, read_rows, silent
from matchmaker.vocabulary.models import (
    Concept,
    ConceptLabel,
    ConceptRelation,
    FalseFriend,
    SkillFamily,
    VocabularySource,
)
from matchmaker.vocabulary.rules import Vocabulary, vocabulary_from_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a vocabulary comes from, as it must be told to whoever sees it."""

    name: str
    licence: str
    attribution: str


STARTER = Source(
    name="matchmaker",
    licence="AGPL-3.0-or-later",
    attribution="The starter vocabulary of matchmaker, written for Startup de territoire.",
)
ESCO = Source(
    name="esco",
    licence="Commission Decision 2011/833/EU",
    attribution="This service uses the ESCO classification of the European Commission.",
)
ROME = Source(
    name="rome",
    licence="Licence Ouverte 2.0 (Etalab)",
    attribution="Répertoire opérationnel des métiers et des emplois (ROME), France Travail.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load did; ``changed`` is False when everything was there already."""

    concepts: int
    labels: int
    changed: bool


def shipped_folder() -> Traversable:
    """The folder of the vocabulary that ships with the package."""
    return files("matchmaker.vocabulary") / "data"


def read_shipped_vocabulary() -> Vocabulary:
    """The starter vocabulary of the package. Raises VocabularyError."""
    folder = shipped_folder()
    families = {
        row["id"]: read_rows(folder / f"{row['id']}.csv") for row in read_rows(folder / "families.csv")
    }
    return vocabulary_from_rows(
        families, read_rows(folder / "false_friends.csv"), read_rows(folder / "other_languages.csv")
    )


def load_shipped_vocabulary(work: Work, *, progress: Progress = silent) -> Loaded:
    """Put the starter vocabulary, its families and its false friends into the database."""
    folder = shipped_folder()
    for row in read_rows(folder / "families.csv"):
        work.session.merge(
            SkillFamily(id=row["id"], label_fr=row["label_fr"], label_en=row["label_en"], emoji=row["emoji"])
        )
    work.session.flush()
    return load_vocabulary(work, read_shipped_vocabulary(), source=STARTER, progress=progress)


def load_vocabulary(
    work: Work, vocabulary: Vocabulary, *, source: Source, progress: Progress = silent
) -> Loaded:
    """Make ``vocabulary`` the content of ``source``, replacing what that source held before.

    Concepts that vanished stay without labels, since people may have chosen them.
    """
    result = Loaded(concepts=len(vocabulary.concepts), labels=len(vocabulary.labels), changed=False)
    known = work.session.get(VocabularySource, source.name)
    if known is not None and known.version == vocabulary.version:
        return result
    record = known or VocabularySource(name=source.name)
    record.version, record.licence, record.attribution = (
        vocabulary.version,
        source.licence,
        source.attribution,
    )
    record.concepts, record.labels, record.loaded_at = result.concepts, result.labels, work.now
    work.session.add(record)
    work.session.flush()

    ours = select(Concept.id).where(Concept.source == source.name)
    work.session.execute(delete(ConceptLabel).where(ConceptLabel.concept_id.in_(ours)))
    work.session.execute(delete(ConceptRelation).where(ConceptRelation.source_id.in_(ours)))
    _put_concepts(work, vocabulary, source, progress)
    _insert_labels_and_relations(work, vocabulary, progress)
    if source == STARTER:
        _replace_false_friends(work, vocabulary, progress)
    return Loaded(concepts=result.concepts, labels=result.labels, changed=True)


def _put_concepts(work: Work, vocabulary: Vocabulary, source: Source, progress: Progress) -> None:
    present = {
        number: (kind, family)
        for number, kind, family in work.session.execute(select(Concept.id, Concept.kind, Concept.family))
    }
    families = set(work.session.scalars(select(SkillFamily.id)))
    wanted = {
        concept.id: (concept.kind, concept.family if concept.family in families else None)
        for concept in vocabulary.concepts
    }
    for number, (kind, family) in wanted.items():
        if number in present and present[number] != (kind, family):
            work.session.execute(update(Concept).where(Concept.id == number).values(kind=kind, family=family))
    for relation in vocabulary.relations:
        for end in (relation.source, relation.target):
            wanted.setdefault(end, ("group", None))
    concepts: list[dict[str, object]] = [
        {"id": number, "source": source.name, "kind": kind, "family": family}
        for number, (kind, family) in wanted.items()
        if number not in present
    ]
    insert_all(work, Concept, concepts, progress)


def _insert_labels_and_relations(work: Work, vocabulary: Vocabulary, progress: Progress) -> None:
    labels: list[dict[str, object]] = [
        {"concept_id": label.concept_id, "language": label.language, "kind": label.kind, "text": label.text}
        for label in vocabulary.labels
    ]
    insert_all(work, ConceptLabel, labels, progress)
    relations: list[dict[str, object]] = [
        {"source_id": source_id, "target_id": target_id, "kind": kind}
        for source_id, target_id, kind in dict.fromkeys(
            (relation.source, relation.target, relation.kind) for relation in vocabulary.relations
        )
        if source_id != target_id
    ]
    insert_all(work, ConceptRelation, relations, progress)


def _replace_false_friends(work: Work, vocabulary: Vocabulary, progress: Progress) -> None:
    work.session.execute(delete(FalseFriend))
    pairs = {tuple(sorted((fold(item.phrase), fold(item.other)))) for item in vocabulary.verdicts}
    friends: list[dict[str, object]] = [
        {"word_a": word_a, "word_b": word_b} for word_a, word_b in sorted(pairs)
    ]
    insert_all(work, FalseFriend, friends, progress)
