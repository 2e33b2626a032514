"""The vocabulary that ships: large enough, in two languages, without a word that means two things."""

from collections import Counter, defaultdict
from functools import cache

import pytest

from matchmaker.base.text import fold, spellings
from matchmaker.cli.vocabulary_files import read_packaged, read_twins
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary.rules import (
    LIMITS,
    Concept,
    LabelKind,
    Relation,
    RelationKind,
    Resolver,
    VerdictKind,
    Vocabulary,
    findings,
)
from matchmaker.vocabulary.rules.resolve import SURE


@cache
def vocabulary() -> Vocabulary:
    """What ships, read once."""
    return vocabulary_loading.read_shipped_vocabulary()


def forms_of(text: str, language: str) -> set[str]:
    """Each way to write a label, folded."""
    return {fold(form) for form in (spellings(text) if language == "fr" else (text,))}


def test_it_is_large_enough() -> None:
    labels = {
        (label.concept_id, label.language, form)
        for label in vocabulary().labels
        for form in forms_of(label.text, label.language)
    }
    assert len(vocabulary().concepts) >= 700
    assert len(labels) >= 5_000


def test_every_concept_has_one_label_and_several_words_in_each_language() -> None:
    counted = Counter((label.concept_id, label.language, label.kind) for label in vocabulary().labels)
    for concept in vocabulary().concepts:
        for language, words in (("fr", 3), ("en", 2)):
            assert counted[concept.id, language, LabelKind.PREFERRED] == 1, concept.id
            assert counted[concept.id, language, LabelKind.WORD] >= words, concept.id


def test_every_family_is_known_and_has_its_concepts() -> None:
    folder = vocabulary_loading.shipped_folder()
    families = [line.split(",")[0] for line in (folder / "families.csv").read_text("utf-8").splitlines()[1:]]
    assert len(families) == len(set(families))
    assert Counter(concept.family for concept in vocabulary().concepts).keys() == set(families)
    assert [c.id for c in vocabulary().concepts if not c.id.startswith(f"{c.family}.")] == []


def test_every_file_belongs_to_a_family() -> None:
    files = {entry.name for entry in vocabulary_loading.shipped_folder().iterdir()}
    families = {concept.family for concept in vocabulary().concepts}
    beside = {"families.csv", "false_friends.csv", "other_languages.csv", "twins.csv"}
    assert files == {f"{family}.csv" for family in families} | beside


def test_every_related_and_broader_concept_exists_and_is_another_one() -> None:
    ids = {concept.id for concept in vocabulary().concepts}
    for relation in vocabulary().relations:
        assert {relation.source, relation.target} <= ids, relation
        assert relation.source != relation.target, relation


def test_nothing_is_broader_than_itself() -> None:
    broader: defaultdict[str, set[str]] = defaultdict(set)
    for relation in vocabulary().relations:
        if relation.kind is RelationKind.BROADER:
            broader[relation.source].add(relation.target)
    for concept in vocabulary().concepts:
        above, met = broader[concept.id], set[str]()
        while above:
            assert concept.id not in above, concept.id
            met |= above
            above = {next_ for one in above for next_ in broader[one]} - met


def test_every_concept_is_related_to_another_one() -> None:
    linked = {end for relation in vocabulary().relations for end in (relation.source, relation.target)}
    assert {concept.id for concept in vocabulary().concepts} - linked == set()


def test_no_pair_is_related_twice() -> None:
    pairs = Counter(frozenset((relation.source, relation.target)) for relation in vocabulary().relations)
    assert [sorted(pair) for pair, times in pairs.items() if times > 1] == []


@pytest.mark.parametrize(
    ("special", "general"),
    [
        ("food.caterer", "food.cooking"),
        ("food.pastry", "food.cooking"),
        ("farming.market-gardening", "farming.gardening"),
        ("farming.pruning", "farming.gardening"),
        ("finance.chartered-accounting", "finance.accounting"),
        ("finance.association-treasurer", "finance.accounting"),
        ("building.joinery", "repair.handiwork"),
        ("building.plumbing", "repair.handiwork"),
        ("repair.furniture-restoration", "repair.handiwork"),
        ("textile.alterations", "textile.sewing"),
        ("law.labour-law", "law.legal-advice"),
    ],
)
def test_a_specialist_stands_under_what_is_general(special: str, general: str) -> None:
    assert Relation(source=special, target=general, kind=RelationKind.BROADER) in vocabulary().relations


def test_its_labels_are_sound_but_for_those_that_truly_mean_two_things() -> None:
    twins = read_twins(vocabulary_loading.shipped_folder())
    assert [str(finding) for finding in findings(vocabulary(), twins=twins)] == []


def test_no_word_belongs_to_two_concepts_without_being_named_for_it() -> None:
    allowed = {word for pair in read_twins(vocabulary_loading.shipped_folder()) for word in pair}
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for label in vocabulary().labels:
        for form in forms_of(label.text, label.language):
            owners[form].add(label.concept_id)
    assert {form: ids for form, ids in owners.items() if len(ids) > 1 and form not in allowed} == {}


@pytest.mark.parametrize(
    ("typed", "concept_id"),
    [
        ("peinture", "building.painting"),
        ("travaux de peinture", "building.painting"),
        ("animation", "solidarity.facilitation"),
        ("vidéo", "communication.video-shooting"),
        ("prise de vue", "communication.photography"),
        ("décoration", "building.interior-design"),
        ("garde d'enfants", "care.babysitting"),
        ("taille de haies", "farming.pruning"),
        ("arbitrer un match", "teaching.refereeing"),
        ("laver des voitures", "transport.car-washing"),
        ("jardinagem", "farming.gardening"),
        ("Nähen", "textile.sewing"),
        ("готувати", "food.cooking"),
    ],
)
def test_everyday_words_have_one_sure_meaning(typed: str, concept_id: str) -> None:
    found = Resolver(vocabulary()).resolve(typed, language="fr")
    assert [one.concept_id for one in found] == [concept_id]
    assert found[0].score >= SURE


def test_no_word_is_written_twice_for_one_concept() -> None:
    counted = Counter((label.concept_id, label.language, fold(label.text)) for label in vocabulary().labels)
    assert [key for key, times in counted.items() if times > 1] == []


def test_every_label_can_be_typed() -> None:
    for label in vocabulary().labels:
        assert fold(label.text), label
        assert len(label.text) <= LIMITS.phrase, label
        assert label.text == " ".join(label.text.split()), label


def test_jobs_are_found_in_both_genders() -> None:
    forms = {form for label in vocabulary().labels for form in forms_of(label.text, label.language)}
    for masculine, feminine in (("menuisier", "menuisiere"), ("developpeur web", "developpeuse web")):
        assert {masculine, feminine} <= forms


def test_false_friends_are_two_words() -> None:
    friends = vocabulary().verdicts
    assert len(friends) >= 75
    assert {verdict.kind for verdict in friends} == {VerdictKind.NEVER}
    for verdict in friends:
        one, other = fold(verdict.phrase), fold(verdict.other)
        assert one, verdict
        assert other, verdict
        assert one != other, verdict


def test_files_and_database_are_filled_from_the_same() -> None:
    assert read_packaged().version == vocabulary().version
    assert isinstance(vocabulary().concepts[0], Concept)
