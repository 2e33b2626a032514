"""Files to tables: the communes and the vocabulary that ship, and the official downloads of ESCO and ROME.

Every load is idempotent: what is already there in the same version is left alone.
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from matchmaker.base.db import Base
from matchmaker.base.text import fold
from matchmaker.base.work import Work
from matchmaker.catalogue.models import (
    Commune,
    Concept,
    ConceptLabel,
    ConceptRelation,
    FalseFriend,
    PostalCode,
    SkillFamily,
    VocabularySource,
)
from matchmaker.catalogue.rules import Vocabulary, vocabulary_from_rows

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Progress = Callable[[str, int, int], None]
BATCH = 5000


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


def silent(what: str, done: int, total: int) -> None:
    """A Progress that tells nobody."""


def shipped_folder() -> "Traversable":
    """The folder of the data that ships with the package."""
    return files("matchmaker.catalogue") / "data"


def read_shipped_vocabulary() -> Vocabulary:
    """The starter vocabulary of the package. Raises VocabularyError."""
    folder = shipped_folder() / "vocabulary"
    families = {row["id"]: _rows(folder / f"{row['id']}.csv") for row in _rows(folder / "families.csv")}
    return vocabulary_from_rows(families, _rows(folder / "false_friends.csv"))


def load_communes(work: Work, *, progress: Progress = silent) -> int:
    """Put the shipped communes into the database; how many there are. A loaded table is left alone."""
    present = work.session.scalar(select(func.count()).select_from(Commune)) or 0
    if present:
        return present
    communes: list[dict[str, object]] = []
    codes: list[dict[str, object]] = []
    packed = (shipped_folder() / "communes.csv.gz").read_bytes()
    for row in csv.DictReader(gzip.decompress(packed).decode().splitlines()):
        communes.append(
            {
                "code": row["code"],
                "name": row["name"],
                "folded": fold(row["name"]),
                "department": row["department"],
                "region": row["region"],
                "epci": row["epci"] or None,
                "population": int(row["population"]),
                "latitude": float(row["latitude"]),
                "longitude": float(row["longitude"]),
                "approximate": row["approximate"] == "1",
            }
        )
        codes += [
            {"commune_code": row["code"], "code": code} for code in row["postal_codes"].split("|") if code
        ]
    _insert_all(work, Commune, communes, progress)
    _insert_all(work, PostalCode, codes, progress)
    return len(communes)


def load_shipped_vocabulary(work: Work, *, progress: Progress = silent) -> Loaded:
    """Put the starter vocabulary, its families and its false friends into the database."""
    folder = shipped_folder() / "vocabulary"
    for row in _rows(folder / "families.csv"):
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
    _insert_all(work, Concept, concepts, progress)
    labels: list[dict[str, object]] = [
        {"concept_id": label.concept_id, "language": label.language, "kind": label.kind, "text": label.text}
        for label in vocabulary.labels
    ]
    _insert_all(work, ConceptLabel, labels, progress)
    relations: list[dict[str, object]] = [
        {"source_id": source_id, "target_id": target_id, "kind": kind}
        for source_id, target_id, kind in dict.fromkeys(
            (relation.source, relation.target, relation.kind) for relation in vocabulary.relations
        )
        if source_id != target_id
    ]
    _insert_all(work, ConceptRelation, relations, progress)
    if source == STARTER:
        _replace_false_friends(work, vocabulary, progress)
    return Loaded(concepts=result.concepts, labels=result.labels, changed=True)


def _replace_false_friends(work: Work, vocabulary: Vocabulary, progress: Progress) -> None:
    work.session.execute(delete(FalseFriend))
    pairs = {tuple(sorted((fold(item.phrase), fold(item.other)))) for item in vocabulary.verdicts}
    friends: list[dict[str, object]] = [
        {"word_a": word_a, "word_b": word_b} for word_a, word_b in sorted(pairs)
    ]
    _insert_all(work, FalseFriend, friends, progress)


def _insert_all(
    work: Work, model: type[Base], rows: Sequence[Mapping[str, object]], progress: Progress
) -> None:
    # The table itself and not its model: for 70,000 rows the ORM's own preparation takes as long as the database.
    statement = insert(Base.metadata.tables[model.__tablename__])
    for start in range(0, len(rows), BATCH):
        work.session.execute(statement, rows[start : start + BATCH])
        progress(model.__tablename__, min(start + BATCH, len(rows)), len(rows))


def _rows(path: "Traversable") -> Iterable[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
