"""Who could be told of what in one run, as columns, and what one run must keep to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from matchmaker.digests.rules.pairs import Bools, Floats, Ints
from matchmaker.digests.rules.plan import LINES_AT_MOST
from matchmaker.matching.rules import Ranked

STEPS = 1024
"""How many turns the seed can give a pair: equal candidates have the same turn once in so many cases."""


AT_ONCE = 2_000
"""Citizens that are chosen for at once: it bounds time and memory whatever the size of a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run keeps to: `lines` in a letter, distinct groups that a citizen is offered to in a month, and the
    `floor` of people that each need should reach.

    Scores in one `band` of points, counted from 0, are equal. After `seconds` the best answer so far is taken.
    """

    lines: int = LINES_AT_MOST
    groups_a_month: int = 4
    floor: int = 3
    band: float = 2.0
    seconds: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Pairs of a citizen and a need, ordered by their ids, that a run may choose from.

    `citizen`, `need` and `score` have one entry a pair, the first two as places in `citizens` and `needs`;
    `group` has one entry a need. `free` says of a pair that its group was offered to its citizen this month
    already, `used` of a citizen how many groups were.
    """

    citizens: tuple[str, ...]
    needs: tuple[str, ...]
    citizen: Ints
    need: Ints
    score: Floats
    group: Ints
    free: Bools
    used: Ints


def candidates(
    ranked: Iterable[Ranked], *, groups: Mapping[str, str], offered: Mapping[str, Set[str]]
) -> Candidates:
    """The pairs of some rankings, each pair once (else ValueError), in whatever order they come.

    `groups` names the group of every open need, those that fit nobody included; `offered` the groups that a citizen was
    offered to this month already.
    """
    citizen_ids, need_ids, scores = [], [], array("d")
    for one in ranked:
        citizen_ids.append(one.citizen_id)
        need_ids.append(one.need_id)
        scores.append(one.total)
    citizens, citizen = _numbered(citizen_ids, ())
    needs, need = _numbered(need_ids, groups)
    order = np.lexsort((need, citizen))
    citizen, need = citizen[order], need[order]
    if np.any((np.diff(citizen) == 0) & (np.diff(need) == 0)):
        raise ValueError("a pair comes twice")
    names, group = _numbered([groups[one] for one in needs], ())
    numbers = {name: number for number, name in enumerate(names)}
    before = [
        place * len(names) + numbers[name]
        for place, citizen_id in enumerate(citizens)
        for name in offered.get(citizen_id, ())
        if name in numbers
    ]
    return Candidates(
        citizens=citizens,
        needs=needs,
        citizen=citizen,
        need=need,
        score=np.array(scores, dtype=np.float64)[order],
        group=group,
        free=np.isin(citizen * len(names) + group[need], np.array(before, dtype=np.int64)),
        used=np.array([len(offered.get(one, ())) for one in citizens], dtype=np.int64),
    )


def _numbered(names: Sequence[str], more: Iterable[str]) -> tuple[tuple[str, ...], Ints]:
    """The distinct names in alphabetical order, and the place of each of ``names`` among them."""
    known = sorted({*names, *more})
    places = {name: place for place, name in enumerate(known)}
    return tuple(known), np.array([places[name] for name in names], dtype=np.int64)


def turns(given: Candidates, *, seed: int) -> Ints:
    """For each pair a number from 0 to STEPS - 1 that hangs on nothing but the seed and the two ids."""
    mine = np.array([_hashed(f"{seed} citizen {one}") for one in given.citizens], dtype=np.uint64)
    theirs = np.array([_hashed(f"{seed} need {one}") for one in given.needs], dtype=np.uint64)
    mixed = mine[given.citizen] + theirs[given.need]
    # The finaliser of SplitMix64 (Steele, Lea & Flood 2014): each bit of the sum changes about half of the answer's.
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) % np.uint64(STEPS), dtype=np.int64)


def parts_of(given: Candidates, *, seed: int, at_once: int = AT_ONCE) -> Ints:
    """For each citizen the part in which they are chosen for, of as many citizens each as can be, `at_once` at most."""
    people = len(given.citizens)
    parts = max(1, -(-people // at_once))
    drawn = np.argsort([_hashed(f"{seed} part {one}") for one in given.citizens], kind="stable")
    part = np.empty(people, dtype=np.int64)
    part[drawn] = np.arange(people) % parts
    return part


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
