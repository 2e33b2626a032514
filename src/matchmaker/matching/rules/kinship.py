"""How near two concepts are by the vocabulary's relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from matchmaker.matching.rules.values import Cover
from matchmaker.matching.rules.weights import Weights
from matchmaker.vocabulary.rules import RelationKind, Vocabulary

Kin = Mapping[str, tuple[float, Cover]]

LARGEST_FAMILY = 60
"""A group with more members than this says too little about them: its members are not siblings."""


class Kinship:
    """The concepts near each wanted concept: strength and how an own concept covers it."""

    def __init__(self, vocabulary: Vocabulary, weights: Weights) -> None:
        self._weights = weights
        self._broader: dict[str, set[str]] = defaultdict(set)
        self._narrower: dict[str, set[str]] = defaultdict(set)
        self._others: dict[str, dict[str, float]] = defaultdict(dict)
        strengths = {
            RelationKind.RELATED: weights.related,
            RelationKind.ESSENTIAL: weights.essential,
            RelationKind.OPTIONAL: weights.optional,
        }
        for relation in vocabulary.relations:
            if relation.kind is RelationKind.BROADER:
                self._broader[relation.source].add(relation.target)
                self._narrower[relation.target].add(relation.source)
            else:
                strength = strengths[relation.kind]
                for one, other in ((relation.source, relation.target), (relation.target, relation.source)):
                    self._others[one][other] = max(strength, self._others[one].get(other, 0.0))
        self._known: dict[str, Kin] = {}

    def of(self, wanted: str) -> Kin:
        """Each own concept that covers the wanted one in some way, itself included."""
        kin = self._known.get(wanted)
        if kin is None:
            kin = self._known[wanted] = self._kin(wanted)
        return kin

    def _kin(self, wanted: str) -> Kin:
        weights = self._weights
        kin: dict[str, tuple[float, Cover]] = {}

        def add(other: str, strength: float, how: Cover) -> None:
            if strength > 0 and (other not in kin or strength > kin[other][0]):
                kin[other] = (strength, how)

        add(wanted, 1.0, Cover.SAME)
        for parent in self._broader.get(wanted, ()):
            add(parent, weights.broader, Cover.BROADER)
            siblings = self._narrower[parent]
            if len(siblings) <= LARGEST_FAMILY:
                for sibling in siblings:
                    add(sibling, weights.sibling, Cover.RELATED)
        for child in self._narrower.get(wanted, ()):
            add(child, weights.narrower, Cover.NARROWER)
        for other, strength in self._others.get(wanted, {}).items():
            add(other, strength, Cover.RELATED)
        return kin


@lru_cache(maxsize=8)
def kinship_of(vocabulary: Vocabulary, weights: Weights) -> Kinship:
    """The kinship of a vocabulary's concepts, read once for the same vocabulary value and the same weights."""
    return Kinship(vocabulary, weights)
