"""Everything that ranks in one territory on one day: for the weekly letter and for the desk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.groups.queries import local_day
from matchmaker.matching.loading import Docket, citizen_profiles, citizens_as_read, dockets, open_dockets
from matchmaker.matching.rules import WEIGHTS, CitizenProfile, Match, MatchIndex, Ranked, Weights
from matchmaker.matching.service.lists import LEAST_TOTAL


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """The needs of one docket, and the citizens of a territory as its book reads them."""

    docket: Docket
    citizens: tuple[CitizenProfile, ...]


@dataclass(frozen=True, kw_only=True)
class TerritoryMatches:
    """What ranks in one territory on one day: its citizens, and the open needs within their reach."""

    hearings: tuple[Hearing, ...]
    today: date

    @property
    def citizen_ids(self) -> tuple[str, ...]:
        """The citizens in the order of their numbers."""
        return tuple(citizen.id for citizen in self.hearings[0].citizens)

    def ranked(
        self,
        citizen_ids: Collection[str],
        *,
        limit: int,
        refused: Mapping[str, frozenset[str]] = MappingProxyType({}),
        weights: Weights = WEIGHTS,
    ) -> dict[str, tuple[Ranked, ...]]:
        """The needs worth showing to each of some citizens, best first, by the citizen's id.

        ``refused`` are the ids of needs that a citizen is not to be shown.
        """
        found: dict[str, list[Ranked]] = {citizen_id: [] for citizen_id in citizen_ids}
        for hearing in self.hearings:
            people = [
                replace(
                    citizen,
                    refused_need_ids=citizen.refused_need_ids | refused.get(citizen.id, frozenset()),
                )
                for citizen in hearing.citizens
                if citizen.id in found
            ]
            matcher = hearing.docket.book.judge(weights)
            run = MatchIndex(matcher, needs=hearing.docket.needs, citizens=people).run(
                today=self.today, limit=limit
            )
            for citizen_id, ranking in run.by_citizen.items():
                found[citizen_id] += [one for one in ranking if one.total >= LEAST_TOTAL]
        return {
            citizen_id: tuple(sorted(ranking, key=lambda one: (-one.total, one.need_id))[:limit])
            for citizen_id, ranking in found.items()
        }


def matches_of(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], Match]:
    """The matches of some pairs of a need's and a citizen's id, in a fixed number of queries.

    A pair of which one is gone is not among them. There are at most some hundred pairs.
    """
    found: dict[tuple[int, int], Match] = {}
    known = dockets(session, {need_id for need_id, _ in pairs})
    readings = citizens_as_read(
        session, {citizen_id for _, citizen_id in pairs}, books=[docket.book for docket in known]
    )
    for docket, citizens in zip(known, readings, strict=True):
        needs = {int(need.id): need for need in docket.needs}
        people = {int(citizen.id): citizen for citizen in citizens}
        for need_id, citizen_id in pairs:
            if need_id in needs and citizen_id in people:
                found[need_id, citizen_id] = docket.book.matcher.score(needs[need_id], people[citizen_id])
    return found


def territory_matches(session: Session, territory: Territory, *, now: datetime) -> TerritoryMatches:
    """What ranks in a territory, in a fixed number of queries."""
    dockets = open_dockets(session, territory.id, now=now, remote_elsewhere=True)
    readings = citizen_profiles(session, territory.id, books=[docket.book for docket in dockets])
    return TerritoryMatches(
        hearings=tuple(
            Hearing(docket=docket, citizens=citizens)
            for docket, citizens in zip(dockets, readings, strict=True)
        ),
        today=local_day(now, territory.time_zone),
    )


def needs_without_match(session: Session, territory: Territory, *, now: datetime) -> tuple[int, ...]:
    """The ids of a territory's open needs that fit nobody in it."""
    (docket,) = open_dockets(session, territory.id, now=now)
    (people,) = citizen_profiles(session, territory.id, books=[docket.book])
    run = MatchIndex(docket.book.matcher, needs=docket.needs, citizens=people).run(
        today=local_day(now, territory.time_zone), limit=1
    )
    return tuple(
        int(need.id)
        for need in docket.needs
        if not any(one.total >= LEAST_TOTAL for one in run.by_need[need.id])
    )
