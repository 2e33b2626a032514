"""Ranking in both directions from one index, touching only what shares something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaker.catalogue.rules import Phrase
from matchmaker.matching.rules.crowd import Asked, Crowd, Totals
from matchmaker.matching.rules.gates import why_not
from matchmaker.matching.rules.offers import Offers, Rows
from matchmaker.matching.rules.people import People
from matchmaker.matching.rules.score import Matcher
from matchmaker.matching.rules.top import Best, id_ranks
from matchmaker.matching.rules.values import CitizenProfile, Match, NeedProfile, Ranked

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole run: for each need its citizens, for each citizen their needs, best first."""

    by_need: Mapping[str, tuple[Ranked, ...]]
    by_citizen: Mapping[str, tuple[Ranked, ...]]


class MatchIndex:
    """Needs and citizens, inverted by distinct phrase. It does not change: build another one when they do."""

    def __init__(
        self, matcher: Matcher, *, needs: Iterable[NeedProfile], citizens: Iterable[CitizenProfile]
    ) -> None:
        self._matcher = matcher
        self._needs = {need.id: need for need in needs}
        self._citizens = {citizen.id: citizen for citizen in citizens}
        people = list(self._citizens.values())
        self._people = People(people)
        self._ranks = id_ranks(self._people.ids)
        phrases: dict[Phrase, int] = {}
        by_value: dict[int, int] = {}
        held = [_number(phrase, phrases, by_value) for one in people for phrase in one.phrases]
        self._held = np.array(held, dtype=np.int32)
        lengths = np.array([len(one.phrases) for one in people], dtype=np.int64)
        self._held_starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        self._offers = Offers(matcher, phrases)
        self._everyone = self._crowd(np.arange(len(people)))
        self._territories = _positions([one.territory_id for one in people])

    def citizens_for(self, need: str | NeedProfile, *, today: date, limit: int = 20) -> tuple[Match, ...]:
        """The best citizens for a need: gates applied, totals above 0, ties by id.

        The need is the id of an indexed one (else KeyError) or any value.
        """
        asking = self._needs[need] if isinstance(need, str) else need
        found = self.rank_citizens(asking, today=today, limit=limit)
        return tuple(self._matcher.score(asking, self._citizens[one.citizen_id]) for one in found)

    def rank_citizens(self, need: NeedProfile, *, today: date, limit: int = 20) -> tuple[Ranked, ...]:
        """As `citizens_for`, without reasons."""
        reached = self._in_reach(need)
        crowd = self._everyone if reached.all() else self._crowd(np.flatnonzero(reached))
        (totals,) = self._totals(crowd, [need], today)
        best = Best([need.id], self._people.ids, self._ranks, limit, needs=True)
        best.add_row(0, crowd.members[totals.members], totals.values)
        return best[need.id]

    def needs_for(self, citizen: str | CitizenProfile, *, today: date, limit: int = 20) -> tuple[Match, ...]:
        """The best needs for a citizen, who may be a value that no index knows yet; as `citizens_for`."""
        offering = self._citizens[citizen] if isinstance(citizen, str) else citizen
        possible = [need for need in self._needs.values() if why_not(need, offering, today) is None]
        alone = MatchIndex(self._matcher, needs=(), citizens=(offering,))
        found = [
            (-int(totals.values[0]), need.id)
            for need, totals in zip(possible, alone._totals(alone._everyone, possible, today), strict=True)
            if len(totals.values)
        ]
        return tuple(
            self._matcher.score(self._needs[need_id], offering) for _, need_id in sorted(found)[:limit]
        )

    def run(self, *, today: date, limit: int = 20) -> Run:
        """Both directions for everyone, without reasons."""
        needs = list(self._needs.values())
        need_ids = [need.id for need in needs]
        by_need = Best(need_ids, self._people.ids, self._ranks, limit, needs=True)
        by_citizen = Best(self._people.ids, need_ids, id_ranks(need_ids), limit, needs=False)
        together: dict[tuple[str | None, bool], list[int]] = defaultdict(list)
        for number, need in enumerate(needs):
            together[need.territory_id, bool(need.remote)].append(number)
        asked, strengths, fields = self._prepared(needs)
        for numbers in together.values():
            reached = self._in_reach(needs[numbers[0]])
            crowd = self._everyone if reached.all() else self._crowd(np.flatnonzero(reached))
            block = [asked[number] for number in numbers]
            found = crowd.totals(block, strengths, fields, today, self._matcher.weights)
            for number, totals in zip(numbers, found, strict=True):
                members = crowd.members[totals.members]
                by_need.add_row(number, members, totals.values)
                by_citizen.add_column(members, number, totals.values)
        return Run(by_need=by_need, by_citizen=by_citizen)

    def _totals(self, crowd: Crowd, needs: Sequence[NeedProfile], today: date) -> Iterator[Totals]:
        asked, strengths, fields = self._prepared(needs)
        return crowd.totals(asked, strengths, fields, today, self._matcher.weights)

    def _prepared(self, needs: Sequence[NeedProfile]) -> tuple[list[Asked], Rows, Rows]:
        """The needs by rows of strengths: each distinct phrase is compared with the offers once."""
        rows: dict[Phrase, int] = {}
        by_value: dict[int, int] = {}
        asked = [
            Asked(
                need=need,
                title=_number(need.title, rows, by_value),
                wanted=tuple(_number(wanted.phrase, rows, by_value) for wanted in need.wanted),
                share=self._matcher.shares(need),
            )
            for need in needs
        ]
        titles = {one.title for one in asked}
        phrases = list(rows)
        fields = self._offers.in_field(
            [phrase if at in titles else None for at, phrase in enumerate(phrases)]
        )
        return asked, self._offers.covering(phrases), fields

    def _crowd(self, members: Ints) -> Crowd:
        return Crowd(self._people, members, self._held, self._held_starts)

    def _in_reach(self, need: NeedProfile) -> NDArray[np.bool_]:
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


def _positions(territories: Sequence[str | None]) -> dict[str | None, Ints]:
    found: dict[str | None, list[int]] = defaultdict(list)
    for at, territory in enumerate(territories):
        found[territory].append(at)
    return {territory: np.array(at, dtype=np.int64) for territory, at in found.items()}
