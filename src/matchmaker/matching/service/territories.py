"""Everything that ranks in one territory on one day: for the weekly letter and for the desk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.groups.queries import local_day
from matchmaker.matching.loading import Docket, citizen_profiles, open_dockets
from matchmaker.matching.rules import CitizenProfile, Match, MatchIndex, NeedProfile, Ranked
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

    def ranked(self, citizen_ids: Collection[str], *, limit: int) -> dict[str, tuple[Ranked, ...]]:
        """The needs worth showing to each of some citizens, best first, by the citizen's id."""
        places = [self._places[citizen_id] for citizen_id in citizen_ids]
        found: dict[str, list[Ranked]] = {citizen_id: [] for citizen_id in citizen_ids}
        for hearing in self.hearings:
            people = [hearing.citizens[place] for place in places]
            matcher = hearing.docket.book.matcher
            run = MatchIndex(matcher, needs=hearing.docket.needs, citizens=people).run(
                today=self.today, limit=limit
            )
            for citizen_id, ranking in run.by_citizen.items():
                found[citizen_id] += [one for one in ranking if one.total >= LEAST_TOTAL]
        return {
            citizen_id: tuple(sorted(ranking, key=lambda one: (-one.total, one.need_id))[:limit])
            for citizen_id, ranking in found.items()
        }

    def match(self, *, need_id: str, citizen_id: str) -> Match:
        """One place in a ranking, with its reasons."""
        hearing, need = self._needs[need_id]
        citizen = hearing.citizens[self._places[citizen_id]]
        return hearing.docket.book.matcher.score(need, citizen)

    @cached_property
    def _needs(self) -> dict[str, tuple[Hearing, NeedProfile]]:
        return {need.id: (hearing, need) for hearing in self.hearings for need in hearing.docket.needs}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {citizen_id: place for place, citizen_id in enumerate(self.citizen_ids)}


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
