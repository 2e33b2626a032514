"""The pairs of a run that can be chosen, all at once or part by part, and what each part owes to the needs."""

from __future__ import annotations

import numpy as np

from matchmaker.digests.rules.candidates import Candidates, Limits, NeedKey, ReaderKey, hashed, turns
from matchmaker.digests.rules.eligible_pairs import Bools, Ints, Pairs
from matchmaker.digests.rules.greedy import GreedyChoice, best_first, scarcest_first

AT_ONCE = 1_000
"""Citizens that are chosen for at once: it bounds time and memory whatever the size of a run."""

PAIRS_AT_ONCE = 50_000
"""About as many pairs have columns at a time while the floors of parts are drawn."""


def parts_of(given: Candidates[ReaderKey, NeedKey], *, seed: int, at_once: int = AT_ONCE) -> Ints:
    """For each citizen the part in which they are chosen for, of as many citizens each as can be, `at_once` at most."""
    people = len(given.citizens)
    parts = max(1, -(-people // at_once))
    drawn = np.argsort([hashed(f"{seed} part {one}") for one in given.citizens], kind="stable")
    part = np.empty(people, dtype=np.int64)
    part[drawn] = np.arange(people) % parts
    return part


def people_for(given: Candidates[ReaderKey, NeedKey], limits: Limits) -> Ints:
    """How many people each need can have."""
    return np.bincount(given.need[_possible(given, limits)], minlength=len(given.needs)).astype(np.int64)


def pairs_of(
    given: Candidates[ReaderKey, NeedKey], among: Ints, *, floor: Ints, most: Ints, limits: Limits, seed: int
) -> tuple[Pairs, Ints]:
    """Those of some pairs that can be chosen, and where they stand among all.

    `floor` is as in `Pairs`; `most` has how many people each need can have of all the run, its floor at most.
    """
    kept = among[_possible(given, limits)[among]]
    need = given.need[kept]
    pairs = Pairs(
        citizen=given.citizen[kept],
        need=need,
        group=given.group[need],
        band=limits.bands(given.score[kept]),
        turn=turns(given, kept, seed=seed),
        free=given.free[kept],
        lines=limits.lines,
        groups_left=_groups_left(given, limits),
        floor=floor,
        lost=limits.floor - most,
    )
    return pairs, kept


def floors_of(
    given: Candidates[ReaderKey, NeedKey], part: Ints, many: Ints, *, limits: Limits, seed: int
) -> Ints:
    """How many people each part is to give each need at least: a row a part, a column a need.

    The needs choose over everybody, those with the fewest people first, as they do in `greedy`: what a need takes of a
    part is that part's floor. Only some needs have columns at a time, so that this takes little more room than the
    candidates. `many` is `people_for`.
    """
    needs, parts = len(given.needs), int(part.max(initial=0)) + 1
    most = np.minimum(limits.floor, many)
    scarcest = np.argsort(many, kind="stable")
    block = np.empty(needs, dtype=np.int64)
    block[scarcest] = np.cumsum(many[scarcest]) // PAIRS_AT_ONCE
    choice = GreedyChoice(lines=limits.lines, groups_left=_groups_left(given, limits), floor=most)
    taken, possible = (np.zeros(parts * needs, dtype=np.int64) for _ in range(2))
    for number in np.unique(block).tolist():
        inside = np.flatnonzero(block[given.need] == number)
        pairs, _ = pairs_of(given, inside, floor=most, most=most, limits=limits, seed=seed)
        place = part[pairs.citizen] * needs + pairs.need
        chosen = choice.take(pairs, scarcest_first(pairs, best_first(pairs)), to_the_floor=True)
        taken += np.bincount(place[chosen], minlength=parts * needs)
        possible += np.bincount(place, minlength=parts * needs)
    floors, people = taken.reshape(parts, needs), possible.reshape(parts, needs)
    # What nobody was left for, the part with the most people for it may still find.
    floors[people.argmax(axis=0), np.arange(needs)] += most - floors.sum(axis=0)
    return np.asarray(np.minimum(floors, people), dtype=np.int64)


def _groups_left(given: Candidates[ReaderKey, NeedKey], limits: Limits) -> Ints:
    """How many groups the month leaves each citizen."""
    return np.maximum(0, limits.groups_a_month - given.used)


def _possible(given: Candidates[ReaderKey, NeedKey], limits: Limits) -> Bools:
    """Which pairs the month's groups leave possible."""
    return given.free | (_groups_left(given, limits) > 0)[given.citizen]
