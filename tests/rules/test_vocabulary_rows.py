"""Vocabulary files as values."""

import pytest

from matchmaker.vocabulary.rules import (
    Concept,
    LabelKind,
    Relation,
    RelationKind,
    Resolver,
    VerdictKind,
    Vocabulary,
    VocabularyError,
    merge,
    relations_from_rows,
    vocabulary_from_esco,
    vocabulary_from_flat_rows,
    vocabulary_from_rome,
    vocabulary_from_rows,
)

REPAIR = {
    "id": "repair.bikes",
    "label_fr": "réparation de vélos",
    "label_en": "bicycle repair",
    "words_fr": "mécano vélo|réparateur·rice de vélos",
    "words_en": "bike mechanic",
    "broader": "repair.repair",
    "related": "",
}
GENERAL = {
    **REPAIR,
    "id": "repair.repair",
    "label_fr": "réparation",
    "words_fr": "",
    "broader": "",
    "related": "repair.bikes",
}


def test_our_own_rows_become_concepts_words_and_relations() -> None:
    found = vocabulary_from_rows({"repair": [REPAIR, GENERAL]}, [{"word_a": "couture", "word_b": "culture"}])
    assert found.concept("repair.bikes") == Concept(id="repair.bikes", family="repair")
    assert found.label("repair.bikes", "en") == "bicycle repair"
    assert found.label("repair.bikes", "de") == "réparation de vélos"
    assert found.label("unknown", "fr") == "unknown"
    assert set(found.relations) == {
        Relation(source="repair.bikes", target="repair.repair", kind=RelationKind.BROADER),
        Relation(source="repair.repair", target="repair.bikes", kind=RelationKind.RELATED),
    }
    assert [verdict.kind for verdict in found.verdicts] == [VerdictKind.NEVER]
    assert [x.concept_id for x in Resolver(found).resolve("réparatrice de vélos")] == ["repair.bikes"]


def test_every_problem_is_told_at_once() -> None:
    short = {"id": "repair.short"}
    lost = {**GENERAL, "id": "repair.lost", "broader": "repair.repair|repair.nowhere"}
    with pytest.raises(VocabularyError) as refusal:
        vocabulary_from_rows({"repair": [REPAIR, REPAIR, GENERAL, short, lost]})
    assert len(refusal.value.problems) == 3
    assert "repair.nowhere" in str(refusal.value)


def test_a_concept_may_have_several_broader_ones() -> None:
    cycles = {**GENERAL, "id": "repair.cycles", "broader": "", "related": ""}
    both = {**REPAIR, "broader": "repair.repair| repair.cycles"}
    found = vocabulary_from_rows({"repair": [both, {**GENERAL, "related": ""}, cycles]})
    assert {(one.kind, one.target) for one in found.relations} == {
        (RelationKind.BROADER, "repair.repair"),
        (RelationKind.BROADER, "repair.cycles"),
    }


def test_the_version_is_of_the_content_alone() -> None:
    one = vocabulary_from_rows({"repair": [REPAIR, GENERAL]})
    turned = vocabulary_from_rows({"repair": [GENERAL, REPAIR]})
    other = vocabulary_from_rows({"repair": [GENERAL, {**REPAIR, "words_en": ""}]})
    assert one.version == turned.version != other.version
    assert len(one.version) == 12


def test_flat_rows_expand_slashed_job_names() -> None:
    row = {"concept": "x", "type": "occupation", "lang": "fr", "kind": "pref", "label": "meunier/meunière"}
    found = vocabulary_from_flat_rows([row, {**row, "lang": "en", "label": "miller"}])
    assert [(label.text, label.kind) for label in found.labels] == [
        ("meunier/meunière", LabelKind.PREFERRED),
        ("meunier", LabelKind.WORD),
        ("meunière", LabelKind.WORD),
        ("miller", LabelKind.PREFERRED),
    ]
    relations = relations_from_rows(
        [{"concept": "x", "broader": "y"}],
        [{"occ": "x", "skill": "z", "rel": "e"}, {"occ": "x", "skill": "w", "rel": "o"}],
    )
    assert [relation.kind for relation in relations] == ["broader", "essential", "optional"]


def test_official_downloads_are_read() -> None:
    uri = "http://data.europa.eu/esco/"
    skill = {
        "conceptUri": uri + "skill/s1",
        "preferredLabel": "couture",
        "altLabels": "coudre\nretouches",
        "skillType": "knowledge",
    }
    job = {"conceptUri": uri + "occupation/o1", "preferredLabel": "couturier/couturière", "altLabels": ""}
    esco = vocabulary_from_esco(
        [skill],
        [job],
        [{"conceptUri": uri + "skill/s1", "broaderUri": uri + "skill/s0"}],
        [{"occupationUri": uri + "occupation/o1", "skillUri": uri + "skill/s1", "relationType": "essential"}],
        language="fr",
    )
    assert [(concept.id, concept.kind) for concept in esco.concepts] == [
        ("s1", "knowledge"),
        ("o1", "occupation"),
    ]
    assert {relation.kind for relation in esco.relations} == {RelationKind.BROADER, RelationKind.ESSENTIAL}
    rome = vocabulary_from_rome(
        [{"code_rome": "B1803", "libelle_appellation_long": "Couturier / Couturière"}],
        [
            {"code_rome": "B1803", "libelle_rome": "Réalisation de vêtements"},
            {"code_rome": "", "libelle_rome": "x"},
        ],
    )
    assert rome.label("rome.B1803", "fr") == "Réalisation de vêtements"
    both = merge(esco, rome)
    assert len(both.concepts) == len(esco.concepts) + len(rome.concepts)
    assert {x.concept_id for x in Resolver(both).resolve("couturière")} == {"o1", "rome.B1803"}


def test_an_empty_vocabulary_has_a_version() -> None:
    assert Vocabulary(concepts=(), labels=()).version
