"""How far needs reach: who fits them by their skills, and which gates stand between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matchmaker.base.ids import NeedId
from matchmaker.matching.rules.gates import Gate, why_not
from matchmaker.matching.rules.index import MatchIndex
from matchmaker.matching.rules.score import Matcher
from matchmaker.matching.rules.values import CitizenProfile, NeedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many people who fit a need may be told of it, and how many may not, by the first gate that is shut."""

    need_id: NeedId
    eligible: int
    excluded: Mapping[Gate, int]

    @property
    def foremost(self) -> Gate | None:
        """The gate that excludes most, of equal ones the first that is asked; None when none excludes anybody."""
        return max(Gate, key=lambda gate: self.excluded.get(gate, 0)) if self.excluded else None

    def __add__(self, other: Reach) -> Reach:
        """The reach of the same need among two sets of people together."""
        return Reach(
            need_id=self.need_id,
            eligible=self.eligible + other.eligible,
            excluded=dict(Counter(self.excluded) + Counter(other.excluded)),
        )


def reaches(
    matcher: Matcher,
    needs: Iterable[NeedProfile],
    citizens: Sequence[CitizenProfile],
    *,
    least: float,
    today: date,
) -> tuple[Reach, ...]:
    """The reach of each need among the citizens whose score for it, gates aside, is at least ``least``, more than 0."""
    people = {citizen.id: citizen for citizen in citizens}
    index = MatchIndex(matcher, needs=(), citizens=citizens)
    found = []
    for need in needs:
        # Place and hours only take away from a score: whoever fits the need fits it without them.
        fitting = index.rank_citizens(_without_gates(need), today=today, limit=len(people))
        near = [people[one.citizen_id] for one in fitting if one.total >= least]
        counts = Counter(
            why_not(need, citizen, today) for citizen in near if matcher.score(need, citizen).total >= least
        )
        excluded = {gate: counts[gate] for gate in Gate if counts[gate]}
        found.append(Reach(need_id=need.id, eligible=counts[None], excluded=excluded))
    return tuple(found)


def _without_gates(need: NeedProfile) -> NeedProfile:
    """What a need asks for, said so that no gate can be shut: nobody has refused the need 0, which is no row's."""
    return replace(
        need,
        id=NeedId(0),
        territory_id=None,
        group_id=None,
        place=None,
        hours=None,
        until=None,
        places_left=None,
        open=True,
        languages=None,
        refused_citizen_ids=frozenset(),
    )
