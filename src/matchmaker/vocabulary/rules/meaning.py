"""Which words speak of which concept, learned from the labels themselves.

All labels of a concept, in every language, say the same thing. From that, expectation maximisation learns how likely
a word is said where another one stands (IBM model 1: Brown et al. 1993), and each concept is then indexed under its
labels' words and under their usual translations and synonyms (Berger & Lafferty 1999).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from scipy import sparse

from matchmaker.base.text import FILLERS, fold, inclusive_forms, stem, telling_words
from matchmaker.vocabulary.rules.label_table import LabelTable, table_of
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 2
"""Rounds of expectation maximisation; more change nothing that can be measured."""

CAUTION = 0.5
"""Counts that a word must have before its translations are believed."""

OWN_SHARE = 0.3
"""How much of a word's meaning is the word itself, the rest its translations and synonyms."""

FLOOR = 0.1
"""The share of any phrase that comes from nowhere, so that one strange word does not rule a concept out."""

RAREST = 0.002
"""Translations less likely than this are left out."""

UNKNOWN_WORD = 11.0
"""What a word tells that no label has: as much as the rarest known one (natural logarithm)."""

MOST_WORDS = 16
"""Words of a phrase that are looked at."""

TYPO = 76.0
"""From this `ratio` on, an unknown word may be a misspelling of a known one."""

SHORTENED = 0.7
"""How far an unknown word is believed to be the beginning of a known one ("compta", "dev")."""


LEGIBLE = 0.6
"""Belief from which an unknown word is counted as the known word that was probably meant."""

LEAST_THEME, WIDEST_THEME = 0.04, 120
"""How far a concept must belong to a theme to be part of it, and how many concepts one theme has at most."""

THEME_SHARE = 0.02
"""No theme is wider than this share of all concepts, so that it still tells something in a small vocabulary."""


class Telling(NamedTuple):
    """How much a phrase speaks of each concept, and how much it would of one that uses its very words."""

    scores: NDArray[np.float32]
    full: float


