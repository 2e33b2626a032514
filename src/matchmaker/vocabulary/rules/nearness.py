"""The likeliest concepts of a phrase that is no label: how it is written, what its words speak of, its shape."""

from __future__ import annotations

from functools import lru_cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from matchmaker.vocabulary.rules.label_table import LabelTable, table_of
from matchmaker.vocabulary.rules.meaning import Meanings, Shapes, meanings_of
from matchmaker.vocabulary.rules.spelling import SpellingIndex
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

WRITTEN, SPOKEN, SHAPED = 9.5, 9.5, 0.31
"""Weights of the three kinds of evidence, fitted on half of the development phrases (multinomial logit)."""

NOTHING = 7.5
"""The evidence of "none of them": a phrase with less than this for its best concept stays unresolved."""

SHARPENING = 0.6
"""Temperature of the probabilities, so that they are as often right as they say."""

FOREIGN = 0.97
"""How a label of the other language counts beside one of the phrase's own."""

BY_LETTERS, BY_WORDS = 150, 40
"""Candidate labels by their letters and candidate concepts by their words."""


class Nearness:
    """Ranks the concepts of one vocabulary by the evidence of a phrase."""

    def __init__(self, table: LabelTable, meanings: Meanings) -> None:
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
        if not len(self._owners):
            return []
        cosine = self._spelling.cosine(folded)
        telling = self._meanings.tell(folded, language)
        texts = self._candidates(cosine, telling.scores)
        written = self._spelling.likeness(folded, cosine, texts)
        lengths = self._held_starts[texts + 1] - self._held_starts[texts]
        held = np.repeat(self._held_starts[texts] - np.cumsum(lengths) + lengths, lengths) + np.arange(
            lengths.sum()
        )
        likeness = np.repeat(written, lengths) * np.where(
            self._english[held] == (language == "en"), 1.0, FOREIGN
        )
        order = np.lexsort((held, -likeness, self._owners[held]))
        concepts, first = np.unique(self._owners[held][order], return_index=True)
        best = order[first]
        evidence = (
            WRITTEN * likeness[best]
            + SPOKEN * telling.scores[concepts] / telling.full
            + SHAPED * self._shapes.fit(folded, language, concepts)
        )
        sure = self._probabilities(evidence)
        return [
            (self._table.concept_ids[concept], float(p), self._labels[held[at]].text)
            for concept, p, at in zip(concepts, sure, best, strict=True)
        ]

    def _candidates(self, cosine: NDArray[np.float32], spoken: NDArray[np.float32]) -> NDArray[np.int64]:
        count = min(BY_LETTERS, len(cosine))
        by_letters = np.argpartition(-cosine, count - 1)[:count]
        count = min(BY_WORDS, len(spoken))
        by_words = np.argpartition(-spoken, count - 1)[:count]
        texts = [
            self._texts_by_owner[self._owner_starts[one] : self._owner_starts[one + 1]]
            for one in by_words
            if spoken[one] > 0
        ]
        return np.unique(np.concatenate([by_letters.astype(np.int64), *texts]))

    def _probabilities(self, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
        top = float(evidence.max())
        each = np.exp((evidence - top) / SHARPENING)
        return np.asarray(each / (each.sum() + exp(min(700.0, (NOTHING - top) / SHARPENING))))


@lru_cache(maxsize=8)
def nearness_of(vocabulary: Vocabulary) -> Nearness:
    """The nearness of a vocabulary's concepts, prepared once for the same vocabulary value."""
    return Nearness(table_of(vocabulary), meanings_of(vocabulary))
