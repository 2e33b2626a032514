"""Everyday words meet the shipped vocabulary's concepts, and false friends do not meet each other."""

import pytest

from tests.rules.shipped import RESOLVER


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("compta", "comptabilité"),
        ("mécano vélo", "réparation de cycles"),
        ("réparer des bicyclettes", "réparation de vélos"),
        ("site internet", "création de sites web"),
        ("chercher des subventions", "recherche de financement"),
        ("conduire un camion", "permis C"),
    ],
)
def test_everyday_words_mean_the_same(one: str, other: str) -> None:
    assert (
        RESOLVER.resolve(one, language="fr")[0].concept_id
        == RESOLVER.resolve(other, language="fr")[0].concept_id
    )
