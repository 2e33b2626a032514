"""What is offered while somebody types: first what people mostly mean."""

import pytest

from matchmaker.base.text import fold
from matchmaker.vocabulary.rules import Resolver, Vocabulary, vocabulary_from_rows
from matchmaker.vocabulary.rules.starts import starts_of


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("photo", "photographie"),
        ("anim", "animation de groupes"),
        ("gard", "garde d'enfants à la maison"),
        ("peint", "peinture en bâtiment"),
        ("je sais cou", "couture"),
        ("J'aimerais bien cui", "cuisine"),
        ("site int", "création de sites internet"),
        ("jard", "jardinage"),
        ("compta", "comptabilité"),
        ("réparer vél", "réparation de vélos"),
        ("plonb", "plomberie"),
        ("elctri", "électricité du bâtiment"),
        ("bouf", "cuisine"),
    ],
)
def test_what_people_mostly_mean_comes_first(resolver: Resolver, typed: str, label: str) -> None:
    assert resolver.suggest(typed, language="fr")[0].label == label


def test_the_family_stands_beside_each_and_nothing_is_offered_twice(resolver: Resolver) -> None:
    offered = resolver.suggest("répa", language="fr", limit=8)
    assert len({one.concept_id for one in offered}) == len(offered) == 8
    assert all(one.family for one in offered)
    assert all(any(word.startswith("repa") for word in fold(one.matched).split()) for one in offered)


ROW = {"id": "", "label_fr": "", "label_en": "", "words_fr": "", "words_en": "", "broader": "", "related": ""}


def vocabulary(**words_of: str) -> Vocabulary:
    """Concepts of these words; the first word is the label that people see."""
    rows = []
    for name, words in words_of.items():
        label, _, others = words.partition("|")
        rows.append(
            {**ROW, "id": f"x.{name}", "label_fr": label, "label_en": f"en {name}", "words_fr": others}
        )
    return vocabulary_from_rows({"x": rows})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("tarte", "four|tarte"),
        ("tarte", "four à tarte"),
        ("four|tarte|tarte aux pommes|tarte salée", "poêle|tarte au plomb"),
        ("four|tarte", "poêle|tarte tropézienne du dimanche"),
    ],
    ids=["what is seen", "the first word", "many names", "short ones"],
)
def test_each_of_these_comes_before_the_other(first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        found = starts_of(vocabulary(b=one, a=other)).of("tar", "fr", 2)
        assert found[0][0] == ("x.b" if one == first else "x.a")


def test_another_language_comes_last() -> None:
    words = vocabulary(a="bois", b="four|entrée")
    assert [one for one, _ in starts_of(words).of("en", "fr", 3)] == ["x.b", "x.a"]
