"""Who could be told of what in one run, as columns, and what one run must keep to."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Generic, TypeVar

import numpy as np

from matchmaker.digests.rules.eligible_pairs import Bools, Floats, Ints
from matchmaker.digests.rules.plan import LINES_AT_MOST

# The choice asks no more of an id than to be told from others, and to have a text for the seed.
ReaderKey = TypeVar("ReaderKey", bound=Hashable)
NeedKey = TypeVar("NeedKey", bound=Hashable)
GroupKey = TypeVar("GroupKey", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)

STEPS = 1024
"""How many turns the seed can give a pair: equal candidates have the same turn once in so many cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit(Generic[ReaderKey, NeedKey]):
    """How well a need fits a reader, from 0 to 100."""

    reader_id: ReaderKey
    need_id: NeedKey
    score: float


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

    def bands(self, scores: Floats) -> Ints:
        """Scores in whole bands."""
        return np.floor(scores / self.band).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates(Generic[ReaderKey, NeedKey]):
    """Pairs of a citizen and a need, ordered by the texts of their ids, that a run may choose from.

    `citizen`, `need` and `score` have one entry a pair, the first two as places in `citizens` and `needs`;
    `group` has one entry a need. `free` says of a pair that its group was offered to its citizen this month
    already, `used` of a citizen how many groups were.
    """

    citizens: tuple[ReaderKey, ...]
    needs: tuple[NeedKey, ...]
    citizen: Ints
    need: Ints
    score: Floats
    group: Ints
    free: Bools
    used: Ints

    def part(self, pairs: Ints) -> Candidates[ReaderKey, NeedKey]:
        """Some of the pairs with their citizens alone, and all needs."""
        kept, citizen = np.unique(self.citizen[pairs], return_inverse=True)
        return replace(
            self,
            citizens=tuple(self.citizens[one] for one in kept.tolist()),
            citizen=citizen,
            need=self.need[pairs],
            score=self.score[pairs],
            free=self.free[pairs],
            used=self.used[kept],
        )


def candidates(
    fits: Iterable[Fit[ReaderKey, NeedKey]],
    *,
    groups: Mapping[NeedKey, GroupKey],
    offered: Iterable[tuple[ReaderKey, GroupKey]],
) -> Candidates[ReaderKey, NeedKey]:
    """The pairs that fit, each pair once (else ValueError), in whatever order they come.

    `groups` names the group of every open need, those that fit nobody included; `offered` has the
    citizens with the groups that they were offered to this month already; a pair may come several times.
    """
    citizen_ids: _Numbered[ReaderKey] = _Numbered(())
    need_ids, scores = _Numbered(groups), array("d")
    for fit in fits:
        citizen_ids.add(fit.reader_id)
        need_ids.add(fit.need_id)
        scores.append(fit.score)
    citizens, citizen = citizen_ids.in_order()
    needs, need = need_ids.in_order()
    order = np.lexsort((need, citizen))
    citizen = citizen[order]
    need = need[order]
    if np.any((np.diff(citizen) == 0) & (np.diff(need) == 0)):
        raise ValueError("a pair comes twice")
    known = {citizen_id: place for place, citizen_id in enumerate(citizens)}
    group_ids: _Numbered[GroupKey] = _Numbered(())
    for need_id in needs:
        group_ids.add(groups[need_id])
    who = array("q")
    for citizen_id, group_id in offered:
        if citizen_id in known:
            who.append(known[citizen_id])
            group_ids.add(group_id)
    names, numbers = group_ids.in_order()
    group = numbers[: len(needs)]
    before = np.unique(np.asarray(who) * len(names) + numbers[len(needs) :])
    return Candidates(
        citizens=citizens,
        needs=needs,
        citizen=citizen,
        need=need,
        score=np.asarray(scores)[order],
        group=group,
        free=_among(before, citizen * len(names) + group[need]),
        used=np.bincount(before // max(1, len(names)), minlength=len(citizens)),
    )


def _among(known: Ints, numbers: Ints) -> Bools:
    """Which numbers are among some rising ones; unlike numpy's `isin` it copies none."""
    return np.asarray(np.append(known, -1)[np.searchsorted(known, numbers)] == numbers)


class _Numbered(Generic[Key]):
    """Names as they come, each kept as a number."""

    def __init__(self, known: Iterable[Key]) -> None:
        self._places: dict[Key, int] = {}
        self._numbers = array("i")
        for name in known:
            self._places.setdefault(name, len(self._places))

    def add(self, name: Key) -> None:
        """Take the next name."""
        self._numbers.append(self._places.setdefault(name, len(self._places)))

    def in_order(self) -> tuple[tuple[Key, ...], Ints]:
        """All names in the order of their texts, those known before included, and the place of each that came."""
        names = list(self._places)
        order = sorted(range(len(names)), key=lambda at: str(names[at]))
        place = np.empty(len(names), dtype=np.int64)
        place[order] = np.arange(len(names))
        return tuple(names[one] for one in order), place[np.asarray(self._numbers)]


def turns(given: Candidates[ReaderKey, NeedKey], pairs: Ints, *, seed: int) -> Ints:
    """For each of some pairs a number from 0 to STEPS - 1 that hangs on nothing but the seed and the two ids."""
    mine = np.array([hashed(f"{seed} citizen {one}") for one in given.citizens], dtype=np.uint64)
    theirs = np.array([hashed(f"{seed} need {one}") for one in given.needs], dtype=np.uint64)
    mixed = mine[given.citizen[pairs]] + theirs[given.need[pairs]]
    # The finaliser of SplitMix64 (Steele, Lea & Flood 2014): each bit of the sum changes about half of the answer's.
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) % np.uint64(STEPS), dtype=np.int64)


def hashed(text: str) -> int:
    """A number of 64 bits that hangs on the text alone."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
