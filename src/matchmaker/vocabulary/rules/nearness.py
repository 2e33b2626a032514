"""The likeliest concepts of a phrase that is no label: how it is written, what its words speak of, its shape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from matchmaker.vocabulary.rules.label_table import LabelTable, table_of
from matchmaker.vocabulary.rules.meaning import Meanings, Shapes, meanings_of
from matchmaker.vocabulary.rules.spelling import SpellingIndex
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

TOGETHER = 64
"""Phrases whose letters are compared with those of all labels at once."""

WRITTEN, SUPPORTED, SPOKEN, SHAPED = 4.0, 4.3, 8.75, 0.3
"""Weights of the kinds of evidence: how the best label is written, how the best three are, what the words speak of, and
the shape. Fitted (multinomial logit) on development phrases and on labels that were held out of their vocabulary."""

NOTHING = 6.6
"""The evidence of "none of them": a phrase with less than this for its best concept stays unresolved."""

SHARPENING = 0.455
"""Temperature of the probabilities, so that they are as often right as they say."""

FOREIGN = 0.97
"""How a label of the other language counts beside one of the phrase's own."""

BY_LETTERS, BY_WORDS = 150, 40
"""Candidate labels by their letters and candidate concepts by their words."""

LABELS_EACH = 3
"""Labels of a candidate concept that are compared, those with the best cosine: more change no answer."""


class Nearness:
    """Ranks the concepts of one vocabulary by the evidence of a phrase."""

    def __init__(self, table: LabelTable, meanings: Meanings, *, labels_each: int = LABELS_EACH) -> None:
        self._labels_each = labels_each
        self._table = table
        self._meanings = meanings
        self._shapes = Shapes(table)
        self._spelling = SpellingIndex(table.texts)
        held = [(at, label) for at, text in enumerate(table.texts) for label in table.by_fold[text]]
        self._held_starts = np.searchsorted([at for at, _ in held], np.arange(len(table.texts) + 1))
        self._labels = [label for _, label in held]
        self._owners = np.array([table.numbers[label.concept_id] for _, label in held], dtype=np.int64)
        self._english = np.array([label.language == "en" for _, label in held], dtype=bool)
        by_owner = np.argsort(self._owners, kind="stable")
        self._texts_by_owner = np.array([at for at, _ in held], dtype=np.int64)[by_owner]
        self._owner_starts = np.searchsorted(self._owners[by_owner], np.arange(len(table.concept_ids) + 1))

    def near(self, folded: str, language: str) -> list[tuple[str, float, str]]:
        """Concepts with how likely (0 to 1) the phrase means each, and the label most like it."""
        return self.near_each([(folded, language)])[0]

    def near_each(self, asked: Sequence[tuple[str, str]]) -> list[list[tuple[str, float, str]]]:
        """The same of many folded phrases with their languages, whose letters are compared all at once."""
        if not len(self._owners):
            return [[] for _ in asked]
        found = []
        for start in range(0, len(asked), TOGETHER):
            block = asked[start : start + TOGETHER]
            cosines = self._spelling.cosines([folded for folded, _ in block])
            found += [
                self._ranked(folded, language, cosine)
                for (folded, language), cosine in zip(block, cosines, strict=True)
            ]
        return found

    def _ranked(self, folded: str, language: str, cosine: Floats) -> list[tuple[str, float, str]]:
        telling = self._meanings.tell(folded, language)
        texts = self._candidates(cosine, telling.scores)
        written = self._spelling.likeness(folded, cosine, texts)
        held, at = _spread(self._held_starts, texts)
        likeness = written[at] * np.where(self._english[held] == (language == "en"), 1.0, FOREIGN)
        order = np.lexsort((held, -likeness, self._owners[held]))
        concepts, first, group = np.unique(self._owners[held][order], return_index=True, return_inverse=True)
        best = order[first]
        supporting = np.arange(len(order)) - first[group] < LABELS_EACH
        support = np.bincount(group[supporting], likeness[order[supporting]], len(concepts)) / LABELS_EACH
        evidence = (
            WRITTEN * likeness[best]
            + SUPPORTED * support
            + SPOKEN * telling.scores[concepts] / telling.full
            + SHAPED * self._shapes.fit(folded, language, concepts)
        )
        sure = self._probabilities(evidence)
        return [
            (self._table.concept_ids[concept], float(p), self._labels[held[at]].text)
            for concept, p, at in zip(concepts, sure, best, strict=True)
        ]

    def _candidates(self, cosine: Floats, spoken: Floats) -> Ints:
        count = min(BY_LETTERS, len(cosine))
        by_letters = np.argpartition(-cosine, count - 1)[:count]
        count = min(BY_WORDS, len(spoken))
        by_words = np.argpartition(-spoken, count - 1)[:count]
        places, owner = _spread(self._owner_starts, by_words[spoken[by_words] > 0])
        texts = self._texts_by_owner[places]
        order = np.lexsort((texts, -cosine[texts], owner))
        place = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
        return np.unique(np.concatenate([by_letters, texts[order[place < self._labels_each]]]))

    def _probabilities(self, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
        top = float(evidence.max())
        each = np.exp((evidence - top) / SHARPENING)
        return np.asarray(each / (each.sum() + exp(min(700.0, (NOTHING - top) / SHARPENING))))


def _spread(starts: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """All places of the runs that begin at ``starts[chosen]``, and for each the position of its run in ``chosen``."""
    lengths = starts[chosen + 1] - starts[chosen]
    run = np.repeat(np.arange(len(chosen)), lengths)
    return starts[chosen][run] + np.arange(len(run)) - (np.cumsum(lengths) - lengths)[run], run


@lru_cache(maxsize=8)
def nearness_of(vocabulary: Vocabulary) -> Nearness:
    """The nearness of a vocabulary's concepts, prepared once for the same vocabulary value."""
    return Nearness(table_of(vocabulary), meanings_of(vocabulary))
