"""The best choice among the pairs of a run, found by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from matchmaker.digests.rules.candidates import STEPS
from matchmaker.digests.rules.eligible_pairs import Bools, Floats, Ints, Pairs
from matchmaker.digests.rules.greedy import greedy

LOOSE = 1e-6
"""From this distance on a column is no whole number."""

STEP = 2.0**-13
"""The weight of one turn: well above the solver's tolerance of 1e-7, with a run's largest weights under 1e6."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """Which pairs are chosen. No choice that misses as few people as can be has more bands than `bound`."""

    chosen: Bools
    bound: int
    optimal: bool


def choose(pairs: Pairs, *, seconds: float) -> Choice:
    """Fewest people missing, a need that misses more before one that misses less; then most bands; then most turns.

    One linear program over everybody settles nearly all of it. Needs with more people than their floor tie nobody
    to anybody: what is left open lies in connected components of citizens around scarce needs, each an integer program
    of its own. A component that takes another need below its floor is solved again with that need in it.
    """
    if not len(pairs.citizen):
        return Choice(chosen=np.zeros(0, dtype=bool), bound=0, optimal=True)
    deadline = monotonic() + seconds
    taken = IntegerProgram(pairs).relaxed(deadline)
    if taken is None:
        return Choice(chosen=greedy(pairs), bound=pairs.most_bands(), optimal=False)
    chosen = taken > 0.5
    reached = pairs.reached(taken)
    scarce = (pairs.floor > 0) & (reached < pairs.floor + LOOSE)
    short = hungry = reached < pairs.floor - LOOSE
    uneven = np.zeros(len(pairs.groups_left), dtype=bool)
    uneven[pairs.citizen[np.abs(taken - chosen) > LOOSE]] = True
    while True:
        optimal, beyond = True, 0
        by_citizen, by_need = _components(pairs, scarce)
        for component in np.union1d(by_citizen[uneven], by_need[short]).tolist():
            inside = by_citizen[pairs.citizen] == component
            part = pairs.part(inside, np.where(scarce, pairs.floor, 0))
            found = IntegerProgram(part).best(deadline, leaning=chosen[inside])
            chosen[inside] = found.chosen
            optimal &= found.optimal
            most = found.bound
            if not hungry[by_need == component].any():
                # Where nobody is missing, no whole choice has more than what the linear program takes.
                most = min(most, int(part.band @ taken[inside]) + 1)
            beyond += most - int(part.band[found.chosen].sum())
        short = ~scarce & (pairs.reached(chosen) < pairs.floor)
        if not short.any() or not optimal:
            return Choice(chosen=chosen, bound=int(pairs.band[chosen].sum()) + beyond, optimal=optimal)
        scarce |= short
        uneven[:] = False


def _components(pairs: Pairs, scarce: Bools) -> tuple[Ints, Ints]:
    """The component of each citizen and of each need; citizens are tied by the scarce needs that they share."""
    people, size = len(pairs.groups_left), len(pairs.groups_left) + len(pairs.floor)
    tied = scarce[pairs.need]
    ties = (np.ones(int(tied.sum())), (pairs.citizen[tied], people + pairs.need[tied]))
    _, component = connected_components(sparse.coo_array(ties, shape=(size, size)), directed=False)
    return component[:people].astype(np.int64), component[people:].astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solved:
    """Columns that keep the limits, empty when none are known; those cost `bound` when `finished`, and none cost less."""

    columns: Floats
    bound: float
    finished: bool


class IntegerProgram:
    """Columns: the pairs; a citizen's groups with several needs; the people that needs may miss, one by one."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        column, opener, single = _groups(pairs)
        size, people = len(pairs.citizen), len(pairs.groups_left)
        missed = np.repeat(np.arange(len(pairs.floor)), pairs.floor)
        groups = size + np.arange(len(opener))
        misses = size + len(opener) + np.arange(len(missed))
        width = size + len(opener) + len(missed)
        self._owner = np.concatenate([pairs.citizen, opener, np.full(len(missed), people)])
        counted = np.concatenate([np.flatnonzero(single), groups])
        several = np.flatnonzero(column >= 0)
        asked = np.flatnonzero(pairs.floor[pairs.need] > 0)
        each = np.arange(len(several))
        self._matrix = sparse.vstack(
            [
                _sums(pairs.citizen, np.arange(size), people, width),
                _sums(self._owner[counted], counted, people, width),
                _sums(each, several, len(several), width)
                - _sums(each, groups[column[several]], len(several), width),
                _sums(
                    np.concatenate([pairs.need[asked], missed]),
                    np.concatenate([asked, misses]),
                    len(pairs.floor),
                    width,
                ),
            ],
            format="csc",
        )
        self._lower = np.concatenate([np.full(2 * people + len(several), -np.inf), pairs.floor])
        self._upper = np.concatenate(
            [
                np.full(people, pairs.lines),
                pairs.groups_left,
                np.zeros(len(several)),
                np.full(len(pairs.floor), np.inf),
            ]
        )
        # One person fewer outweighs every difference between needs; among those the emptier need comes first.
        rank = np.arange(len(missed)) - np.repeat(np.cumsum(pairs.floor) - pairs.floor, pairs.floor)
        rank += pairs.lost[missed]
        self._missing = np.zeros(width)
        self._missing[misses] = 1 + rank + rank.sum()
        # One band outweighs the turns of all lines together.
        self._band = STEPS * min(size, pairs.lines * people)
        self._worth = np.zeros(width)
        self._worth[:size] = STEP * (pairs.band * self._band + pairs.turn)

    def relaxed(self, deadline: float) -> Floats | None:
        """How much of each pair the linear program takes, where a missing person costs more than the best letter.

        None when the time is over.
        """
        dear = self._pairs.lines * self._worth.max(initial=0.0) / self._missing.max(initial=1.0)
        cost = dear * self._missing - self._worth
        solved = self._solve(cost, np.inf, np.zeros(len(cost), dtype=np.int64), deadline)
        return solved.columns[: len(self._pairs.citizen)] if solved.finished else None

    def best(self, deadline: float, *, leaning: Bools) -> Choice:
        """The best whole choice; when the time is over HiGHS's best so far or the greedy one with a ``leaning``."""
        pairs, fewest = self._pairs, 0.0
        unsure = Choice(chosen=greedy(pairs, leaning=leaning), bound=pairs.most_bands(), optimal=False)
        if pairs.floor.any():
            first = self._whole(self._missing, np.inf, deadline)
            if not first.finished:
                return unsure
            fewest = round(float(self._missing @ first.columns))
        second = self._whole(-self._worth, fewest, deadline)
        bound = int(min(unsure.bound, LOOSE - second.bound / (STEP * self._band)))
        found = second.columns[: len(pairs.citizen)] > 0.5
        # HiGHS's best so far can be much worse than the greedy choice.
        if not len(found) or (not second.finished and self._rank(unsure.chosen) < self._rank(found)):
            return replace(unsure, bound=bound)
        return Choice(chosen=found, bound=bound, optimal=second.finished)

    def _rank(self, chosen: Bools) -> tuple[float, float]:
        """Orders choices, the better one first."""
        missing = np.maximum(0, self._pairs.floor - self._pairs.reached(chosen)).sum()
        return float(missing), -float(self._worth[: len(chosen)] @ chosen)

    def _whole(self, cost: Floats, most_missing: float, deadline: float) -> Solved:
        """As `_solve`, with whole columns: those of a citizen are asked to be whole once one of them was broken."""
        whole, bound = np.zeros(len(cost), dtype=np.int64), -np.inf
        while True:
            solved = self._solve(cost, most_missing, whole, deadline)
            bound = max(bound, solved.bound)
            broken = np.abs(solved.columns - np.round(solved.columns)) > LOOSE
            if not broken.any():
                return replace(solved, bound=bound)
            if not solved.finished:
                return replace(solved, columns=solved.columns[:0], bound=bound)
            whole[np.isin(self._owner, self._owner[broken])] = 1

    def _solve(self, cost: Floats, most_missing: float, whole: Ints, deadline: float) -> Solved:
        """The columns from 0 to 1 of the least cost, some whole, that cost at most so much for people who are missing."""
        seconds = deadline - monotonic()
        if seconds <= 0:
            return Solved(columns=cost[:0], bound=-np.inf, finished=False)
        # Loading it takes longer than all else that the command loads, and few of its processes plan.
        from scipy.optimize import Bounds, LinearConstraint, milp

        solved = milp(
            cost,
            integrality=whole,
            bounds=Bounds(0, (self._missing <= most_missing).astype(np.float64)),
            constraints=[
                LinearConstraint(self._matrix, self._lower, self._upper),
                LinearConstraint(self._missing, -np.inf, most_missing),
            ],
            # Presolving takes longer than it saves here.
            options={"time_limit": seconds, "mip_rel_gap": 0.0, "presolve": False},
        )
        # What a linear program leaves when its time is over need not keep the limits; an integer program's answer does.
        found = solved.x if solved.status == 0 or whole.any() else None
        bound = solved.fun if solved.status == 0 else getattr(solved, "mip_dual_bound", None)
        return Solved(
            columns=cost[:0] if found is None else found,
            bound=-np.inf if bound is None else bound,
            finished=solved.status == 0,
        )


def _groups(pairs: Pairs) -> tuple[Ints, Ints, Bools]:
    """For each pair its column of a group with several needs, counted from 0, or -1; the citizen of each such column;
    and which pairs use up a group by themselves. Where groups cannot be too many, none does.
    """
    width = int(pairs.group.max(initial=0)) + 1
    keys, place, many = np.unique(
        pairs.citizen * width + pairs.group, return_inverse=True, return_counts=True
    )
    paid = ~pairs.free
    people = len(pairs.groups_left)
    distinct = np.bincount(np.unique(keys[place[paid]]) // width, minlength=people)
    binds = (distinct > pairs.groups_left) & (pairs.groups_left < pairs.lines)
    paid &= binds[pairs.citizen]
    several = paid & (many[place] > 1)
    opened, number = np.unique(place[several], return_inverse=True)
    column = np.full(len(place), -1)
    column[several] = number
    return column, keys[opened] // width, paid & ~several


def _sums(row: Ints, column: Ints, rows: int, columns: int) -> sparse.csr_array:
    """One row for each sum of columns."""
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=(rows, columns))
