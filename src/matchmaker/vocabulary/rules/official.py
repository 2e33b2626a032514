"""Rows of the official downloads of ESCO and ROME to values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matchmaker.vocabulary.rules.readers import labels_of
from matchmaker.vocabulary.rules.vocabulary import Concept, Label, Relation, RelationKind, Vocabulary

Row = Mapping[str, str]


def vocabulary_from_esco(
    skills: Iterable[Row],
    occupations: Iterable[Row] = (),
    broader: Iterable[Row] = (),
    occupation_skills: Iterable[Row] = (),
    *,
    language: str,
) -> Vocabulary:
    """ESCO's CSV files of one language.

    In their order: skills, occupations, broaderRelationsSkillPillar, occupationSkillRelations.
    """
    concepts: dict[str, Concept] = {}
    labels: dict[Label, None] = {}
    for rows, default in ((skills, "skill"), (occupations, "occupation")):
        for row in rows:
            concept_id = _last_part(row["conceptUri"])
            kind = "knowledge" if row.get("skillType", "").strip() == "knowledge" else default
            concepts.setdefault(concept_id, Concept(id=concept_id, kind=kind))
            words = (row.get("altLabels") or "").splitlines() + (row.get("hiddenLabels") or "").splitlines()
            texts = [(True, row["preferredLabel"])] + [(False, word) for word in words]
            for preferred, text in texts:
                if text.strip():
                    for label in labels_of(concept_id, language, preferred, text.strip()):
                        labels[label] = None
    relations = [
        Relation(
            source=_last_part(row["conceptUri"]),
            target=_last_part(row["broaderUri"]),
            kind=RelationKind.BROADER,
        )
        for row in broader
    ]
    relations += [
        Relation(
            source=_last_part(row["occupationUri"]),
            target=_last_part(row["skillUri"]),
            kind=RelationKind.ESSENTIAL if row["relationType"] == "essential" else RelationKind.OPTIONAL,
        )
        for row in occupation_skills
    ]
    return Vocabulary(
        concepts=tuple(concepts.values()), labels=tuple(labels), relations=tuple(dict.fromkeys(relations))
    )


def _last_part(uri: str) -> str:
    return uri.rstrip("/").rpartition("/")[2]


def vocabulary_from_rome(appellations: Iterable[Row], codes: Iterable[Row]) -> Vocabulary:
    """ROME's job names under their code, an occupation whose broader concept is its domain (three letters).

    Reads the official columns (`code_rome`, `libelle_rome`, `libelle_appellation_long`) and the short ones
    (`rome`, `label`).
    """
    concepts: dict[str, Concept] = {}
    labels: dict[Label, None] = {}
    relations: dict[Relation, None] = {}
    for preferred, rows in ((True, codes), (False, appellations)):
        for row in rows:
            code = row.get("code_rome") or row.get("rome") or ""
            text = (row.get("libelle_rome") if preferred else row.get("libelle_appellation_long")) or row.get(
                "label", ""
            )
            if not code or not text:
                continue
            concept_id = f"rome.{code}"
            concepts.setdefault(concept_id, Concept(id=concept_id, kind="occupation"))
            domain = f"rome.{code[:3]}"
            concepts.setdefault(domain, Concept(id=domain, kind="group"))
            relations[Relation(source=concept_id, target=domain, kind=RelationKind.BROADER)] = None
            for label in labels_of(concept_id, "fr", preferred, text):
                labels[label] = None
    return Vocabulary(concepts=tuple(concepts.values()), labels=tuple(labels), relations=tuple(relations))
