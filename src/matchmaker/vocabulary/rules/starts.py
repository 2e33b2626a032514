"""Labels by how they, or one of their words, begin: what to offer while somebody types."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from matchmaker.vocabulary.rules.label_table import LabelTable, table_of
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

MOST_READ = 2000
"""Labels that are looked at for one beginning, however short it is."""


class Starts:
    """The labels of a vocabulary sorted by each of their word beginnings."""

    def __init__(self, table: LabelTable) -> None:
        self._table = table
        starts = []
        for text in table.texts:
            parts = text.split(" ")
            starts += [(" ".join(parts[at:]), at, text) for at in range(len(parts))]
        self._starts = sorted(starts)

    def of(self, folded: str, language: str, enough: int) -> list[tuple[str, str]]:
        """Concepts and the label that begins so, or has a word that does; whole labels and short ones first."""
        at = bisect_left(self._starts, (folded, -1, ""))
        met: list[tuple[bool, bool, int, str, str, str]] = []
        last = min(len(self._starts), at + MOST_READ)
        while at < last and self._starts[at][0].startswith(folded):
            _, word, text = self._starts[at]
            for label in self._table.by_fold[text]:
                foreign = label.language != language
                met.append((foreign, word > 0, len(text), text, label.concept_id, label.text))
            at += 1
        met.sort()
        return [(concept_id, label) for *_, concept_id, label in met[:enough]]


@lru_cache(maxsize=8)
def starts_of(vocabulary: Vocabulary) -> Starts:
    """The beginnings of a vocabulary's labels, sorted once for the same vocabulary value."""
    return Starts(table_of(vocabulary))
