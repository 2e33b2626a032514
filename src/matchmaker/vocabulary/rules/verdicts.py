"""What people decided about phrases, ready to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matchmaker.base.text import fold, folded_forms
from matchmaker.vocabulary.rules.limits import LIMITS
from matchmaker.vocabulary.rules.vocabulary import Verdict, VerdictKind

FOLDED_LENGTH = 256
"""The most characters of a judged phrase once it is folded, where one sign may become several letters."""

Layer = Mapping[str, list[tuple[str, VerdictKind]]]
"""By each folded form of a phrase, the other phrases of its verdicts as written, and what was decided."""


def can_be_judged(text: str) -> bool:
    """Whether a verdict may speak of a text: it has a letter or a digit, and is no longer than a skill may be."""
    return len(text) <= LIMITS.phrase and 1 <= len(fold(text)) <= FOLDED_LENGTH


def are_one_phrase(one: str, other: str) -> bool:
    """Whether two texts are the same phrase in other spellings, about which nothing can be decided."""
    return not set(folded_forms(one)).isdisjoint(folded_forms(other))


class Decisions:
    """Verdicts that ship, and those that a territory declared, which win over them.

    A verdict holds in both directions and for every inclusive form of its phrases (`gardien·ne` is `gardien` and
    `gardienne`), whatever the case and the accents; not for plurals or other inflections. Where two declared
    verdicts contradict each other by their forms, "never" wins.
    """

    def __init__(self, shipped: Iterable[Verdict], declared: Iterable[Verdict] = ()) -> None:
        self._shipped = _layer(shipped)
        self._declared = _layer(declared)

    def with_declared(self, verdicts: Iterable[Verdict]) -> Decisions:
        """The same shipped verdicts under other declared ones."""
        decisions = Decisions((), verdicts)
        decisions._shipped = self._shipped
        return decisions

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """What ships, then what was declared, which has the last word."""
        return self._shipped, self._declared

    def between(self, one: str, other: str) -> VerdictKind | None:
        """What was decided about two texts."""
        mine, theirs = folded_forms(one), folded_forms(other)
        for layer in (self._declared, self._shipped):
            kinds = {
                kind
                for form in mine
                for text, kind in layer.get(form, ())
                if not set(theirs).isdisjoint(folded_forms(text))
            }
            if kinds:
                return VerdictKind.NEVER if VerdictKind.NEVER in kinds else VerdictKind.SAME
        return None

    def partners(self, text: str) -> frozenset[str]:
        """The folded forms of all phrases about which and `text` something was decided."""
        return frozenset(
            partner
            for layer in self.layers
            for form in folded_forms(text)
            for other, _ in layer.get(form, ())
            for partner in folded_forms(other)
        )

    def kinds(self, text: str) -> frozenset[VerdictKind]:
        """What was decided about a text and any other one."""
        return frozenset(
            kind for layer in self.layers for form in folded_forms(text) for _, kind in layer.get(form, ())
        )

    def is_declared(self, text: str) -> bool:
        """Whether a declared verdict speaks of a text, so that it may mean something else than everywhere."""
        return any(form in self._declared for form in folded_forms(text))


def _layer(verdicts: Iterable[Verdict]) -> Layer:
    layer: dict[str, list[tuple[str, VerdictKind]]] = {}
    for verdict in verdicts:
        for one, other in ((verdict.phrase, verdict.other), (verdict.other, verdict.phrase)):
            for form in folded_forms(one):
                layer.setdefault(form, []).append((other, verdict.kind))
    return layer
