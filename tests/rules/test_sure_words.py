"""What is called sure is right: a word is not another one that shares its beginning, its letters or its language."""

import pytest

from matchmaker.base.text import stem
from matchmaker.vocabulary.rules import Concept, Label, LabelKind, Resolver, Vocabulary
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.resolve import SURE

OTHER_WORDS = """
    animation communication.motion-design|animer communication.motion-design|décoration building.painting
    vêtements textile.lingerie|papiers law.immigration|farine farming.snails-insects|sol research.geology
    porte lending.shops|montagne contacts.press|progrès contacts.press|permis transport.bus-driving
    permis transport.lorry-driving|petit care.early-childhood|repas care.respite|café law.social-rights
    mail textile.hand-knitting|amis building.asbestos|mange culture.comics|gants business.planning|idées care.nursing
    masse care.massage|selle solidarity.local-exchange|table digital.spreadsheets|marie farming.pond
    chasse farming.greenhouse|avion services.water-sports|projet research.mechanical-design
    équipe lending.equipment|personnes research.service-design|toilettes farming.dogs|compteur finance.accounting
    marché services.hiking-guide|livres transport.delivery|aide care.carers-support
"""
LINES = [line.rsplit(" ", 1) for row in OTHER_WORDS.strip().splitlines() for line in row.strip().split("|")]


@pytest.mark.parametrize(("word", "concept_id"), LINES)
def test_a_word_is_not_surely_one_that_only_begins_like_it(
    resolver: Resolver, word: str, concept_id: str
) -> None:
    surely = {found.concept_id for found in resolver.resolve(word, language="fr") if found.score >= SURE}
    assert concept_id not in surely


@pytest.mark.parametrize("phrase", ["un peu de tout", "bonne volonté", "plein de choses"])
def test_who_says_nothing_in_particular_is_asked_for_nothing_in_particular(
    resolver: Resolver, phrase: str
) -> None:
    assert resolver.resolve(phrase, language="fr") == ()


def _resolver(*labels: tuple[str, str, str]) -> Resolver:
    made = [
        Label(concept_id=one, language=spoken, kind=LabelKind.WORD, text=text) for one, spoken, text in labels
    ]
    return Resolver(Vocabulary(concepts=tuple(Concept(id=one) for one, _, _ in labels), labels=tuple(made)))


@pytest.mark.parametrize(
    ("label", "said", "sure"),
    [
        ("permis D", "permis", False),
        ("sans-papiers", "papiers", False),
        ("La Montagne", "montagne", False),
        ("plombier", "plombiers", True),
        ("plomberie", "plombierie", True),
        ("maquettiste", "moquettiste", False),
        ("marché", "marche", True),
        ("marche", "marché", False),
        ("briques de terre", "briques", False),
        ("livreur", "livres", False),
        ("réparation de vélos", "réparer un vélo", True),
        ("WordPress", "word press", True),
        ("réparation de vélos", "réparationvélos", True),
    ],
)
def test_only_the_same_words_are_sure(label: str, said: str, sure: bool) -> None:
    known = _resolver(("a", "fr", label), ("b", "fr", "garde d'enfants"), ("c", "fr", "compostage collectif"))
    found = known.candidates(said, language="fr", top=1)
    assert bool(found and found[0].score >= SURE) is sure


def test_a_label_of_the_other_language_is_less_sure_and_asked_about_when_it_is_a_word_of_this_one() -> None:
    known = _resolver(("a", "en", "decorator"), ("b", "en", "location"), ("c", "fr", "location de salle"))
    assert known.resolve("décoration", language="fr")[:1] == () or known.resolve("décoration")[0].score < SURE
    assert SURE <= known.resolve("decorator", language="fr")[0].score < 1
    assert known.resolve("location", language="fr")[0].score < SURE


@pytest.mark.parametrize("said", ["light renovation worker", "fix a roofer", "installation a sink"])
def test_words_of_another_language_are_no_derivations_of_ours(resolver: Resolver, said: str) -> None:
    assert all(found.score < SURE for found in resolver.resolve(said, language="fr"))


def test_who_tells_only_what_they_are_is_offered_for_nothing(resolver: Resolver) -> None:
    for said in ("retraité", "je suis retraitée", "étudiante", "retired"):
        assert resolver.resolve(said) == ()


def test_a_word_that_nobody_knows_makes_the_answer_less_sure() -> None:
    known = _resolver(
        ("a", "fr", "confectionner des rideaux épais pour le grand salon"),
        ("b", "fr", "vendre des légumes"),
        ("c", "fr", "menuiserie"),
    )
    strange, familiar = (
        known.candidates(f"confectionner des {what} épais pour le grand salon", language="fr", top=1)[0].score
        for what in ("zibouls", "légumes")
    )
    assert strange < 0.75 < familiar < SURE


def test_stems_are_those_of_one_language() -> None:
    made = _resolver(("a", "en", "decorative formations")).vocabulary
    assert table_of(made).exact("décorer une formation", "fr") == []
    assert table_of(made).exact("decorative formation", "en") != []


@pytest.mark.parametrize(
    ("one", "other"), [("amis", "amiante"), ("mail", "maille"), ("gants", "gantt"), ("table", "tableur")]
)
def test_a_short_stem_inflects_and_does_not_derive(one: str, other: str) -> None:
    assert stem(one, "fr") != stem(other, "fr")
