"""What is near is the same however it is asked: one by one or all at once, with some labels of a concept or with all."""

import random

import pytest

from matchmaker.base.text import fold
from matchmaker.vocabulary.rules import Resolver, Vocabulary
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.meaning import meanings_of
from matchmaker.vocabulary.rules.nearness import Nearness, nearness_of


@pytest.fixture(scope="module")
def typed(vocabulary: Vocabulary) -> list[str]:
    """Labels with a letter left out, so that no label answers."""
    rng = random.Random(4)
    found = []
    for label in rng.sample([one.text for one in vocabulary.labels if len(one.text) > 6], 150):
        at = rng.randrange(1, len(label))
        found.append(label[:at] + label[at + 1 :])
    return found


def test_many_phrases_mean_together_what_each_means_by_itself(resolver: Resolver, typed: list[str]) -> None:
    mixed = [*typed, "couture et cuisine", "pas de permis", "je bosse dans la compta", ""]
    assert resolver.resolve_each(mixed, language="fr") == [
        resolver.resolve(text, language="fr") for text in mixed
    ]
    assert resolver.phrases(mixed) == [resolver.phrase(text) for text in mixed]


def test_three_labels_of_a_concept_give_the_answers_of_all(vocabulary: Vocabulary, typed: list[str]) -> None:
    some = nearness_of(vocabulary)
    every = Nearness(table_of(vocabulary), meanings_of(vocabulary), labels_each=1000)
    changed = [
        text
        for text in typed
        if max(some.near(fold(text), "fr"), key=_likeliest)[0]
        != max(every.near(fold(text), "fr"), key=_likeliest)[0]
    ]
    assert changed == []


def _likeliest(one: tuple[str, float, str]) -> tuple[float, str]:
    return one[1], one[0]
