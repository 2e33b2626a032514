"""Concepts by how their labels, or words of them, begin: what to offer while somebody types."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import log1p, sqrt
from string import ascii_lowercase
from typing import NamedTuple

from matchmaker.base.text import FILLERS
from matchmaker.vocabulary.rules.frames import unframed
from matchmaker.vocabulary.rules.label_table import LabelTable, table_of
from matchmaker.vocabulary.rules.vocabulary import LabelKind, RelationKind, Vocabulary

# Weights chosen by hand on two sets of everyday words and on the preferred labels; those near by do as well.

PREFERRED = 3.0
"""What the label counts that people see, beside one of their words."""

INSIDE = 0.3
"""What a label counts of which only a later word begins so."""

FOREIGN = 0.05
"""What a label of another language counts."""

MANY = 0.5
"""What each further label of a concept counts beside the best one: common things have many names."""

GENERAL = 0.2
"""How much more a concept counts for those that stand under it, by the logarithm of their number."""

MISTYPED = range(4, 25)
"""Letters of which one may be wrong, missing, too many or exchanged, where nothing begins so."""

MOST_OFFERED = 64
"""Concepts that are remembered of one beginning."""


class Start(NamedTuple):
    """A label from one of its words on; ``weight`` is what it counts before anything is typed."""

    rest: str
    concept_id: str
    label: str
    language: str
    weight: float
    whole: str


class Starts:
    """The labels of a vocabulary sorted by each of their word beginnings."""

    def __init__(self, table: LabelTable) -> None:
        self._starts: Sequence[Start] = sorted(_starts(table))
        relations = table.vocabulary.relations
        self._under = Counter(one.target for one in relations if one.kind is RelationKind.BROADER)

    def of(self, folded: str, language: str, enough: int) -> list[tuple[str, str]]:
        """Concepts and a label that begins so or has a word that does, what people most often mean first.

        Each of several words may begin a word of the label. What stands around a skill does not count ("je sais cou"),
        and one slip is forgiven where nothing begins so.
        """
        return list(self._ranked(folded, language)[:enough])

    @lru_cache(maxsize=1 << 10)  # noqa: B019
    def _ranked(self, folded: str, language: str) -> tuple[tuple[str, str], ...]:
        for typed in dict.fromkeys((folded, unframed(folded))):
            found = list(self._begun(typed)) or list(self._begun_apart(typed))
            if not found and len(typed) in MISTYPED:
                found = list(dict.fromkeys(one for meant in _slips(typed) for one in self._begun(meant)))
            if found:
                return self._best_first(found, len(typed), language)
        return ()

    def _begun(self, typed: str) -> Iterator[Start]:
        at = bisect_left(self._starts, (typed,))
        while at < len(self._starts) and self._starts[at].rest.startswith(typed):
            yield self._starts[at]
            at += 1

    def _begun_apart(self, typed: str) -> Iterator[Start]:
        """Labels of which each of several words begins a word, in any order."""
        parts = [part for part in typed.split(" ") if part not in FILLERS]
        telling = max(parts, key=len, default="")
        # A tenth of all labels have a word that begins with a given letter.
        if len(parts) < 2 or len(telling) < 2:
            return
        for one in self._begun(telling):
            words = one.whole.split(" ")
            if all(any(word.startswith(part) for word in words) for part in parts):
                yield one

    def _best_first(self, found: Sequence[Start], typed: int, language: str) -> tuple[tuple[str, str], ...]:
        counted: dict[str, list[tuple[float, str]]] = {}
        for one in found:
            weight = one.weight * sqrt(min(1.0, typed / len(one.rest)))
            weight *= 1.0 if one.language == language else FOREIGN
            counted.setdefault(one.concept_id, []).append((weight, one.label))
        ranked = []
        for concept_id, labels in counted.items():
            best, label = max(labels)
            further = sum(weight for weight, _ in labels) - best
            general = 1 + GENERAL * log1p(self._under[concept_id])
            ranked.append((-(best + MANY * further) * general, concept_id, label))
        return tuple((concept_id, label) for _, concept_id, label in sorted(ranked)[:MOST_OFFERED])


def _starts(table: LabelTable) -> Iterator[Start]:
    for text, labels in table.by_fold.items():
        parts = text.split(" ")
        for at, part in enumerate(parts):
            if at and part in FILLERS:
                continue
            for label in labels:
                weight = PREFERRED if label.kind is LabelKind.PREFERRED else 1.0
                weight *= INSIDE if at else 1.0
                rest = " ".join(parts[at:])
                yield Start(rest, label.concept_id, label.text, label.language, weight, text)


def _slips(typed: str) -> Iterator[str]:
    """What may have been meant by a text with one slip behind its first letter."""
    for at in range(1, len(typed)):
        before, after = typed[:at], typed[at + 1 :]
        yield before + after
        yield before + after[:1] + typed[at] + after[1:]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + typed[at:]


@lru_cache(maxsize=8)
def starts_of(vocabulary: Vocabulary) -> Starts:
    """The beginnings of a vocabulary's labels, sorted once for the same vocabulary value."""
    return Starts(table_of(vocabulary))
