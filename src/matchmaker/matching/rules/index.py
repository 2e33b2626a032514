"""Ranking in both directions from one index, touching only what shares something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchmaker.base.ids import CitizenId, NeedId, TerritoryId
from matchmaker.matching.rules.citizen_columns import CitizenColumns
from matchmaker.matching.rules.gates import why_not
from matchmaker.matching.rules.phrase_index import Covering, PhraseIndex, Rows
from matchmaker.matching.rules.pool import Asked, CitizenPool
from matchmaker.matching.rules.score import Matcher
from matchmaker.matching.rules.top_k import IdOrder, TopK
from matchmaker.matching.rules.values import CitizenProfile, Match, NeedProfile, Ranked
from matchmaker.vocabulary.rules import Phrase

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SPARE = 10
"""Place, défi and time are looked at for so many times the asked number of candidates, those with most points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole run: for each need its citizens, for each citizen their needs, best first."""

    by_need: Mapping[NeedId, tuple[Ranked, ...]]
    by_citizen: Mapping[CitizenId, tuple[Ranked, ...]]


class MatchIndex:
    """Needs and citizens, inverted by distinct phrase. It does not change: build another one when they do."""

    def __init__(
        self, matcher: Matcher, *, needs: Iterable[NeedProfile], citizens: Iterable[CitizenProfile]
    ) -> None:
        self._matcher = matcher
        self._needs = {need.id: need for need in needs}
        self._citizens = {citizen.id: citizen for citizen in citizens}
        people = list(self._citizens.values())
        self._people = CitizenColumns(people)
        self._order = IdOrder(self._people.ids)
        phrases: dict[Phrase, int] = {}
        by_value: dict[int, int] = {}
        held = [_number(phrase, phrases, by_value) for one in people for phrase in one.phrases]
        self._held = np.array(held, dtype=np.int32)
        lengths = np.array([len(one.phrases) for one in people], dtype=np.int64)
        self._held_starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self._offers = PhraseIndex(matcher, phrases)
        self._territories = _positions([one.territory_id for one in people])

    def citizens_for(self, need: NeedId | NeedProfile, *, today: date, limit: int = 20) -> tuple[Match, ...]:
        """The best citizens for a need: gates applied, totals above 0, ties by id.

        The need is the id of an indexed one (else KeyError) or any value.
        """
        asking = need if isinstance(need, NeedProfile) else self._needs[need]
        found = self.rank_citizens(asking, today=today, limit=limit)
        return tuple(self._matcher.score(asking, self._citizens[one.citizen_id]) for one in found)

    def rank_citizens(self, need: NeedProfile, *, today: date, limit: int = 20) -> tuple[Ranked, ...]:
        """As `citizens_for`, without reasons."""
        best = TopK([need.id], self._order, limit, needs=True)
        asked, rows = self._prepared([need])
        pool = self._pool_of(need)
        ((some, points),) = pool.points(asked, *rows, self._matcher.weights)
        some, totals = self._totals(pool, need, some, points, _largest(points, SPARE * limit), today, limit)
        best.add_row(0, pool.members[some], totals)
        return best[need.id]

    def needs_for(
        self, citizen: CitizenId | CitizenProfile, *, today: date, limit: int = 20
    ) -> tuple[Match, ...]:
        """The best needs for a citizen, who may be a value that no index knows yet; as `citizens_for`."""
        weights = self._matcher.weights
        offering = citizen if isinstance(citizen, CitizenProfile) else self._citizens[citizen]
        possible = [need for need in self._needs.values() if why_not(need, offering, today) is None]
        alone = MatchIndex(self._matcher, needs=(), citizens=(offering,))
        asked, rows = alone._prepared(possible)
        found: list[tuple[int, NeedId]] = []
        for need, (some, points) in zip(possible, alone._everyone.points(asked, *rows, weights), strict=True):
            totals = alone._everyone.totals(need, some, points, today, weights)
            found += [(-total, need.id) for total in totals.tolist() if total > 0]
        return tuple(
            self._matcher.score(self._needs[need_id], offering) for _, need_id in sorted(found)[:limit]
        )

    def run(self, *, today: date, limit: int = 20) -> Run:
        """Both directions for everyone, without reasons."""
        needs = list(self._needs.values())
        need_ids = [need.id for need in needs]
        by_need = TopK(need_ids, self._order, limit, needs=True)
        by_citizen = TopK(self._people.ids, IdOrder(need_ids), limit, needs=False)
        together: dict[tuple[TerritoryId | None, bool], list[int]] = defaultdict(list)
        for number, need in enumerate(needs):
            together[need.territory_id, bool(need.remote)].append(number)
        asked, rows = self._prepared(needs)
        for numbers in together.values():
            pool = self._pool_of(needs[numbers[0]])
            block = [asked[number] for number in numbers]
            found = pool.points(block, *rows, self._matcher.weights)
            for number, (some, points) in zip(numbers, found, strict=True):
                chosen = by_citizen.may_enter(pool.members[some], points)
                chosen |= _largest(points, SPARE * limit)
                some, totals = self._totals(pool, needs[number], some, points, chosen, today, limit)
                by_need.add_row(number, pool.members[some], totals)
                by_citizen.add_column(pool.members[some], number, totals)
        return Run(by_need=by_need, by_citizen=by_citizen)

    def _totals(
        self,
        pool: CitizenPool,
        need: NeedProfile,
        some: Ints,
        points: Ints,
        chosen: Bools,
        today: date,
        limit: int,
    ) -> tuple[Ints, Ints]:
        """The totals above 0 of the chosen ones, and of all others when these might be among the first `limit`.

        Place, défi and time only take away: whoever has fewer points than so many others have in all comes after them.
        """
        most_left = np.where(chosen, 0, points).max(initial=0)
        at = np.flatnonzero(chosen)
        totals = pool.totals(need, some[at], points[at], today, self._matcher.weights)
        if most_left and np.count_nonzero(totals > most_left) < limit:
            at = np.arange(len(some))
            totals = pool.totals(need, some, points, today, self._matcher.weights)
        kept = np.flatnonzero(totals)
        return some[at[kept]], totals[kept]

    def _prepared(self, needs: Sequence[NeedProfile]) -> tuple[list[Asked], tuple[Covering, Rows]]:
        """The needs by rows of strengths, and these: each distinct phrase is compared with the offers once."""
        rows: dict[Phrase, int] = {}
        by_value: dict[int, int] = {}
        asked = [self._asked(need, lambda phrase: _number(phrase, rows, by_value)) for need in needs]
        titles = {one.title for one in asked}
        phrases = list(rows)
        fields = self._offers.in_field(
            [phrase if at in titles else None for at, phrase in enumerate(phrases)]
        )
        return asked, (self._offers.covering(phrases), fields)

    def _asked(self, need: NeedProfile, number: Callable[[Phrase], int]) -> Asked:
        return Asked(
            need=need,
            wanted=tuple(number(wanted.phrase) for wanted in need.wanted),
            title=number(need.title),
            share=self._matcher.shares(need),
        )

    @cached_property
    def _everyone(self) -> CitizenPool:
        return self._pool(np.arange(len(self._citizens)))

    def _pool_of(self, need: NeedProfile) -> CitizenPool:
        reached = self._in_reach(need)
        return self._everyone if reached.all() else self._pool(np.flatnonzero(reached))

    def _pool(self, members: Ints) -> CitizenPool:
        return CitizenPool(self._people, members, self._held, self._held_starts, len(self._offers.phrases))

    def _in_reach(self, need: NeedProfile) -> Bools:
        if need.territory_id is None:
            return np.ones(len(self._citizens), dtype=bool)
        reached = np.zeros(len(self._citizens), dtype=bool)
        for territory in (need.territory_id, None):
            if territory in self._territories:
                reached[self._territories[territory]] = True
        return reached | self._people.remote if need.remote else reached


def _number(phrase: Phrase, numbers: dict[Phrase, int], by_value: dict[int, int]) -> int:
    """The number of a phrase; the same object is recognised without hashing its text again."""
    number = by_value.get(id(phrase))
    if number is None:
        number = by_value[id(phrase)] = numbers.setdefault(phrase, len(numbers))
    return number


def _largest(points: Ints, count: int) -> Bools:
    """Which of the points are the `count` largest; all that equal the least of these belong to them."""
    if len(points) <= count:
        return np.ones(len(points), dtype=bool)
    least = np.partition(points, len(points) - count)[len(points) - count]
    return np.asarray(points >= least)


def _positions(territories: Sequence[TerritoryId | None]) -> dict[TerritoryId | None, Ints]:
    found: dict[TerritoryId | None, list[int]] = defaultdict(list)
    for at, territory in enumerate(territories):
        found[territory].append(at)
    return {territory: np.array(at, dtype=np.int64) for territory, at in found.items()}
