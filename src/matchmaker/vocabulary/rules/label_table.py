"""Every spelling of every label of a vocabulary, folded once for all that look labels up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from math import log

from matchmaker.base.text import fold, inclusive_forms, stems
from matchmaker.vocabulary.rules.vocabulary import Label, LabelKind, Vocabulary


class LabelTable:
    """Labels by folded spelling, by stems and by position in the sorted list of spellings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.concept_ids: tuple[str, ...] = tuple(sorted(vocabulary.by_id))
        self.numbers: Mapping[str, int] = {one: at for at, one in enumerate(self.concept_ids)}
        self.by_fold: dict[str, list[Label]] = {}
        for label in vocabulary.labels:
            for form in inclusive_forms(label.text):
                folded = fold(form)
                if folded:
                    self.by_fold.setdefault(folded, []).append(label)
        self.vocabulary = vocabulary

    @cached_property
    def texts(self) -> Sequence[str]:
        """The distinct folded spellings in alphabetical order."""
        return sorted(self.by_fold)

    def exact(self, folded: str, language: str) -> list[tuple[str, float, str]]:
        """Concepts with this very label, else with the same stems in any order, with a score of nearly 1."""
        labels = self.by_fold.get(folded)
        if labels:
            return [(label.concept_id, _exact_score(label, language), label.text) for label in labels]
        alike = self._by_stems.get(_stem_key(folded, language), ())
        return [(label.concept_id, _exact_score(label, language) - 0.03, label.text) for label in alike]

    def named(self, folded: str) -> frozenset[str]:
        """Concepts that have this very label in any language."""
        return frozenset(label.concept_id for label in self.by_fold.get(folded, ()))

    @cached_property
    def _by_stems(self) -> Mapping[tuple[str, ...], list[Label]]:
        table: dict[tuple[str, ...], list[Label]] = {}
        for folded, labels in self.by_fold.items():
            for language in sorted({label.language for label in labels}):
                key = _stem_key(folded, language)
                table.setdefault(key, []).extend(x for x in labels if x.language == language)
        return table

    def language_of(self, folded_words: Sequence[str]) -> str:
        """The language in whose labels these words are more at home; French in doubt."""
        english = sum(self._englishness.get(word, 0.0) for word in folded_words)
        return "en" if english > 0 else "fr"

    @cached_property
    def _englishness(self) -> Mapping[str, float]:
        holders: dict[str, Counter[str]] = {"fr": Counter(), "en": Counter()}
        for text, labels in self.by_fold.items():
            for language in {label.language for label in labels}:
                holders[language].update(text.split(" "))
        french, english = holders["fr"], holders["en"]
        return {
            word: log((1 + english[word]) / (1 + french[word])) for word in french.keys() | english.keys()
        }


@lru_cache(maxsize=8)
def table_of(vocabulary: Vocabulary) -> LabelTable:
    """The table of a vocabulary, made once for the same vocabulary value."""
    return LabelTable(vocabulary)


def _exact_score(label: Label, language: str) -> float:
    score = 1.0 if label.language == language else 0.98
    return score if label.kind is LabelKind.PREFERRED else score - 0.005


def _stem_key(folded: str, language: str) -> tuple[str, ...]:
    return tuple(sorted(set(stems(folded, language))))
