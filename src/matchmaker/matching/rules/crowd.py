"""Some citizens and what they offer, scored for several needs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.offers import Rows
from matchmaker.matching.rules.people import People
from matchmaker.matching.rules.ragged import positions
from matchmaker.matching.rules.tally import FULL, Shares, ceiling
from matchmaker.matching.rules.values import NeedProfile
from matchmaker.matching.rules.weights import Weights

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CELLS = 6_000_000
"""Numbers of a block of asked skills by citizens: what bounds the memory of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A need with the rows of its wanted skills and its title in the strengths, and how its points are shared out."""

    need: NeedProfile
    wanted: tuple[int, ...]
    title: int
    share: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The hundredths above 0 of some members for one need."""

    members: Ints
    values: Ints


class Crowd:
    """Members of a pool, inverted by the phrases that they offer."""

    def __init__(self, people: People, members: Ints, held: NDArray[np.int32], starts: Ints) -> None:
        self.members = members
        self._people = people
        first, last = starts[members], starts[members + 1]
        phrases = held[positions(first, last)]
        holders = np.repeat(np.arange(len(members), dtype=np.int64), last - first)
        order = np.argsort(phrases, kind="stable")
        self._holders = holders[order]
        self._phrases, firsts = np.unique(phrases[order], return_index=True)
        self._starts = np.append(firsts, len(phrases)).astype(np.int64)

    def totals(
        self, asked: Sequence[Asked], strengths: Rows, fields: Rows, today: date, weights: Weights
    ) -> Iterator[Totals]:
        """For each need in turn the totals that `Matcher.score` gives one by one, where they are above 0."""
        rows = max((len(one.wanted) for one in asked), default=0) + 2
        at_once = max(1, CELLS // (rows * max(1, len(self.members))))
        for at in range(0, len(asked), at_once):
            block = asked[at : at + at_once]
            points = self._points(block, strengths, fields, weights)
            for number, one in enumerate(block):
                some = np.flatnonzero(points[number] > 0)
                left = self._people.totals(one.need, self.members[some], points[number, some], today, weights)
                kept = left > 0
                yield Totals(members=some[kept], values=left[kept])

    def _points(self, block: Sequence[Asked], strengths: Rows, fields: Rows, weights: Weights) -> Ints:
        """Hundredths for skills of each need (row) and member (column), the ceiling for missing musts included."""
        size = len(self.members)
        cells = len(block) * size
        need_of = np.repeat(np.arange(len(block)), [len(one.wanted) for one in block])
        row_of = np.array([row for one in block for row in one.wanted], dtype=np.int64)
        possible = np.array([share for one in block for share in one.share.wanted], dtype=np.int64)
        must = np.array(
            [w.importance is Importance.MUST for one in block for w in one.need.wanted], dtype=bool
        )
        best = np.zeros(len(row_of) * size)
        at, members, values = self._holdings(strengths, row_of)
        np.maximum.at(best, at * size + members, values)
        met = np.flatnonzero(best > 0)
        asked, value = met // size, best[met]
        cell = need_of[asked] * size + met % size
        points = np.bincount(cell, weights=np.floor(possible[asked] * value), minlength=cells)
        points = self._with_titles(points.astype(np.int64), block, strengths, fields, weights)
        musts = np.bincount(need_of[must], minlength=len(block))
        counted = must[asked] & (value >= weights.covered_from)
        covered = np.bincount(cell[counted], minlength=cells)
        some = np.flatnonzero(points > 0)
        missing = (musts[some // size] - covered[some]) / np.maximum(musts[some // size], 1)
        distinct, which = np.unique(missing, return_inverse=True)
        most = np.array([ceiling(float(one), weights) for one in distinct], dtype=np.int64)
        points[some] = np.minimum(points[some], most[which] if len(distinct) else 0)
        return np.asarray(points.reshape(len(block), size))

    def _with_titles(
        self, points: Ints, block: Sequence[Asked], strengths: Rows, fields: Rows, weights: Weights
    ) -> Ints:
        size = len(self.members)
        titles = np.array([one.title for one in block], dtype=np.int64)
        share = np.array([one.share.title for one in block], dtype=np.int64)
        best = np.zeros(len(points))
        at, members, values = self._holdings(strengths, titles)
        np.maximum.at(best, at * size + members, values)
        at, members, values = self._holdings(fields, titles)
        near = np.bincount(at * size + members, weights=values, minlength=len(points))
        some = np.flatnonzero((best > 0) | (near > 0))
        title = np.minimum(1.0, np.round(best[some] + weights.theme * near[some], 6))
        bonus = np.floor(share[some // size] * title).astype(np.int64)
        points[some] += np.minimum(FULL - points[some], bonus)
        return points

    def _holdings(self, matrix: Rows, rows: Ints) -> tuple[Ints, Ints, Floats]:
        """Which of the rows (by place), member and strength: one entry for each offer of a member."""
        first, last = matrix.indptr[rows].astype(np.int64), matrix.indptr[rows + 1].astype(np.int64)
        entries = positions(first, last)
        place = np.repeat(np.arange(len(rows)), last - first)
        phrases = matrix.indices[entries]
        if not len(self._phrases):
            return place[:0], self._holders[:0], matrix.data[:0]
        at = np.minimum(np.searchsorted(self._phrases, phrases), len(self._phrases) - 1)
        here = self._phrases[at] == phrases
        at, place, values = at[here], place[here], matrix.data[entries[here]]
        held = positions(self._starts[at], self._starts[at + 1])
        lengths = self._starts[at + 1] - self._starts[at]
        return np.repeat(place, lengths), self._holders[held], np.repeat(values, lengths)
