"""How near two concepts are by the vocabulary's relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import lru_cache

from matchmaker.matching.rules.values import Cover
from matchmaker.matching.rules.weights import Weights
from matchmaker.vocabulary.rules import RelationKind, Vocabulary

Kin = Mapping[str, tuple[float, Cover]]

_FARTHER: Mapping[Cover, tuple[Cover, ...]] = {
    Cover.NARROWER: (Cover.NARROWER, Cover.RELATED),
    Cover.BROADER: (Cover.BROADER,),
    Cover.RELATED: (Cover.NARROWER,),
}
"""Which second step may follow a first: a kind of a kind, the general of the general, a kind of what is close.

Others lead anywhere: what is close to something close is mostly not, and a general skill is close to much.
"""


class Kinship:
    """The concepts near each wanted concept: strength and how an own concept covers it."""

    def __init__(self, vocabulary: Vocabulary, weights: Weights) -> None:
        self._strengths = {
            Cover.BROADER: weights.broader,
            Cover.NARROWER: weights.narrower,
            Cover.RELATED: weights.related,
        }
        self._steps: dict[Cover, dict[str, set[str]]] = {how: defaultdict(set) for how in self._strengths}
        self._jobs: dict[str, dict[str, float]] = defaultdict(dict)
        uses = {RelationKind.ESSENTIAL: weights.essential, RelationKind.OPTIONAL: weights.optional}
        for relation in vocabulary.relations:
            source, target = relation.source, relation.target
            if relation.kind is RelationKind.BROADER:
                self._steps[Cover.BROADER][source].add(target)
                self._steps[Cover.NARROWER][target].add(source)
                continue
            for one, other in ((source, target), (target, source)):
                if relation.kind is RelationKind.RELATED:
                    self._steps[Cover.RELATED][one].add(other)
                else:
                    used = self._jobs[one]
                    used[other] = max(uses[relation.kind], used.get(other, 0.0))
        self._known: dict[str, Kin] = {}

    def of(self, wanted: str) -> Kin:
        """Each own concept that covers the wanted one in some way, itself included."""
        kin = self._known.get(wanted)
        if kin is None:
            kin = self._known[wanted] = self._kin(wanted)
        return kin

    def _kin(self, wanted: str) -> Kin:
        kin: dict[str, tuple[float, Cover]] = {}

        def add(other: str, strength: float, how: Cover) -> None:
            if strength > 0 and (other not in kin or strength > kin[other][0]):
                kin[other] = (strength, how)

        add(wanted, 1.0, Cover.SAME)
        for how, strength in self._strengths.items():
            for other in self._near(wanted, how):
                add(other, strength, how)
                for next_how in _FARTHER[how]:
                    both = how if how is next_how else Cover.RELATED
                    for farther in self._near(other, next_how):
                        add(farther, strength * self._strengths[next_how], both)
        for other, strength in self._jobs.get(wanted, {}).items():
            add(other, strength, Cover.RELATED)
        return kin

    def _near(self, concept: str, how: Cover) -> Collection[str]:
        return self._steps[how].get(concept, ())


@lru_cache(maxsize=8)
def kinship_of(vocabulary: Vocabulary, weights: Weights) -> Kinship:
    """The kinship of a vocabulary's concepts, read once for the same vocabulary value and the same weights."""
    return Kinship(vocabulary, weights)
