"""Everything that ranks in one territory on one day: for the weekly letter and for the desk."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.loading import (
    NeedBatch,
    citizen_profiles,
    citizens_as_read,
    days_of_territories,
    need_batches,
    open_need_batches,
)
from matchmaker.matching.rules import WEIGHTS, CitizenProfile, Match, MatchIndex, Ranked, Weights, why_not
from matchmaker.matching.service.lists import LEAST_TOTAL
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day

PEOPLE_AT_ONCE = 1_000
"""Citizens that are read and ranked at once: it bounds memory whatever the size of a territory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryMatches:
    """What ranks in one territory on one day: the open needs within its citizens' reach, by the books that read them."""

    batches: tuple[NeedBatch, ...]
    today: date

    def ranked(
        self,
        session: Session,
        citizen_ids: Iterable[CitizenId],
        *,
        limit: int,
        refused: Callable[[Set[CitizenId]], Mapping[CitizenId, frozenset[NeedId]]] = lambda _: {},
        weights: Weights = WEIGHTS,
    ) -> Iterator[tuple[CitizenId, tuple[Ranked, ...]]]:
        """Each of some citizens by id with the needs worth showing to them, best first.

        ``refused`` tells the ids of needs that citizens are not to be shown; it is asked for a thousand at a time. The
        number of queries grows by a few for every thousand citizens, and memory not at all.
        """
        matchers = [batch.book.judge(weights) for batch in self.batches]
        for readings in self.readings(session, citizen_ids):
            found: dict[CitizenId, list[Ranked]] = {citizen.id: [] for citizen in readings[0]}
            unwanted = refused(found.keys())
            for matcher, batch, citizens in zip(matchers, self.batches, readings, strict=True):
                people = [
                    replace(
                        citizen,
                        refused_need_ids=citizen.refused_need_ids | unwanted.get(citizen.id, frozenset()),
                    )
                    for citizen in citizens
                ]
                run = MatchIndex(matcher, needs=batch.needs, citizens=people).run(
                    today=self.today, limit=limit
                )
                for citizen_id, ranking in run.by_citizen.items():
                    found[citizen_id] += [ranked for ranked in ranking if ranked.total >= LEAST_TOTAL]
            for citizen_id, several in found.items():
                yield (
                    citizen_id,
                    tuple(sorted(several, key=lambda ranked: (-ranked.total, ranked.need_id))[:limit]),
                )

    def readings(
        self, session: Session, citizen_ids: Iterable[CitizenId]
    ) -> Iterator[tuple[tuple[CitizenProfile, ...], ...]]:
        """Some citizens as the book of each batch reads them, PEOPLE_AT_ONCE at a time."""
        numbers = sorted(citizen_ids)
        books = [batch.book for batch in self.batches]
        for start in range(0, len(numbers), PEOPLE_AT_ONCE):
            yield citizens_as_read(session, numbers[start : start + PEOPLE_AT_ONCE], books=books)


def matches_of(
    session: Session, pairs: Collection[tuple[NeedId, CitizenId]], *, now: datetime
) -> dict[tuple[NeedId, CitizenId], Match]:
    """The matches of some pairs of a need's and a citizen's id, in a fixed number of queries.

    A pair of which one is gone, or between which a gate has shut, is not among them. There are at most some hundred pairs.
    """
    found: dict[tuple[NeedId, CitizenId], Match] = {}
    days = days_of_territories(session, now=now)
    known = need_batches(session, {need_id for need_id, _ in pairs})
    readings = citizens_as_read(
        session, {citizen_id for _, citizen_id in pairs}, books=[batch.book for batch in known]
    )
    for batch, citizens in zip(known, readings, strict=True):
        needs = {need.id: need for need in batch.needs}
        people = {citizen.id: citizen for citizen in citizens}
        for need_id, citizen_id in pairs:
            need, citizen = needs.get(need_id), people.get(citizen_id)
            if need is None or citizen is None or need.territory_id is None:
                continue
            if why_not(need, citizen, days[need.territory_id]) is None:
                found[need_id, citizen_id] = batch.book.matcher.score(need, citizen)
    return found


def territory_matches(session: Session, territory: Territory, *, now: datetime) -> TerritoryMatches:
    """What ranks in a territory, in a fixed number of queries."""
    return TerritoryMatches(
        batches=open_need_batches(session, territory.id, now=now, remote_elsewhere=True),
        today=local_day(now, territory.time_zone),
    )


def needs_without_match(session: Session, territory: Territory, *, now: datetime) -> tuple[int, ...]:
    """The ids of a territory's open needs that fit nobody in it."""
    (batch,) = open_need_batches(session, territory.id, now=now)
    (people,) = citizen_profiles(session, territory.id, books=[batch.book])
    run = MatchIndex(batch.book.matcher, needs=batch.needs, citizens=people).run(
        today=local_day(now, territory.time_zone), limit=1
    )
    return tuple(
        need.id
        for need in batch.needs
        if not any(ranked.total >= LEAST_TOTAL for ranked in run.by_need[need.id])
    )
