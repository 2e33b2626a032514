"""Fair exposure: one choice over the whole run of who is told of what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic

import numpy as np

from matchmaker.base.ids import NeedId
from matchmaker.digests.rules.candidates import Candidates, Limits, NeedKey, ReaderKey, turns
from matchmaker.digests.rules.eligible_pairs import Ints
from matchmaker.digests.rules.greedy import greedy
from matchmaker.digests.rules.partition import AT_ONCE, floors_of, pairs_of, parts_of, people_for
from matchmaker.digests.rules.plan import PlanningStopped
from matchmaker.digests.rules.solver import choose
from matchmaker.matching.rules import Gate, Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How many people a need is told to in a run, and how many its floor misses."""

    people: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment(Generic[ReaderKey, NeedKey]):
    """What a run tells: the ids of each citizen's needs, best first, and how many people each need reaches.

    `total` is the sum of the scores, `bands` that of the scores in whole bands. When `optimal` is false the time was
    over: more people may be missing than must be, and `gap` is the share, at most, that the bands are below those of
    the best choice.
    """

    letters: Mapping[ReaderKey, tuple[NeedKey, ...]]
    needs: Mapping[NeedKey, Exposure]
    total: float
    bands: int
    optimal: bool
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A need that fits too few people who may be told of it; `gate` keeps most others out, None when nobody else fits."""

    need_id: NeedId
    eligible: int
    gate: Gate | None


def unreachable(reaches: Iterable[Reach], *, limits: Limits) -> tuple[Unreachable, ...]:
    """The needs that fewer people than the floor are eligible for, whatever a run chooses, in the order given."""
    return tuple(
        Unreachable(need_id=one.need_id, eligible=one.eligible, gate=one.foremost)
        for one in reaches
        if one.eligible < limits.floor
    )


def assign(
    candidates: Candidates[ReaderKey, NeedKey],
    *,
    limits: Limits,
    seed: int,
    at_once: int = AT_ONCE,
    going_on: Callable[[], bool] = lambda: True,
) -> Assignment[ReaderKey, NeedKey]:
    """The best choice of one run within its limits, the same for one seed in every process when it is `optimal`.

    No other choice misses fewer people in all; of those none spares a need that misses more at the cost of one that
    misses less; of those none has a higher sum of scores, each counted in whole bands; and of those none has a
    higher sum of the turns that the seed gives. So the seed decides between choices of equal bands and never
    against a band, and the sum of the plain scores stays less than one band a line below the highest of those choices.

    All this holds up to `at_once` citizens. More are chosen for in parts of as many at most, drawn by the seed: the best
    choice of each part, which together miss no more people than `assign_greedily` does. Raises PlanningStopped before a
    part when `going_on` says no.
    """
    part = parts_of(candidates, seed=seed, at_once=at_once)
    parts = int(part.max(initial=0)) + 1
    many = people_for(candidates, limits)
    most = np.minimum(limits.floor, many)
    floors = floors_of(candidates, part, many, limits=limits, seed=seed) if parts > 1 else (most,)
    # Each part has columns of its own, which are gone before the next: of the whole run there are the candidates alone.
    chosen = np.zeros(len(candidates.citizen), dtype=bool)
    bound, optimal = 0, True
    for number, floor in enumerate(floors):
        if not going_on():
            raise PlanningStopped
        inside = np.flatnonzero(part[candidates.citizen] == number)
        some = candidates.part(inside)
        pairs, kept = pairs_of(some, np.arange(len(inside)), floor=floor, most=most, limits=limits, seed=seed)
        found = choose(pairs, seconds=limits.seconds / parts)
        chosen[inside[kept[found.chosen]]] = True
        bound, optimal = bound + found.bound, optimal and found.optimal
    return _told(candidates, np.flatnonzero(chosen), seed, limits, bound=bound, optimal=optimal)


def assign_greedily(
    candidates: Candidates[ReaderKey, NeedKey], *, limits: Limits, seed: int
) -> Assignment[ReaderKey, NeedKey]:
    """A choice within the same limits that takes pair after pair: the scarcest needs to their floor, then the best."""
    every, most = np.arange(len(candidates.citizen)), np.minimum(limits.floor, people_for(candidates, limits))
    pairs, kept = pairs_of(candidates, every, floor=most, most=most, limits=limits, seed=seed)
    chosen = kept[greedy(pairs)]
    return _told(candidates, chosen, seed, limits, bound=pairs.most_bands(), optimal=False)


def _told(
    given: Candidates[ReaderKey, NeedKey],
    chosen: Ints,
    seed: int,
    limits: Limits,
    *,
    bound: int,
    optimal: bool,
) -> Assignment[ReaderKey, NeedKey]:
    turn = turns(given, chosen, seed=seed)
    chosen = chosen[np.lexsort((given.need[chosen], -turn, -given.score[chosen], given.citizen[chosen]))]
    told = [given.needs[need] for need in given.need[chosen].tolist()]
    ends = np.cumsum(np.bincount(given.citizen[chosen], minlength=len(given.citizens))).tolist()
    people = np.bincount(given.need[chosen], minlength=len(given.needs)).tolist()
    bands = int(limits.bands(given.score[chosen]).sum())
    return Assignment(
        letters={
            citizen: tuple(told[start:end])
            for citizen, start, end in zip(given.citizens, [0, *ends], ends, strict=False)
        },
        needs={
            need: Exposure(people=count, missing=max(0, limits.floor - count))
            for need, count in zip(given.needs, people, strict=True)
        },
        total=float(given.score[chosen].sum()),
        bands=bands,
        optimal=optimal,
        gap=max(0.0, 1 - bands / bound) if bound and not optimal else 0.0,
    )
