"""A quick choice among the eligible pairs, taken one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from matchmaker.digests.rules.eligible_pairs import Bools, Ints, Pairs

AT_ONCE = 10_000


class GreedyChoice:
    """A choice within the limits that takes pair after pair, in whatever order they come."""

    def __init__(self, *, lines: int, groups_left: Ints, floor: Ints) -> None:
        self._lines = [lines] * len(groups_left)
        self._groups_left, self._missing = groups_left.tolist(), floor.tolist()
        self._opened: set[tuple[int, int]] = set()

    def take(self, pairs: Pairs, order: Ints, *, to_the_floor: bool) -> Ints:
        """Those of some pairs, none of which was taken before, that are taken in this order: while there is a line and a
        group for them, and ``to_the_floor`` only while their need misses people.
        """
        taken = array("q")
        for pair, who, what, whose, free in _in_order(pairs, order):
            if not self._lines[who] or (to_the_floor and self._missing[what] <= 0):
                continue
            if not free and (who, whose) not in self._opened:
                if not self._groups_left[who]:
                    continue
                self._opened.add((who, whose))
                self._groups_left[who] -= 1
            self._lines[who] -= 1
            self._missing[what] -= 1
            taken.append(pair)
        return np.array(taken, dtype=np.int64)


def best_first(pairs: Pairs, *, leaning: Bools | None = None) -> Ints:
    """The places of the pairs, the best first; those with a ``leaning`` go before all others."""
    keys = (-pairs.turn, -pairs.band)
    return np.lexsort(keys if leaning is None else (*keys, ~leaning)).astype(np.int64)


def scarcest_first(pairs: Pairs, best: Ints) -> Ints:
    """The places of the pairs: those of the needs with the fewest pairs first, each need's in the order of ``best``."""
    many = np.bincount(pairs.need, minlength=len(pairs.floor))
    return best[np.lexsort((pairs.need[best], many[pairs.need[best]]))]


def greedy(pairs: Pairs, *, leaning: Bools | None = None) -> Bools:
    """A choice within the limits, seldom the best: the needs with the fewest pairs choose up to their floor first,
    then the best pairs that are left go in their order. Of all pairs those with a ``leaning`` go before the others.
    """
    choice = GreedyChoice(lines=pairs.lines, groups_left=pairs.groups_left, floor=pairs.floor)
    chosen = np.zeros(len(pairs.citizen), dtype=bool)
    best = best_first(pairs, leaning=leaning)
    chosen[choice.take(pairs, scarcest_first(pairs, best), to_the_floor=True)] = True
    chosen[choice.take(pairs, best[~chosen[best]], to_the_floor=False)] = True
    return chosen


def _in_order(pairs: Pairs, order: Ints) -> Iterator[tuple[int, int, int, int, bool]]:
    """Pairs with citizen, need, group, and whether it is free; some at a time become objects."""
    for start in range(0, len(order), AT_ONCE):
        some = order[start : start + AT_ONCE]
        columns = (some, *(column[some] for column in (pairs.citizen, pairs.need, pairs.group, pairs.free)))
        yield from zip(*(column.tolist() for column in columns), strict=True)
