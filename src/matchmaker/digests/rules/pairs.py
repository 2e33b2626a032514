"""The pairs that a run may choose from as numbers, and a quick choice among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Pairs that can be chosen: places of citizen, need and group, the score in whole bands, and the turn.

    `groups_left` has one entry a citizen, `floor` one a need, at most the pairs that it has, and `lost` the people
    that it misses beside that whatever is chosen. A pair that is `free` uses no group. `lines` bounds the needs of each
    citizen.
    """

    citizen: Ints
    need: Ints
    group: Ints
    band: Ints
    turn: Ints
    free: Bools
    lines: int
    groups_left: Ints
    floor: Ints
    lost: Ints

    def part(self, kept: Bools, floor: Ints) -> Pairs:
        """Some of the pairs with other floors, numbered anew."""
        citizens, citizen = np.unique(self.citizen[kept], return_inverse=True)
        needs, need = np.unique(self.need[kept], return_inverse=True)
        return Pairs(
            citizen=citizen,
            need=need,
            group=self.group[kept],
            band=self.band[kept],
            turn=self.turn[kept],
            free=self.free[kept],
            lines=self.lines,
            groups_left=self.groups_left[citizens],
            floor=floor[needs],
            lost=self.lost[needs],
        )

    def reached(self, chosen: Bools | Floats) -> Floats:
        """How many people each need has."""
        return np.asarray(
            np.bincount(self.need, weights=chosen.astype(np.float64), minlength=len(self.floor)),
            dtype=np.float64,
        )

    def most_bands(self) -> int:
        """The bands if everybody had their best lines."""
        order = np.lexsort((-self.band, self.citizen))
        citizen = self.citizen[order]
        place = np.arange(len(citizen)) - np.searchsorted(citizen, citizen)
        return int(self.band[order][place < self.lines].sum())


def greedy(pairs: Pairs, *, leaning: Bools) -> Bools:
    """A choice within the limits, seldom the best: the needs with the fewest pairs choose up to their floor first,
    then the best pairs that are left go in their order. Of all pairs those with a ``leaning`` go before the others.
    """
    best = np.lexsort((-pairs.turn, -pairs.band, ~leaning))
    many = np.bincount(pairs.need, minlength=len(pairs.floor))
    scarce = best[np.argsort(many[pairs.need[best]], kind="stable")]
    lines = [pairs.lines] * len(pairs.groups_left)
    groups_left, missing = pairs.groups_left.tolist(), pairs.floor.tolist()
    groups = int(pairs.group.max(initial=0)) + 1
    opened: set[int] = set()
    chosen = np.zeros(len(pairs.citizen), dtype=bool)
    for order, to_the_floor in ((scarce, True), (best, False)):
        for pair, who, what, whose, free in _in_order(pairs, order, groups):
            opens = not free and whose not in opened
            if chosen[pair] or not lines[who] or (opens and not groups_left[who]):
                continue
            if to_the_floor and missing[what] <= 0:
                continue
            if opens:
                opened.add(whose)
                groups_left[who] -= 1
            lines[who] -= 1
            missing[what] -= 1
            chosen[pair] = True
    return chosen


def _in_order(pairs: Pairs, order: Ints, groups: int) -> Iterator[tuple[int, int, int, int, bool]]:
    """Pairs with citizen, need, the group as this citizen's own, and whether it is free; some at a time become objects."""
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        citizen, need = pairs.citizen[some], pairs.need[some]
        whose = citizen * groups + pairs.group[some]
        columns = (some, citizen, need, whose, pairs.free[some])
        yield from zip(*(column.tolist() for column in columns), strict=True)
