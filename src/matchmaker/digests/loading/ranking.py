"""The needs that fit each reader of a week's letters, in every territory where they have a profile."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.digests.loading.waiting import needs_settled
from matchmaker.digests.queries import Recipient
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Ranked

CANDIDATES_EACH = 20
"""The best needs of each person, of which the run chooses."""


class PlanningStopped(Exception):
    """The process was asked to end, and leaves the choice to another."""


class Row(NamedTuple):
    """One reader's needs, best first, in a fifth of the room that as many values take."""

    need_ids: tuple[str, ...]
    totals: array[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The needs of each reader, best first, with the group of every need in reach.

    ``here`` are the ids of the territory's own open needs, ``hearers`` those of the citizens whose letters it is about,
    ``matches`` all that was chosen from.
    """

    rows: Mapping[str, Row]
    groups: Mapping[str, str]
    here: tuple[int, ...]
    hearers: frozenset[str]
    matches: matching.TerritoryMatches
    only_profile: Mapping[str, int]
    best_profile: Mapping[tuple[str, str], int]

    def of(self, reader_id: str) -> Iterator[Ranked]:
        """A reader's needs, best first; the citizen of each is named by the reader's id."""
        row = self.rows.get(reader_id)
        if row is not None:
            for need_id, total in zip(row.need_ids, row.totals, strict=True):
                yield Ranked(need_id=need_id, citizen_id=reader_id, total=total)

    @property
    def pairs(self) -> Iterator[Ranked]:
        """Every pair of a reader and a need."""
        return (one for reader_id in self.rows for one in self.of(reader_id))

    def profile_of(self, reader_id: str, need_id: str) -> int:
        """The id of the citizen as whom a reader fits a need."""
        only = self.only_profile.get(reader_id)
        return self.best_profile[reader_id, need_id] if only is None else only

    def totals(self, reader_id: str) -> dict[str, float]:
        """A reader's scores, by the need's id."""
        return {one.need_id: one.total for one in self.of(reader_id)}


def rank(
    session: Session,
    territory: Territory,
    wanting: Mapping[str, Recipient],
    refused: Mapping[str, frozenset[str]],
    *,
    now: datetime,
    going_on: Callable[[], bool] = lambda: True,
) -> Ranking:
    """The best needs of everybody who wants a letter; ``refused`` are needs that a reader is not to be told of.

    Raises PlanningStopped within a second or so of ``going_on`` saying no.
    """
    owners = {
        (str(profile.citizen_id), profile.territory_id): reader_id
        for reader_id, one in wanting.items()
        for profile in one.profiles
    }
    elsewhere = {territory_id for _, territory_id in owners} - {territory.id}
    places = (territory, *(session.get_one(Territory, one) for one in sorted(elsewhere)))
    found: dict[str, Row] = {}
    several: dict[str, list[Ranked]] = defaultdict(list)
    groups: dict[str, str] = {}
    only = {
        reader_id: one.profiles[0].citizen_id for reader_id, one in wanting.items() if len(one.profiles) == 1
    }
    here = matching.territory_matches(session, territory, now=now)
    for place in places:
        match = here if place is territory else matching.territory_matches(session, place, now=now)
        mine = {citizen_id: owner for (citizen_id, of), owner in owners.items() if of == place.id}
        needs = [need for docket in match.dockets for need in docket.needs]
        groups |= {need.id: need.group_id or "" for need in needs}
        settled = needs_settled(session, territory_id=place.id, needs=needs)
        unwanted = {
            citizen_id: refused.get(owner, frozenset())
            | settled.between.get(citizen_id, frozenset())
            | settled.closed
            for citizen_id, owner in mine.items()
        }
        for citizen_id, ranking in match.ranked(session, mine, limit=CANDIDATES_EACH, refused=unwanted):
            if not going_on():
                raise PlanningStopped
            owner = mine[citizen_id]
            if owner in only:
                found[owner] = _row(ranking)
            else:
                several[owner] += ranking
    best_profile: dict[tuple[str, str], int] = {}
    for owner, rankings in several.items():
        found[owner] = _best_of(owner, rankings, best_profile)
    return Ranking(
        rows=found,
        groups=groups,
        here=tuple(
            int(need.id)
            for docket in here.dockets
            for need in docket.needs
            if need.territory_id == str(territory.id)
        ),
        hearers=frozenset(citizen_id for citizen_id, of in owners if of == territory.id),
        matches=here,
        only_profile=only,
        best_profile=best_profile,
    )


def _best_of(reader_id: str, ranking: Sequence[Ranked], best_profile: dict[tuple[str, str], int]) -> Row:
    """One ranking of somebody with several profiles; as which of them they fit a need best is noted."""
    best: dict[str, Ranked] = {}
    for one in ranking:
        if one.need_id not in best or one.total > best[one.need_id].total:
            best[one.need_id] = one
            best_profile[reader_id, one.need_id] = int(one.citizen_id)
    return _row(sorted(best.values(), key=lambda one: (-one.total, one.need_id)))


def _row(ranking: Sequence[Ranked]) -> Row:
    return Row(tuple(one.need_id for one in ranking), array("d", (one.total for one in ranking)))
