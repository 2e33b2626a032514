"""The needs that fit each reader of a week's letters, in every territory where they have a profile."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.base.ids import CitizenId, GroupId, NeedId
from matchmaker.digests.loading.introductions import needs_settled
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import Fit, PlanningStopped, ReaderId
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Ranked
from matchmaker.places.models import Territory

CANDIDATES_EACH = 20
"""The best needs of each person, of which the run chooses."""


class RankedNeeds:
    """Each reader's needs, best first, in columns: a fifth of the room that as many values take."""

    def __init__(self, need_ids: Iterable[NeedId]) -> None:
        self._need_ids = list(need_ids)
        self._numbers = {need_id: number for number, need_id in enumerate(self._need_ids)}
        self._places: dict[ReaderId, int] = {}
        self._ends = array("q", [0])
        self._needs, self._totals = array("i"), array("d")

    def add(self, reader_id: ReaderId, ranking: Iterable[Ranked]) -> None:
        """Take the needs of one more reader."""
        for ranked in ranking:
            self._needs.append(self._numbers[ranked.need_id])
            self._totals.append(ranked.total)
        self._places[reader_id] = len(self._places)
        self._ends.append(len(self._needs))

    def of(self, reader_id: ReaderId) -> Iterator[Fit[ReaderId, NeedId]]:
        """A reader's needs, best first."""
        for at in self._span(reader_id):
            yield Fit(reader_id=reader_id, need_id=self._need_ids[self._needs[at]], score=self._totals[at])

    def total(self, reader_id: ReaderId, need_id: NeedId) -> float:
        """A reader's score for one of their needs."""
        span, number = self._span(reader_id), self._numbers[need_id]
        return self._totals[next(at for at in span if self._needs[at] == number)]

    def __iter__(self) -> Iterator[ReaderId]:
        return iter(self._places)

    def _span(self, reader_id: ReaderId) -> range:
        place = self._places.get(reader_id)
        return range(0) if place is None else range(self._ends[place], self._ends[place + 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The needs of each reader, best first, with the group of every need in reach.

    ``here`` are the ids of the territory's own open needs, ``hearers`` those of the citizens whose letters it is about,
    ``matches`` all that was chosen from. ``best_profile`` has who fits a need in several territories.
    """

    rows: RankedNeeds
    groups: Mapping[NeedId, GroupId]
    here: tuple[NeedId, ...]
    hearers: Sequence[CitizenId]
    matches: matching.TerritoryMatches
    readers: Mapping[ReaderId, Recipient]
    best_profile: Mapping[tuple[ReaderId, NeedId], CitizenId]

    def of(self, reader_id: ReaderId) -> Iterator[Fit[ReaderId, NeedId]]:
        """A reader's needs, best first."""
        return self.rows.of(reader_id)

    @property
    def pairs(self) -> Iterator[Fit[ReaderId, NeedId]]:
        """Every pair of a reader and a need."""
        return (fit for reader_id in self.rows for fit in self.of(reader_id))

    def profile_of(self, reader_id: ReaderId, need_id: NeedId) -> CitizenId:
        """The id of the citizen as whom a reader fits a need."""
        profiles = self.readers[reader_id].profiles
        return profiles[0].citizen_id if len(profiles) == 1 else self.best_profile[reader_id, need_id]

    def total(self, reader_id: ReaderId, need_id: NeedId) -> float:
        """A reader's score for one of their needs."""
        return self.rows.total(reader_id, need_id)


def rank(
    session: Session,
    territory: Territory,
    wanting: Mapping[ReaderId, Recipient],
    refused: Callable[[Set[ReaderId]], Mapping[ReaderId, frozenset[NeedId]]],
    *,
    now: datetime,
    going_on: Callable[[], bool] = lambda: True,
) -> Ranking:
    """The best needs of everybody who wants a letter; ``refused`` tells for some readers the needs not to tell them of.

    Raises PlanningStopped within a second or so of ``going_on`` saying no.
    """
    elsewhere = {profile.territory_id for person in wanting.values() for profile in person.profiles} - {
        territory.id
    }
    places = (territory, *(session.get_one(Territory, territory_id) for territory_id in sorted(elsewhere)))
    matches = [matching.territory_matches(session, place, now=now) for place in places]
    groups = {
        need.id: need.group_id
        for match in matches
        for batch in match.batches
        for need in batch.needs
        if need.group_id is not None
    }
    rows = RankedNeeds(groups)
    best_profile: dict[tuple[ReaderId, NeedId], CitizenId] = {}
    several: dict[ReaderId, list[Ranked]] = defaultdict(list)
    for place, match in zip(places, matches, strict=True):
        owners = dict(_profiles_in(place, wanting))
        not_told = _not_told(session, place, match, owners, refused)
        for citizen_id, ranking in match.ranked(session, owners, limit=CANDIDATES_EACH, refused=not_told):
            if not going_on():
                raise PlanningStopped
            owner = owners[citizen_id]
            if len(wanting[owner].profiles) == 1:
                rows.add(owner, ranking)
            else:
                several[owner] += ranking
    for owner, rankings in several.items():
        rows.add(owner, _best_of(owner, rankings, best_profile))
    return Ranking(
        rows=rows,
        groups=groups,
        here=_needs_here(matches[0], territory),
        hearers=tuple(citizen_id for citizen_id, _ in _profiles_in(territory, wanting)),
        matches=matches[0],
        readers=wanting,
        best_profile=best_profile,
    )


def _needs_here(matches: matching.TerritoryMatches, territory: Territory) -> tuple[NeedId, ...]:
    """The open needs of a territory itself, without those elsewhere that can be met from home."""
    needs = (need for batch in matches.batches for need in batch.needs)
    return tuple(need.id for need in needs if need.territory_id == territory.id)


def _profiles_in(
    territory: Territory, readers: Mapping[ReaderId, Recipient]
) -> Iterator[tuple[CitizenId, ReaderId]]:
    """The citizens of a territory among some readers' profiles, each with the reader."""
    for reader_id, person in readers.items():
        for profile in person.profiles:
            if profile.territory_id == territory.id:
                yield profile.citizen_id, reader_id


def _not_told(
    session: Session,
    place: Territory,
    match: matching.TerritoryMatches,
    owners: Mapping[CitizenId, ReaderId],
    refused: Callable[[Set[ReaderId]], Mapping[ReaderId, frozenset[NeedId]]],
) -> Callable[[Set[CitizenId]], Mapping[CitizenId, frozenset[NeedId]]]:
    """What tells for some citizens the needs that their owners are not to be told of, or that are settled."""
    needs = [need for batch in match.batches for need in batch.needs]
    settled = needs_settled(session, territory_id=place.id, needs=needs)

    def not_told(citizen_ids: Set[CitizenId]) -> dict[CitizenId, frozenset[NeedId]]:
        readers = refused({owners[citizen_id] for citizen_id in citizen_ids})
        return {
            citizen_id: readers.get(owners[citizen_id], frozenset())
            | settled.between.get(citizen_id, frozenset())
            | settled.closed
            for citizen_id in citizen_ids
        }

    return not_told


def _best_of(
    reader_id: ReaderId, ranking: Sequence[Ranked], best_profile: dict[tuple[ReaderId, NeedId], CitizenId]
) -> list[Ranked]:
    """One ranking of somebody with several profiles; as which of them they fit a need best is noted."""
    best: dict[NeedId, Ranked] = {}
    for ranked in ranking:
        if ranked.need_id not in best or ranked.total > best[ranked.need_id].total:
            best[ranked.need_id] = ranked
            best_profile[reader_id, ranked.need_id] = ranked.citizen_id
    return sorted(best.values(), key=lambda ranked: (-ranked.total, ranked.need_id))
