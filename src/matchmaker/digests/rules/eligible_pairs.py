"""The pairs of a citizen and a need that a run may choose from, as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
