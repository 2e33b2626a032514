"""Fair exposure: one choice over the whole run of who is told of what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from matchmaker.digests.rules.candidates import AT_ONCE, Candidates, Limits, parts_of, turns
from matchmaker.digests.rules.pairs import Floats, Ints, Pairs, greedy
from matchmaker.digests.rules.program import Choice, choose
from matchmaker.matching.rules import Gate, Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How many people a need is told to in a run, and how many its floor misses."""

    people: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a run tells: the ids of each citizen's needs, best first, and how many people each need reaches.

    `total` is the sum of the scores, `bands` that of the scores in whole bands. When `optimal` is false the time was
    over: more people may be missing than must be, and `gap` is the share, at most, that the bands are below those of
    the best choice.
    """

    letters: Mapping[str, tuple[str, ...]]
    needs: Mapping[str, Exposure]
    total: float
    bands: int
    optimal: bool
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """A need that fits too few people who may be told of it; `gate` keeps most others out, None when nobody else fits."""

    need_id: str
    eligible: int
    gate: Gate | None


def unreachable(reaches: Iterable[Reach], *, limits: Limits) -> tuple[Unreachable, ...]:
    """The needs that fewer people than the floor are eligible for, whatever a run chooses, in the order given."""
    return tuple(
        Unreachable(need_id=one.need_id, eligible=one.eligible, gate=one.foremost)
        for one in reaches
        if one.eligible < limits.floor
    )


def assign(candidates: Candidates, *, limits: Limits, seed: int, at_once: int = AT_ONCE) -> Assignment:
    """The best choice of one run within its limits, the same for one seed in every process when it is `optimal`.

    No other choice misses fewer people in all; of those none spares a need that misses more at the cost of one that
    misses less; of those none has a higher sum of scores, each counted in whole bands; and of those none has a
    higher sum of the turns that the seed gives. So the seed decides between choices of equal bands and never
    against a band, and the sum of the plain scores stays less than one band a line below the highest of those choices.

    All this holds up to `at_once` citizens. More are chosen for in parts of as many at most, drawn by the seed: the best
    choice of each part, which together miss no more people than `assign_greedily` does.
    """
    pairs, kept, turn = _pairs(candidates, limits=limits, seed=seed)
    found = _in_parts(pairs, parts_of(candidates, seed=seed, at_once=at_once), seconds=limits.seconds)
    return _told(candidates, kept[found.chosen], turn, limits, bound=found.bound, optimal=found.optimal)


def _in_parts(pairs: Pairs, part: Ints, *, seconds: float) -> Choice:
    """The best choice of each part of the citizens, which together miss no more people than a quick choice.

    The quick choice is made over everybody: what it gives a need in a part, up to the floor, is that part's floor.
    """
    parts = int(part.max(initial=0)) + 1
    if parts == 1:
        return choose(pairs, seconds=seconds)
    own = part[pairs.citizen]
    floors = _floors(pairs, own, parts)
    chosen = np.zeros(len(pairs.citizen), dtype=bool)
    bound, optimal = 0, True
    for number in range(parts):
        inside = own == number
        found = choose(pairs.part(inside, floors[number]), seconds=seconds / parts)
        chosen[inside] = found.chosen
        bound, optimal = bound + found.bound, optimal and found.optimal
    return Choice(chosen=chosen, bound=bound, optimal=optimal)


def _floors(pairs: Pairs, part: Ints, parts: int) -> Ints:
    """How many people each part gives each need at least: a row a part."""
    quick = greedy(pairs, leaning=np.zeros(len(part), dtype=bool))
    needs = len(pairs.floor)
    given = np.bincount(part[quick] * needs + pairs.need[quick], minlength=parts * needs)
    given = given.reshape(parts, needs)
    possible = np.bincount(part * needs + pairs.need, minlength=parts * needs).reshape(parts, needs)
    # The parts that give most go first, until the floor is reached.
    order = np.argsort(-given, axis=0, kind="stable")
    sorted_given = np.take_along_axis(given, order, axis=0)
    before = np.cumsum(sorted_given, axis=0) - sorted_given
    shares = np.clip(pairs.floor - before, 0, sorted_given)
    floors = np.zeros_like(given)
    np.put_along_axis(floors, order, shares, axis=0)
    # What the quick choice misses, the part with the most people for it may still find.
    most = possible.argmax(axis=0)
    columns = np.arange(needs)
    floors[most, columns] += pairs.floor - floors.sum(axis=0)
    return np.asarray(np.minimum(floors, possible), dtype=np.int64)


def assign_greedily(candidates: Candidates, *, limits: Limits, seed: int) -> Assignment:
    """A choice within the same limits that takes pair after pair: the scarcest needs to their floor, then the best."""
    pairs, kept, turn = _pairs(candidates, limits=limits, seed=seed)
    chosen = kept[greedy(pairs, leaning=np.zeros(len(kept), dtype=bool))]
    return _told(candidates, chosen, turn, limits, bound=pairs.most_bands(), optimal=False)


def _pairs(given: Candidates, *, limits: Limits, seed: int) -> tuple[Pairs, Ints, Ints]:
    """The pairs that the month's groups leave possible, where they stand among all, and the turn of every pair."""
    groups_left = np.maximum(0, limits.groups_a_month - given.used)
    kept = np.flatnonzero(given.free | (groups_left[given.citizen] > 0))
    turn = turns(given, seed=seed)
    need = given.need[kept]
    floor = np.minimum(limits.floor, np.bincount(need, minlength=len(given.needs)))
    pairs = Pairs(
        citizen=given.citizen[kept],
        need=need,
        group=given.group[need],
        band=_bands(given.score[kept], limits),
        turn=turn[kept],
        free=given.free[kept],
        lines=limits.lines,
        groups_left=groups_left,
        floor=floor,
        lost=limits.floor - floor,
    )
    return pairs, kept, turn


def _told(
    given: Candidates, chosen: Ints, turn: Ints, limits: Limits, *, bound: int, optimal: bool
) -> Assignment:
    chosen = chosen[
        np.lexsort((given.need[chosen], -turn[chosen], -given.score[chosen], given.citizen[chosen]))
    ]
    told = [given.needs[need] for need in given.need[chosen].tolist()]
    ends = np.cumsum(np.bincount(given.citizen[chosen], minlength=len(given.citizens))).tolist()
    people = np.bincount(given.need[chosen], minlength=len(given.needs)).tolist()
    bands = int(_bands(given.score[chosen], limits).sum())
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


def _bands(scores: Floats, limits: Limits) -> Ints:
    return np.floor(scores / limits.band).astype(np.int64)
