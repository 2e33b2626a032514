"""The needs that fit each reader of a week's letters, in every territory where they have a profile."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.digests.loading.introductions import needs_settled
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import PlanningStopped
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Ranked
from matchmaker.places.models import Territory

CANDIDATES_EACH = 20
"""The best needs of each person, of which the run chooses."""


class RankedNeeds:
    """Each reader's needs, best first, in columns: a fifth of the room that as many values take."""

    def __init__(self, need_ids: Iterable[str]) -> None:
        self._need_ids = list(need_ids)
        self._numbers = {need_id: number for number, need_id in enumerate(self._need_ids)}
        self._places: dict[str, int] = {}
        self._ends = array("q", [0])
        self._needs, self._totals = array("i"), array("d")

    def add(self, reader_id: str, ranking: Iterable[Ranked]) -> None:
        """Take the needs of one more reader."""
        for one in ranking:
            self._needs.append(self._numbers[one.need_id])
            self._totals.append(one.total)
        self._places[reader_id] = len(self._places)
        self._ends.append(len(self._needs))

    def of(self, reader_id: str) -> Iterator[Ranked]:
        """A reader's needs, best first; the citizen of each is named by the reader's id."""
        for at in self._span(reader_id):
            yield Ranked(
                need_id=self._need_ids[self._needs[at]], citizen_id=reader_id, total=self._totals[at]
            )

    def total(self, reader_id: str, need_id: str) -> float:
        """A reader's score for one of their needs."""
        span, number = self._span(reader_id), self._numbers[need_id]
        return self._totals[next(at for at in span if self._needs[at] == number)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def _span(self, reader_id: str) -> range:
        place = self._places.get(reader_id)
        return range(0) if place is None else range(self._ends[place], self._ends[place + 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The needs of each reader, best first, with the group of every need in reach.

    ``here`` are the ids of the territory's own open needs, ``hearers`` those of the citizens whose letters it is about,
    ``matches`` all that was chosen from. ``best_profile`` has who fits a need in several territories.
    """

    rows: RankedNeeds
    groups: Mapping[str, str]
    here: tuple[int, ...]
    hearers: Sequence[int]
    matches: matching.TerritoryMatches
    readers: Mapping[str, Recipient]
    best_profile: Mapping[tuple[str, str], int]

    def of(self, reader_id: str) -> Iterator[Ranked]:
        """A reader's needs, best first; the citizen of each is named by the reader's id."""
        return self.rows.of(reader_id)

    @property
    def pairs(self) -> Iterator[Ranked]:
        """Every pair of a reader and a need."""
        return (one for reader_id in self.rows for one in self.of(reader_id))

    def profile_of(self, reader_id: str, need_id: str) -> int:
        """The id of the citizen as whom a reader fits a need."""
        profiles = self.readers[reader_id].profiles
        return profiles[0].citizen_id if len(profiles) == 1 else self.best_profile[reader_id, need_id]

    def total(self, reader_id: str, need_id: str) -> float:
        """A reader's score for one of their needs."""
        return self.rows.total(reader_id, need_id)


def rank(
    session: Session,
    territory: Territory,
    wanting: Mapping[str, Recipient],
    refused: Callable[[Set[str]], Mapping[str, frozenset[str]]],
    *,
    now: datetime,
    going_on: Callable[[], bool] = lambda: True,
) -> Ranking:
    """The best needs of everybody who wants a letter; ``refused`` tells for some readers the needs not to tell them of.

    Raises PlanningStopped within a second or so of ``going_on`` saying no.
    """
    elsewhere = {profile.territory_id for one in wanting.values() for profile in one.profiles} - {
        territory.id
    }
    places = (territory, *(session.get_one(Territory, one) for one in sorted(elsewhere)))
    matches = [matching.territory_matches(session, place, now=now) for place in places]
    groups = {
        need.id: need.group_id or "" for match in matches for batch in match.batches for need in batch.needs
    }
    rows = RankedNeeds(groups)
    best_profile: dict[tuple[str, str], int] = {}
    several: dict[str, list[Ranked]] = defaultdict(list)
    for place, match in zip(places, matches, strict=True):
        owners = {str(citizen_id): reader_id for citizen_id, reader_id in _profiles_in(place, wanting)}
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
        hearers=array("q", (citizen_id for citizen_id, _ in _profiles_in(territory, wanting))),
        matches=matches[0],
        readers=wanting,
        best_profile=best_profile,
    )


def _needs_here(matches: matching.TerritoryMatches, territory: Territory) -> tuple[int, ...]:
    """The open needs of a territory itself, without those elsewhere that can be met from home."""
    needs = (need for batch in matches.batches for need in batch.needs)
    return tuple(int(need.id) for need in needs if need.territory_id == str(territory.id))


def _profiles_in(territory: Territory, readers: Mapping[str, Recipient]) -> Iterator[tuple[int, str]]:
    """The citizens of a territory among some readers' profiles, each with the reader."""
    for reader_id, person in readers.items():
        for profile in person.profiles:
            if profile.territory_id == territory.id:
                yield profile.citizen_id, reader_id


def _not_told(
    session: Session,
    place: Territory,
    match: matching.TerritoryMatches,
    owners: Mapping[str, str],
    refused: Callable[[Set[str]], Mapping[str, frozenset[str]]],
) -> Callable[[Set[str]], Mapping[str, frozenset[str]]]:
    """What tells for some citizens the needs that their owners are not to be told of, or that are settled."""
    needs = [need for batch in match.batches for need in batch.needs]
    settled = needs_settled(session, territory_id=place.id, needs=needs)

    def not_told(citizen_ids: Set[str]) -> dict[str, frozenset[str]]:
        readers = refused({owners[one] for one in citizen_ids})
        return {
            one: readers.get(owners[one], frozenset())
            | settled.between.get(one, frozenset())
            | settled.closed
            for one in citizen_ids
        }

    return not_told


def _best_of(
    reader_id: str, ranking: Sequence[Ranked], best_profile: dict[tuple[str, str], int]
) -> list[Ranked]:
    """One ranking of somebody with several profiles; as which of them they fit a need best is noted."""
    best: dict[str, Ranked] = {}
    for one in ranking:
        if one.need_id not in best or one.total > best[one.need_id].total:
            best[one.need_id] = one
            best_profile[reader_id, one.need_id] = int(one.citizen_id)
    return sorted(best.values(), key=lambda one: (-one.total, one.need_id))
