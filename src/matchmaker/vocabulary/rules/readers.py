"""Rows of vocabulary files to values: our own CSV and the flat exchange format.

Every function takes rows as `csv.DictReader` gives them and reads no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from matchmaker.base.text import inclusive_forms
from matchmaker.vocabulary.rules.vocabulary import (
    Concept,
    Label,
    LabelKind,
    Relation,
    RelationKind,
    Verdict,
    VerdictKind,
    Vocabulary,
)

Row = Mapping[str, str]


def vocabulary_from_flat_rows(rows: Iterable[Row]) -> Vocabulary:
    """One label a row: concept, type, lang, kind (`pref` or `alt`), label; slashed job names give both genders."""
    concepts: dict[str, Concept] = {}
    labels: dict[Label, None] = {}
    for row in rows:
        concept_id = row["concept"]
        concepts.setdefault(concept_id, Concept(id=concept_id, kind=row["type"]))
        for label in labels_of(concept_id, row["lang"], row["kind"] == "pref", row["label"]):
            labels[label] = None
    return Vocabulary(concepts=tuple(concepts.values()), labels=tuple(labels))


def labels_of(concept_id: str, language: str, preferred: bool, text: str) -> list[Label]:
    """A label as it stands, and its forms as words when it is written in both genders."""
    kind = LabelKind.PREFERRED if preferred else LabelKind.WORD
    whole = Label(concept_id=concept_id, language=language, kind=kind, text=text)
    forms = inclusive_forms(text) if language == "fr" and "/" in text else ()
    if len(forms) < 2:
        return [whole]
    return [
        whole,
        *(Label(concept_id=concept_id, language=language, kind=LabelKind.WORD, text=form) for form in forms),
    ]


def relations_from_rows(
    broader_rows: Iterable[Row], occupation_skill_rows: Iterable[Row] = ()
) -> tuple[Relation, ...]:
    """Rows `concept,broader`, and rows `occ,skill,rel` where rel is `e` (essential) or `o` (optional)."""
    broader = [
        Relation(source=row["concept"], target=row["broader"], kind=RelationKind.BROADER)
        for row in broader_rows
    ]
    uses = [
        Relation(
            source=row["occ"],
            target=row["skill"],
            kind=RelationKind.ESSENTIAL if row["rel"] == "e" else RelationKind.OPTIONAL,
        )
        for row in occupation_skill_rows
    ]
    return (*broader, *uses)


class VocabularyError(ValueError):
    """Rows of our own format that cannot be a vocabulary; `problems` has one line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems[:5]))
        self.problems = problems


COLUMNS = ("id", "label_fr", "label_en", "words_fr", "words_en", "broader", "related")


def vocabulary_from_rows(
    families: Mapping[str, Iterable[Row]],
    false_friends: Iterable[Row] = (),
    other_languages: Iterable[Row] = (),
) -> Vocabulary:
    """Our own format: by family, rows with `COLUMNS`; false friends as rows `word_a,word_b`; words in languages that
    nobody reads the service in as rows `id,language,words`.

    Words, broader and related ids are separated by `|`. Raises VocabularyError with every problem found.
    """
    concepts: dict[str, Concept] = {}
    labels: dict[Label, None] = {}
    relations: dict[Relation, None] = {}
    problems: list[str] = []
    for family, rows in families.items():
        for number, row in enumerate(rows, start=2):
            missing = [column for column in COLUMNS if row.get(column) is None]
            if missing:
                problems.append(f"{family}, line {number}: no {', '.join(missing)}")
                continue
            concept_id = row["id"].strip()
            if not concept_id or concept_id in concepts:
                problems.append(f"{family}, line {number}: the id {concept_id!r} is missing or used twice")
                continue
            concepts[concept_id] = Concept(id=concept_id, family=family)
            for label in _own_labels(row, concept_id):
                labels[label] = None
            for relation in _own_relations(row, concept_id):
                relations[relation] = None
    for label in _foreign_labels(other_languages):
        labels[label] = None
    problems += _dangling(concepts, labels, relations)
    if problems:
        raise VocabularyError(tuple(problems))
    return Vocabulary(
        concepts=tuple(concepts.values()),
        labels=tuple(labels),
        relations=tuple(relations),
        verdicts=tuple(
            Verdict(kind=VerdictKind.NEVER, phrase=row["word_a"], other=row["word_b"])
            for row in false_friends
        ),
    )


def _own_labels(row: Row, concept_id: str) -> list[Label]:
    labels = []
    for language in ("fr", "en"):
        texts = [(LabelKind.PREFERRED, row[f"label_{language}"])]
        texts += [(LabelKind.WORD, word) for word in row[f"words_{language}"].split("|")]
        for kind, text in texts:
            if text.strip():
                labels.append(Label(concept_id=concept_id, language=language, kind=kind, text=text.strip()))
    return labels


def _foreign_labels(rows: Iterable[Row]) -> Iterator[Label]:
    for row in rows:
        for text in row["words"].split("|"):
            yield Label(
                concept_id=row["id"], language=row["language"], kind=LabelKind.WORD, text=text.strip()
            )


def _own_relations(row: Row, concept_id: str) -> list[Relation]:
    return [
        Relation(source=concept_id, target=target.strip(), kind=kind)
        for kind in (RelationKind.BROADER, RelationKind.RELATED)
        for target in row[kind].split("|")
        if target.strip()
    ]


def _dangling(
    concepts: Mapping[str, Concept], labels: Iterable[Label], relations: Iterable[Relation]
) -> list[str]:
    lost = [
        f"{label.text} ({label.language}): its concept {label.concept_id!r} does not exist"
        for label in labels
        if label.concept_id not in concepts
    ]
    return lost + [
        f"{relation.source}: its {relation.kind} concept {relation.target!r} does not exist"
        for relation in relations
        if relation.target not in concepts
    ]
