"""The distinct phrases that people offer, inverted by concept and by word: which of them cover asked ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.base.text import fold, folded_forms
from matchmaker.matching.rules.score import DECIMALS, MOST_STEPS, Matcher
from matchmaker.vocabulary.rules import Phrase, VerdictKind

Bools = NDArray[np.bool_]
Rows = sparse.csr_array

AT_ONCE = 1000
"""Asked phrases that are compared with all offers in one product, to bound its memory."""


COVERS = 2.0
"""Added to the strength (0 to 1) of what covers an asked phrase, while both are computed in one matrix."""


class Covering(NamedTuple):
    """Rows of strengths, one for each asked phrase, and for each of their entries whether the offer covers it."""

    strengths: Rows
    covers: Bools


class PhraseIndex:
    """Phrases numbered in the order in which they come; asked phrases are compared with all of them at once."""

    def __init__(self, matcher: Matcher, phrases: Iterable[Phrase]) -> None:
        self._matcher = matcher
        self.phrases = tuple(phrases)
        self._concepts: dict[str, int] = {}
        meant = _matrix(
            [{x.concept_id: x.score for x in phrase.resolutions} for phrase in self.phrases], self._concepts
        )
        self._by_concept = Rows(meant.T)
        self._terms: dict[str, int] = {}
        spoken = [dict(matcher.wording.terms(phrase)) for phrase in self.phrases]
        self._by_term = Rows(_matrix(spoken, self._terms).T)
        self._has_term = self._by_term.astype(bool).astype(np.float64)
        self._whole = np.array([sum(one.values()) for one in spoken])
        self._ranks = _ranks(self.phrases)
        self._texts: dict[str, list[int]] = {}
        self._forms: dict[str, list[int]] = {}
        self._not_for: dict[str, list[int]] = {}
        for number, phrase in enumerate(self.phrases):
            self._texts.setdefault(fold(phrase.text), []).append(number)
            for form in folded_forms(phrase.text):
                self._forms.setdefault(form, []).append(number)
            for key in phrase.not_for:
                self._not_for.setdefault(key, []).append(number)

    def covering(self, asked: Sequence[Phrase]) -> Covering:
        """For each asked phrase a row of what `Matcher.likeness` gives one pair at a time."""
        parts = [self._covering(asked[at : at + AT_ONCE]) for at in range(0, len(asked), AT_ONCE)]
        strengths = Rows(sparse.vstack(parts)) if parts else Rows((0, len(self.phrases)))
        covers = strengths.data >= COVERS
        strengths.data = np.round(strengths.data - COVERS * covers, DECIMALS)
        self._lower(asked, strengths)
        return Covering(strengths, covers)

    def _lower(self, asked: Sequence[Phrase], strengths: Rows) -> None:
        """Take from strengths, in place, where both sides tell how well and the offer is below what is asked."""
        wanted = _ranks(asked)
        if not (wanted > 0).any() or not (self._ranks >= 0).any():
            return
        rows = np.repeat(wanted, np.diff(strengths.indptr))
        own = self._ranks[strengths.indices]
        for steps in range(1, MOST_STEPS + 1):
            below = (own >= 0) & (rows - own == steps)
            kept = self._matcher.kept_below(steps)
            strengths.data[below] = np.round(strengths.data[below] * kept, DECIMALS)

    def _covering(self, asked: Sequence[Phrase]) -> Rows:
        """The strengths, each with COVERS added where the phrase covers what is asked."""
        weights = self._matcher.weights
        meant = [self._matcher.meant(phrase) for phrase in asked]
        strength = [{concept: found.strength for concept, found in one.items()} for one in meant]
        by_concepts = self._by_concepts(strength)
        by_concepts.data = np.minimum(1.0, by_concepts.data)
        by_words = self._by_words(asked)
        strengths = Rows(by_concepts.maximum(by_words))
        strengths.data[strengths.data < weights.least] = 0
        strengths.eliminate_zeros()
        near = self._by_concepts(
            [{concept: found.near for concept, found in one.items() if found.near} for one in meant]
        )
        covers = (near >= weights.covered_from).maximum(by_words >= weights.covered_from)
        return self._decided(asked, Rows(strengths + COVERS * strengths.astype(bool).multiply(covers)))

    def _by_concepts(self, meant: Sequence[Mapping[str, float]]) -> Rows:
        found = Rows(_matrix(meant, self._concepts, grow=False) @ self._by_concept)
        found.data = np.round(found.data, DECIMALS)
        return found

    def _by_words(self, asked: Sequence[Phrase]) -> Rows:
        spoken = [dict(self._matcher.wording.terms(phrase)) for phrase in asked]
        whole = np.array([sum(one.values()) for one in spoken])
        mine = _matrix(spoken, self._terms, grow=False)
        shared = Rows(mine @ self._has_term + mine.astype(bool).astype(np.float64) @ self._by_term)
        rows = np.repeat(np.arange(len(asked)), np.diff(shared.indptr))
        likeness = np.round(shared.data / (whole[rows] + self._whole[shared.indices]), DECIMALS)
        weights = self._matcher.weights
        shared.data = np.round(weights.words * likeness**weights.sharpness, DECIMALS)
        shared.data[shared.data < weights.least] = 0
        shared.eliminate_zeros()
        return shared

    def _decided(self, asked: Sequence[Phrase], strengths: Rows) -> Rows:
        """The same text is the same skill, and what people decided about two texts, or about their own, holds."""
        decided: dict[tuple[int, int], float] = {}
        same = 1 + COVERS
        decisions = self._matcher.decisions
        for row, phrase in enumerate(asked):
            for partner in decisions.partners(phrase.text):
                for number in self._forms.get(partner, ()):
                    kind = decisions.between(phrase.text, self.phrases[number].text)
                    if kind is not None:
                        decided[row, number] = same if kind is VerdictKind.SAME else 0.0
            text = fold(phrase.text)
            decided.update({(row, number): same for number in self._texts.get(text, ()) if text})
            if self._not_for:
                decided.update(dict.fromkeys(((row, at) for at in self._not_for.get(phrase.key, ())), 0.0))
        if decided:
            rows = np.repeat(np.arange(len(asked)), np.diff(strengths.indptr))
            size = len(self.phrases)
            keys = np.array([row * size + number for row, number in decided], dtype=np.int64)
            strengths.data[np.isin(rows * size + strengths.indices, keys)] = 0
            extra = sparse.coo_array(
                (np.array(list(decided.values())), (keys // size, keys % size)), shape=strengths.shape
            )
            strengths = Rows(strengths + extra)
        strengths.eliminate_zeros()
        return strengths

    def in_field(self, titles: Sequence[Phrase | None]) -> Rows:
        """For each title a row of how far offers belong to its field; an empty row for None."""
        themes = [self._matcher.theme(title) if title is not None else {} for title in titles]
        near = Rows(_matrix(themes, self._concepts, grow=False) @ self._by_concept)
        near.data = np.round(near.data, DECIMALS)
        return near


def _ranks(phrases: Sequence[Phrase]) -> NDArray[np.int64]:
    """The rank of the level that each phrase tells, -1 for none."""
    levels = (phrase.told_level for phrase in phrases)
    return np.array([-1 if level is None else level.rank for level in levels], dtype=np.int64)


def _matrix(rows: Sequence[Mapping[str, float]], columns: dict[str, int], *, grow: bool = True) -> Rows:
    """Mappings as sparse rows; `columns` numbers the keys and learns new ones unless told not to."""
    if grow:
        for row in rows:
            for key in row:
                columns.setdefault(key, len(columns))
    entries = [
        (number, columns[key], value)
        for number, row in enumerate(rows)
        for key, value in row.items()
        if key in columns
    ]
    at = np.array([number for number, _, _ in entries], dtype=np.int64)
    keys = np.array([key for _, key, _ in entries], dtype=np.int64)
    values = np.array([value for _, _, value in entries], dtype=np.float64)
    return Rows((values, (at, keys)), shape=(len(rows), len(columns)))
