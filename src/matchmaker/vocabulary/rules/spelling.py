"""The labels that look most like a phrase: trigrams to find them, words and letters to judge them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy import sparse

from matchmaker.base.text import FILLERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

FILLER_WEIGHT = 0.15


class SpellingIndex:
    """Folded labels, ready to be compared with folded phrases."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(texts)
        self._sorted = [" ".join(sorted(text.split(" "))) for text in self._texts]
        self._index_words()
        self._index_trigrams()

    def _index_words(self) -> None:
        ids: dict[str, int] = {}
        rows, columns = [], []
        for row, text in enumerate(self._texts):
            for word in text.split(" "):
                columns.append(ids.setdefault(word, len(ids)))
                rows.append(row)
        self._words = list(ids)
        self._word_ids = ids
        self._label_words = np.array(columns, dtype=np.int64)
        self._starts = np.searchsorted(np.array(rows, dtype=np.int64), np.arange(len(self._texts) + 1))
        holders = np.bincount(self._label_words, minlength=len(ids)) if ids else np.zeros(0, dtype=np.int64)
        rarity = np.log(1 + len(self._texts) / (1 + holders))
        fillers = np.array([word in FILLERS for word in self._words], dtype=bool)
        self._rarity = np.where(fillers, FILLER_WEIGHT, rarity).astype(np.float32)
        self._unknown_rarity = float(np.log(1 + len(self._texts)))

    def _index_trigrams(self) -> None:
        rows, grams = _trigrams(self._texts)
        self._grams, columns = np.unique(grams, return_inverse=True)
        counts = sparse.csr_array(
            (np.ones(len(rows), dtype=np.float32), (rows, columns)),
            shape=(len(self._texts), len(self._grams)),
        )
        counts.sum_duplicates()
        holders = np.bincount(counts.indices, minlength=len(self._grams))
        self._gram_rarity = np.log(1 + len(self._texts) / (1 + holders)).astype(np.float32)
        counts.data = np.sqrt(counts.data) * self._gram_rarity[counts.indices]
        lengths = np.sqrt(counts.multiply(counts).sum(axis=1))
        scaled = sparse.diags_array(1 / np.maximum(lengths, 1e-9)).astype(np.float32) @ counts
        self._postings = sparse.csr_array(scaled.T)

    def cosines(self, folded: Sequence[str]) -> Floats:
        """The cosine of each label's rare-weighted trigrams with each phrase's, a row a phrase."""
        rows, grams = _trigrams(folded)
        asked, counts = np.unique(np.stack([rows, grams]), axis=1, return_counts=True)
        at = np.minimum(np.searchsorted(self._grams, asked[1]), len(self._grams) - 1)
        known = self._grams[at] == asked[1]
        weights = np.sqrt(counts) * np.where(known, self._gram_rarity[at], self._unknown_rarity)
        lengths = np.sqrt(np.bincount(asked[0], weights**2, len(folded)))
        scaled = weights / np.maximum(lengths, 1e-9)[asked[0]]
        phrases = sparse.csr_array(
            (scaled[known].astype(np.float32), (asked[0][known], at[known])),
            shape=(len(folded), len(self._grams)),
        )
        return np.asarray((phrases @ self._postings).toarray(), dtype=np.float32)

    def likeness(self, folded: str, cosine: Floats, near: Ints) -> Floats:
        """How alike (0 to 1) the phrase and the labels at these positions are written: letters, order, words."""
        words = folded.split(" ")
        query = " ".join(sorted(words))
        order = process.cdist([query], [self._sorted[at] for at in near], scorer=fuzz.ratio)[0] / 100
        return np.asarray(0.4 * cosine[near] + 0.3 * order + 0.3 * self._soft(words, near), dtype=np.float32)

    def _soft(self, query: Sequence[str], near: Ints) -> Floats:
        lengths = self._starts[near + 1] - self._starts[near]
        columns = np.arange(int(lengths.max()))
        inside = columns < lengths[:, None]
        held = self._label_words[np.where(inside, self._starts[near][:, None] + columns, 0)]
        distinct, local = np.unique(held, return_inverse=True)
        names = [self._words[i] for i in distinct]
        alike = process.cdist(query, names, scorer=fuzz.ratio, score_cutoff=78) / 100
        pairs = np.where(inside, alike[:, local.reshape(held.shape)], 0)
        mine = np.array(
            [
                FILLER_WEIGHT
                if word in FILLERS
                else float(self._rarity[self._word_ids[word]])
                if word in self._word_ids
                else self._unknown_rarity
                for word in query
            ]
        )
        theirs = np.where(inside, self._rarity[held], 0)
        met = (pairs.max(axis=2) * mine[:, None]).sum(axis=0) + (pairs.max(axis=0) * theirs).sum(axis=1)
        return np.asarray(met / (mine.sum() + theirs.sum(axis=1)), dtype=np.float32)


def _trigrams(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Row numbers and codes of the character trigrams of each text, padded with a space at both ends."""
    joined = "".join(f"  {text} " for text in texts).encode("ascii")
    letters = np.frombuffer(joined, dtype=np.uint8).astype(np.int64)
    lengths = np.array([len(text) + 3 for text in texts], dtype=np.int64)
    rows = np.repeat(np.arange(len(texts)), lengths)
    codes = (letters[:-2] << 16) | (letters[1:-1] << 8) | letters[2:]
    inside = rows[:-2] == rows[2:]
    return rows[:-2][inside], codes[inside]
