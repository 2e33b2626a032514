"""What people type finds its concept in the vocabulary that ships."""

import csv
from importlib import resources

import pytest

from matchmaker.vocabulary.rules import (
    Concept,
    Label,
    LabelKind,
    PhraseTooLongError,
    Resolver,
    TooManyPhrasesError,
    Verdict,
    VerdictKind,
    Vocabulary,
    check_description,
    check_phrases,
)
from matchmaker.vocabulary.rules.limits import DescriptionTooLongError


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("compta", "comptabilité"),
        ("mecano velo", "réparation de vélos"),
        ("réparations de vélo", "réparation de vélos"),
        ("developpeuse web", "développement web"),
        ("développeur/euse web", "développement web"),
        ("dev web", "développement web"),
        ("site internet", "création de sites internet"),
        ("conduire un camion", "conduite de poids lourds"),
        ("Permis C", "conduite de poids lourds"),
        ("permis D", "conduite de bus et de minibus"),
        ("plomberi", "plomberie"),
        ("menuisière", "menuiserie du bâtiment"),
        ("aide aux devoirs", "soutien scolaire"),
        ("bicycle repair", "réparation de vélos"),
    ],
)
def test_everyday_words_are_understood(resolver: Resolver, typed: str, label: str) -> None:
    found = resolver.resolve(typed)
    assert found
    assert resolver.vocabulary.label(found[0].concept_id, "fr") == label


@pytest.mark.parametrize("typed", ["asdf qwer", "endroit", "philatélie", "", "…"])
def test_what_the_vocabulary_does_not_know_stays_words(resolver: Resolver, typed: str) -> None:
    assert resolver.resolve(typed) == ()


def test_an_exact_label_is_the_only_answer(resolver: Resolver) -> None:
    (found,) = resolver.resolve("parler ukrainien", language="fr")
    assert found.score == 1.0


def test_every_french_label_finds_its_own_concept(resolver: Resolver) -> None:
    labels = [label for label in resolver.vocabulary.labels if label.kind is LabelKind.PREFERRED]
    lost = [
        label.text
        for label in labels
        if label.concept_id
        not in {x.concept_id for x in resolver.resolve(label.text, language=label.language)}
    ]
    assert lost == []


def test_shipped_false_friends_never_mean_each_other(resolver: Resolver) -> None:
    path = resources.files("matchmaker.vocabulary") / "data" / "false_friends.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 70
    alike = [row for row in rows if resolver.alike(row["word_a"], row["word_b"]) > 0]
    assert alike == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jardinage", "gardiennage"),
        ("couture", "culture"),
        ("permis B", "permis D"),
        ("droit", "endroit"),
        ("menuiserie", "meunerie"),
        ("mobilité", "immobilier"),
        ("développement logiciel", "développement de l'enfant"),
        ("cuisine", "cuisiniste"),
        ("communication", "commutation"),
    ],
)
def test_lookalikes_are_told_apart(resolver: Resolver, one: str, other: str) -> None:
    mine = {found.concept_id for found in resolver.resolve(one, language="fr")}
    theirs = {found.concept_id for found in resolver.resolve(other, language="fr")}
    assert not mine & theirs
    assert resolver.alike(one, other) < 0.3


def _small() -> Vocabulary:
    def label(concept: str, text: str) -> Label:
        return Label(concept_id=concept, language="fr", kind=LabelKind.PREFERRED, text=text)

    return Vocabulary(
        concepts=(Concept(id="a"), Concept(id="b")),
        labels=(label("a", "réparation de vélos"), label("b", "garde d'enfants")),
    )


def test_what_people_decided_overrides_in_their_territory_alone() -> None:
    everywhere = Resolver(_small())
    here = everywhere.with_verdicts(
        [
            Verdict(kind=VerdictKind.SAME, phrase="biclou", other="a"),
            Verdict(kind=VerdictKind.NEVER, phrase="réparation du vélo", other="réparation de vélos"),
        ]
    )
    assert everywhere.resolve("biclou") == ()
    assert [found.concept_id for found in here.resolve("Biclou")] == ["a"]
    assert [found.concept_id for found in everywhere.resolve("réparation du vélo")] == ["a"]
    assert here.resolve("réparation du vélo") == ()


def test_a_verdict_holds_in_both_directions() -> None:
    verdict = Verdict(kind=VerdictKind.SAME, phrase="nounou", other="garde d'enfants")
    turned = Verdict(kind=VerdictKind.SAME, phrase="garde d'enfants", other="nounou")
    for one in (verdict, turned):
        judged = Resolver(_small(), verdicts=[one])
        assert [found.concept_id for found in judged.resolve("nounou")] == ["b"]
        assert judged.alike("nounou", "garde d'enfants") == judged.alike("garde d'enfants", "nounou") == 1.0


def test_an_empty_vocabulary_understands_nothing() -> None:
    empty = Resolver(Vocabulary(concepts=(), labels=()))
    assert empty.resolve("plomberie") == ()
    assert empty.suggest("plom", language="fr") == ()


def test_suggestions_appear_while_somebody_types(resolver: Resolver) -> None:
    offered = resolver.suggest("plom", language="fr", limit=5)
    assert offered[0].label == "plomberie"
    assert offered[0].family == "building"
    assert 1 <= len(offered) <= 5
    assert resolver.suggest("p", language="fr") == ()
    assert "plumbing" in [one.label for one in resolver.suggest("plumb", language="en")]


def test_suggestions_bear_a_slip_of_the_finger(resolver: Resolver) -> None:
    assert "plomberie" in [one.label for one in resolver.suggest("plonberie", language="fr")]


def test_too_much_is_refused_before_anything_is_compared(resolver: Resolver) -> None:
    for ask in (resolver.resolve, resolver.phrase):
        with pytest.raises(PhraseTooLongError) as refusal:
            ask("x" * 65)
        assert (refusal.value.limit, refusal.value.actual) == (64, 65)
    with pytest.raises(PhraseTooLongError):
        resolver.suggest("x" * 65, language="fr")
    with pytest.raises(TooManyPhrasesError):
        check_phrases(["couture"] * 31)
    with pytest.raises(DescriptionTooLongError):
        check_description("x" * 5001)
    check_phrases(["couture"] * 30)
    check_description("x" * 5000)
