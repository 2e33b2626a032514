"""Some citizens and what they offer: their totals for one need at a time, touching only who shares something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.rules.citizen_columns import CitizenColumns
from matchmaker.matching.rules.phrase_index import Covering, Rows
from matchmaker.matching.rules.ragged import positions
from matchmaker.matching.rules.score_parts import FULL, Shares, kept_share
from matchmaker.matching.rules.values import NeedProfile
from matchmaker.matching.rules.weights import Weights

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Row = tuple[NDArray[np.int32], Floats]

CELLS = 6_000_000
"""Numbers of a block of needs by members: what bounds the memory of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A need with the rows of its wanted skills and its title in the strengths, and how its points are shared out."""

    need: NeedProfile
    wanted: tuple[int, ...]
    title: int
    share: Shares


class Piece(NamedTuple):
    """The offers that meet one asked phrase: how much, and whether they cover it."""

    offers: NDArray[np.int32]
    strengths: Floats
    covers: Bools


class CitizenPool:
    """Some citizens, given by their places among all, with an inverted index from phrases to who offers them.

    `held` has the phrases of all citizens end to end, each citizen's from its `starts` on; `phrases` counts the distinct.
    """

    def __init__(
        self, people: CitizenColumns, members: Ints, held: NDArray[np.int32], starts: Ints, phrases: int
    ) -> None:
        self.members = members
        self._people = people.among(members)
        first, last = starts[members], starts[members + 1]
        offered = held[positions(first, last)]
        holders = np.repeat(np.arange(len(members)), last - first)[np.argsort(offered, kind="stable")]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(offered, minlength=phrases))])
        self._holders = Rows(
            (np.ones(len(holders)), holders, self._starts), shape=(phrases, len(members)), copy=False
        )
        self._seen = np.zeros(len(members), dtype=bool)
        self._place = np.zeros(len(members), dtype=np.int64)

    def points(
        self, asked: Sequence[Asked], covering: Covering, fields: Rows, weights: Weights
    ) -> Iterator[tuple[Ints, Ints]]:
        """For each need in turn: the members who have points for skills, as places in `members`, and their hundredths.

        These are the numbers that `Matcher.score` gives one by one, the ceiling for missing musts included.
        """
        at_once = max(1, CELLS // max(1, len(self.members)))
        for start in range(0, len(asked), at_once):
            block = asked[start : start + at_once]
            near = Rows(fields[[one.title for one in block]] @ self._holders)
            for row, one in enumerate(block):
                yield self._points(one, covering, _row(near, row), weights)

    def _points(self, asked: Asked, covering: Covering, near: Row, weights: Weights) -> tuple[Ints, Ints]:
        pieces = [_piece(covering, row) for row in (*asked.wanted, asked.title)]
        offers = np.concatenate([piece.offers for piece in pieces])
        first, last = self._starts[offers], self._starts[offers + 1]
        held = last - first
        members = self._holders.indices[positions(first, last)]
        some = self._distinct(members, near[0])
        size = len(some)
        rows = np.repeat(np.arange(len(pieces)) * size, [len(piece.offers) for piece in pieces])
        at = np.repeat(rows, held) + self._place[members]
        found = np.zeros(len(pieces) * size)
        np.maximum.at(found, at, np.repeat(_gains(asked, pieces), held))
        covers = np.zeros(len(pieces) * size, dtype=bool)
        covers[at[np.repeat(np.concatenate([piece.covers for piece in pieces]), held)]] = True
        best = found.reshape(len(pieces), size)
        title = best[-1]
        title[self._place[near[0]]] += asked.share.theme * near[1]
        points = best[:-1].sum(axis=0).astype(np.int64)
        share = asked.share
        none, covered = _covered(share, covers.reshape(len(pieces), size))
        added = np.where(none, share.title_alone, share.title) * np.minimum(1.0, np.round(title, 6))
        room = np.floor((FULL - points) * share.title_fills)
        points += np.minimum(room, np.floor(added)).astype(np.int64)
        points = np.floor(points * kept_share(share, covered, weights)).astype(np.int64)
        scored = np.flatnonzero(points)
        return some[scored], points[scored]

    def totals(self, need: NeedProfile, chosen: Ints, points: Ints, today: date, weights: Weights) -> Ints:
        """What is left of the points of chosen members, given by their places, once all else is looked at."""
        return self._people.totals(need, chosen, points, today, weights)

    def _distinct(self, *members: NDArray[np.int32]) -> Ints:
        """The distinct members in rising order; `_place` holds the place of each among them."""
        for some in members:
            self._seen[some] = True
        distinct = np.flatnonzero(self._seen)
        self._seen[distinct] = False
        self._place[distinct] = np.arange(len(distinct))
        return distinct


def _row(matrix: Rows, row: int) -> Row:
    held = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[held], matrix.data[held]


def _piece(covering: Covering, row: int) -> Piece:
    held = slice(covering.strengths.indptr[row], covering.strengths.indptr[row + 1])
    return Piece(covering.strengths.indices[held], covering.strengths.data[held], covering.covers[held])


def _gains(asked: Asked, pieces: Sequence[Piece]) -> Floats:
    """What each offer brings: hundredths for each wanted skill, for the title its share."""
    gains = [
        np.floor(possible * piece.strengths)
        for possible, piece in zip(asked.share.wanted, pieces, strict=False)
    ]
    return np.concatenate([*gains, pieces[-1].strengths])


def _covered(share: Shares, covers: Bools) -> tuple[Bools, Floats]:
    """Which members cover no must, and how much each covers of what is known of the musts."""
    musts = [(row, known) for row, known in zip(covers, share.known, strict=False) if known is not None]
    none = np.full(covers.shape[1], bool(musts))
    covered = np.zeros(covers.shape[1])
    for row, known in musts:
        none &= ~row
        covered += known * row
    return none, covered