class Meanings:
    """Words by what they speak of, for one vocabulary."""

    def __init__(self, table: LabelTable) -> None:
        self._table = table
        self._words: dict[tuple[str, str], int] = {}
        self._surfaces: dict[str, dict[str, int]] = {"fr": {}, "en": {}}
        self._index()

    def _index(self) -> None:
        rows: list[int] = []
        columns: list[int] = []
        shares: list[float] = []
        owners: list[int] = []
        for at, label in enumerate(self._table.vocabulary.labels):
            found = self._learn(inclusive_forms(label.text)[0], label.language)
            owners.append(self._table.numbers[label.concept_id])
            rows += [at] * len(found)
            columns += found
            shares += [1 / len(found)] * len(found)
        shape = (len(owners), len(self._words))
        said = sparse.csr_array(
            (np.array(shares), (np.array(rows, int), np.array(columns, int))), shape=shape
        )
        said.sum_duplicates()
        ones = np.ones(len(owners))
        owned = sparse.csr_array(
            (ones, (np.array(owners, int), np.arange(len(owners)))),
            shape=(len(self._table.concept_ids), shape[0]),
        )
        held = sparse.csr_array(owned @ said.astype(bool).astype(float))
        bags = sparse.csr_array(owned @ said)
        totals = np.maximum(bags.sum(axis=1), 1e-9)
        spoken = sparse.csr_array(sparse.diags_array(1 / totals) @ bags)
        translation = _translations(held, np.asarray(owned.sum(axis=1)).ravel())
        often = np.asarray(held.sum(axis=0)).ravel() + 1
        self._rarity = np.maximum(0.1, np.log((1 + len(owners)) / often) / np.log(2 + len(owners)))
        often = often / max(often.sum(), 1)
        meant = sparse.csr_array(
            (translation * (1 - OWN_SHARE) + sparse.eye_array(shape[1]) * OWN_SHARE) @ spoken.T
        )
        meant.data *= np.repeat(1 / often, np.diff(meant.indptr))
        meant.data *= (1 - FLOOR) / FLOOR
        np.log1p(meant.data, out=meant.data)
        self._weights = meant.astype(np.float32)
        self._full = np.log1p((1 - FLOOR) / FLOOR * OWN_SHARE / often)

    def _learn(self, text: str, language: str) -> list[int]:
        found = []
        for word in telling_words(text):
            number = self._words.setdefault((language, stem(word, language)), len(self._words))
            self._surfaces.setdefault(language, {})[word] = number
            found.append(number)
        return found or [self._words.setdefault((language, ""), len(self._words))]

    @cached_property
    def _spellings(self) -> dict[str, list[str]]:
        return {
            language: sorted(word for word in known if word not in FILLERS)
            for language, known in self._surfaces.items()
        }

    @lru_cache(maxsize=1 << 15)  # noqa: B019
    def read(self, word: str, language: str) -> tuple[tuple[int, float], ...]:
        """The known words that a folded word stands for, each with how far that is believed (sum up to 1)."""
        number = self._words.get((language, stem(word, language)))
        if number is not None:
            return ((number, 1.0),)
        for other, surfaces in self._surfaces.items():
            if other != language and word in surfaces and len(word) > 2:
                return ((surfaces[word], 0.9),)
        if len(word) < 3:
            return ()
        known = self._surfaces[language]
        believed: dict[int, float] = {}
        if len(word) > 3:
            near = process.extract(
                word, self._spellings[language], scorer=fuzz.ratio, score_cutoff=TYPO, limit=4, processor=None
            )
            for spelling, ratio, _ in near:
                believed[known[spelling]] = max(believed.get(known[spelling], 0.0), (ratio / 100) ** 4)
        if len(word) <= 6:
            spellings = self._spellings[language]
            # "{" comes after "z", the last sign that a folded word can have: up to there all words begin so.
            for spelling in spellings[bisect_left(spellings, word) : bisect_left(spellings, f"{word}{{")]:
                believed[known[spelling]] = max(believed.get(known[spelling], 0.0), SHORTENED)
        most = max(believed.values(), default=0.0)
        whole = sum(believed.values())
        return tuple((one, share / whole * most) for one, share in sorted(believed.items()))

    def term(self, word: str, language: str) -> tuple[str, float, float]:
        """What a folded word is counted as, how far that is believed, and its rarity (0.1 to 1)."""
        number, share = max(self.read(word, language), key=lambda one: (one[1], -one[0]), default=(-1, 0.0))
        if share < LEGIBLE:
            return word, 1.0, 1.0
        return f"#{number}", share, float(self._rarity[number])

    def tell(self, text: str, language: str) -> Telling:
        """How much a text speaks of each concept, in the order of the table's `concept_ids`."""
        scores = np.zeros(len(self._table.concept_ids), dtype=np.float32)
        full = 0.0
        for word in telling_words(text)[:MOST_WORDS]:
            believed = self.read(word, language)
            for number, share in believed:
                held = slice(self._weights.indptr[number], self._weights.indptr[number + 1])
                scores[self._weights.indices[held]] += self._weights.data[held] * np.float32(share)
                full += float(self._full[number]) * share
            full += (1 - sum(share for _, share in believed)) * UNKNOWN_WORD
        return Telling(scores, max(full, 1.0))

    @lru_cache(maxsize=1 << 12)  # noqa: B019
    def theme(self, text: str, language: str) -> Mapping[str, float]:
        """How far concepts belong to the field that a text speaks of, 0 to 1: those that stand out of all."""
        scores = self.tell(text, language).scores.astype(np.float64)
        above = np.maximum(scores - scores.mean() - scores.std(), 0)
        most = float(above.max(initial=0.0))
        if most <= 0:
            return {}
        found = (above / most) ** 2
        near = np.flatnonzero(found >= LEAST_THEME)
        widest = min(WIDEST_THEME, max(5, int(THEME_SHARE * len(found))))
        near = near[np.lexsort((near, -found[near]))][:widest]
        return {self._table.concept_ids[at]: round(float(found[at]), 6) for at in near}


