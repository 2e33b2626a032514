"""What is wrong with labels: one word for two things, words nobody types, words that may mean the opposite."""

import pytest

from matchmaker.vocabulary.rules import Flaw, findings, twins_from_rows, vocabulary_from_rows

REPAIR = {
    "id": "repair.bikes",
    "label_fr": "réparation de vélos",
    "label_en": "bicycle repair",
    "words_fr": "mécano vélo",
    "words_en": "",
    "broader": "",
    "related": "",
}
LENDING = {
    **REPAIR,
    "id": "lending.bikes",
    "label_fr": "prêt de vélos",
    "label_en": "bicycle lending",
    "words_fr": "vélo à prêter",
}


def flaws(
    *, words_fr: str, related: str = "", twins: tuple[tuple[str, str], ...] = ()
) -> list[tuple[Flaw, str]]:
    """The flaws of two concepts when the second has these words too."""
    other = {**LENDING, "words_fr": words_fr, "related": related}
    vocabulary = vocabulary_from_rows({"repair": [REPAIR, other]})
    allowed = twins_from_rows({"word_a": one, "word_b": two} for one, two in twins)
    return [
        (one.flaw, " / ".join((*(label.text for label in one.labels), *one.words)))
        for one in findings(vocabulary, twins=allowed)
    ]


def test_sound_labels_have_no_findings() -> None:
    assert flaws(words_fr="vélo à prêter|prêteur·euse de vélos") == []


@pytest.mark.parametrize("word", ["mécano vélo", "Mecano vélo!"])
def test_a_label_of_two_concepts_is_told_in_any_spelling(word: str) -> None:
    assert flaws(words_fr=word) == [(Flaw.TWINS, f"mécano vélo / {word}")]


def test_the_same_words_in_another_form_are_told_of_strangers_only() -> None:
    near = [(Flaw.NEAR_TWINS, "réparation de vélos / réparer un vélo")]
    assert flaws(words_fr="réparer un vélo") == near
    assert flaws(words_fr="réparer un vélo", related="repair.bikes") == []
    assert flaws(words_fr="mécanovélo") == [(Flaw.NEAR_TWINS, "mécano vélo / mécanovélo")]


def test_what_truly_means_two_things_is_allowed_and_told_when_it_does_no_more() -> None:
    assert flaws(words_fr="mécano vélo", twins=(("mécano vélo", "mécano vélo"),)) == []
    assert flaws(words_fr="réparer un vélo", twins=(("réparer un vélo", "réparation de vélos"),)) == []
    assert flaws(words_fr="", twins=(("batterie", "batteries"),)) == [
        (Flaw.NEEDLESS, "batterie / batteries"),
    ]


@pytest.mark.parametrize(
    ("word", "flaw"),
    [
        ("apprendre à coudre", Flaw.LEARNING),
        ("Débuter sur ordinateur", Flaw.LEARNING),
        ("apprendre le code à des enfants", None),
        ("apprendre aux autres", None),
        ("apprenti·e", None),
        ("prêter un vélo pour aller au travail tous les matins", Flaw.LONG),
        ("conseiller·ère en économie des transports", None),
    ],
)
def test_labels_that_nobody_types_or_that_say_who_wants_to_learn_are_told(
    word: str, flaw: Flaw | None
) -> None:
    assert flaws(words_fr=word) == ([(flaw, word)] if flaw else [])