def _translations(held: sparse.csr_array, labels: Ints) -> sparse.csr_array:
    """P(word | other word) over concepts of two labels and more; `held` counts labels of a concept with a word."""
    size = held.shape[1]
    per_concept = np.where(labels > 1, np.diff(held.indptr), 0)
    concept = np.repeat(np.arange(held.shape[0]), np.diff(held.indptr))
    pairs_each = per_concept[concept]
    kept = np.flatnonzero(pairs_each)
    if not len(kept):
        return sparse.csr_array((size, size))
    runs = pairs_each[kept]
    first = np.cumsum(runs) - runs
    pair, distinct, weight = _partners(held, concept, kept, runs, first)
    likely = np.ones(len(distinct))
    for _ in range(ROUNDS):
        # In place: of hundreds of thousands of pairs each further column is some megabytes in every process.
        expected = likely[pair]
        expected *= weight
        whole = np.maximum(np.add.reduceat(expected, first), 1e-12)
        expected /= np.repeat(whole, runs)
        expected *= np.repeat(held.data[kept], runs)
        counted = np.bincount(pair, weights=expected, minlength=len(distinct))
        likely = counted / (
            np.bincount(distinct % size, weights=counted, minlength=size)[distinct % size] + CAUTION
        )
    believed = likely >= RAREST
    return sparse.csr_array(
        (likely[believed], (distinct[believed] // size, distinct[believed] % size)), shape=(size, size)
    )


def _partners(
    held: sparse.csr_array, concept: Ints, kept: Ints, runs: Ints, first: Ints
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Each of the ``kept`` words of a concept with each word of that concept, in ``runs`` that begin at ``first``.

    Of each its number among the distinct pairs of words, those pairs, and by how many labels the other explains it.
    """
    partner = np.arange(int(runs.sum())) + np.repeat(held.indptr[:-1][concept[kept]] - first, runs)
    source = np.repeat(kept, runs)
    # A word is explained by the other labels, so one label's own occurrence of it does not count.
    weight = np.maximum(held.data[partner] - (source == partner), 0)
    codes = held.indices[source].astype(np.int64) * held.shape[1]
    codes += held.indices[partner]
    del partner, source
    distinct, pair = np.unique(codes, return_inverse=True)
    return pair, distinct, weight


@lru_cache(maxsize=8)
def meanings_of(vocabulary: Vocabulary) -> Meanings:
    """The meanings of a vocabulary, learned once for the same vocabulary value."""
    return Meanings(table_of(vocabulary))


class Shapes:
    """What kind of concept a phrase looks like (a job, a skill, a piece of knowledge), by its head word's letters."""

    def __init__(self, table: LabelTable) -> None:
        vocabulary = table.vocabulary
        self._kinds = tuple(sorted({concept.kind for concept in vocabulary.concepts}))
        number = {kind: at for at, kind in enumerate(self._kinds)}
        self._kind_of = np.array(
            [number[vocabulary.concept(one).kind] for one in table.concept_ids], dtype=int
        )
        self._counts: dict[str, Floats] = {}
        self._totals = np.zeros(len(self._kinds))
        for label in vocabulary.labels:
            kind = number[vocabulary.concept(label.concept_id).kind]
            self._totals[kind] += 1
            for feature in _features(fold(inclusive_forms(label.text)[0]), label.language):
                if feature not in self._counts:
                    self._counts[feature] = np.zeros(len(self._kinds))
                self._counts[feature][kind] += 1

    def fit(self, folded: str, language: str, concepts: Sequence[int] | Ints) -> Floats:
        """The logarithm of how likely a phrase of this shape is of each concept's kind."""
        prior = self._totals / max(self._totals.sum(), 1)
        known = [self._counts[one] for one in _features(folded, language) if one in self._counts]
        odds = np.zeros(len(self._kinds))
        for counts in known:
            odds += np.log((counts + 0.5 * prior) / (counts.sum() + 0.5) / np.maximum(prior, 1e-12))
        odds *= 2 / max(len(known), 1)
        odds -= np.log(np.exp(odds).sum())
        return np.asarray(odds[self._kind_of[concepts]])


def _features(folded: str, language: str) -> list[str]:
    parts = folded.split(" ")
    heads = (parts[0], parts[-1]) if language == "en" else (parts[0],)
    found = [f"{language}{len(parts) == 1}"]
    for at, head in enumerate(heads):
        found += [f"{language}{at}{head}", *(f"{language}{at}-{head[-size:]}" for size in (2, 3, 4))]
    return found
