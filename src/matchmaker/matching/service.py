"""Who could help with what, and why: the engine over the rows of the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.citizens.models import Citizen, SignUp
from matchmaker.citizens.rules import RADII_KM
from matchmaker.groups.models import Need
from matchmaker.groups.queries import local_day
from matchmaker.matching.loading import (
    citizen_profile,
    citizen_profiles,
    need_profile,
    need_profiles,
    phrasebook,
    sign_up_profile,
)
from matchmaker.matching.rules import (
    Change,
    ChangeKind,
    CitizenProfile,
    Gate,
    Match,
    Matcher,
    MatchIndex,
    NeedProfile,
    Ranked,
    distance_km,
    why_not,
)

__all__ = [
    "LEAST_TOTAL",
    "Explanation",
    "TerritoryMatches",
    "advice",
    "citizen_profile",
    "citizen_profiles",
    "citizens_for_need",
    "explain",
    "matcher",
    "matches_for_citizen",
    "matches_for_sign_up",
    "need_profile",
    "need_profiles",
    "needs_without_match",
    "sign_up_profile",
    "territory_matches",
]

LEAST_TOTAL = 20.0
"""Matches below this total, of 100, are not shown to anybody: they share a word or a distant relation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How one citizen and one need stand: the gate that is shut, if one is, and the score all the same."""

    gate: Gate | None
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryMatches:
    """Everything that ranks in one territory on one day: its citizens, and the open needs within their reach."""

    matcher: Matcher
    needs: tuple[NeedProfile, ...]
    citizens: tuple[CitizenProfile, ...]
    today: date

    def ranked(self, citizens: Iterable[CitizenProfile], *, limit: int) -> dict[str, tuple[Ranked, ...]]:
        """The needs worth showing to each of ``citizens``, best first, by the citizen's id."""
        run = MatchIndex(self.matcher, needs=self.needs, citizens=citizens).run(today=self.today, limit=limit)
        return {
            citizen_id: tuple(one for one in ranking if one.total >= LEAST_TOTAL)
            for citizen_id, ranking in run.by_citizen.items()
        }


def matcher(session: Session) -> Matcher:
    """The judge of the vocabulary in force, built once a process."""
    return phrasebook(session).matcher


def matches_for_citizen(
    session: Session, citizen: Citizen, *, now: datetime, limit: int = 20
) -> tuple[Match, ...]:
    """The open needs that a citizen could help with, best first; never those of their own groups."""
    return _needs_for(session, citizen_profile(session, citizen.id), citizen.territory, now, limit)


def matches_for_sign_up(
    session: Session, sign_up: SignUp, *, language: str, now: datetime, limit: int = 20
) -> tuple[Match, ...]:
    """The open needs that fit the answers given so far, before there is any account."""
    profile = sign_up_profile(session, sign_up, language=language)
    return _needs_for(session, profile, sign_up.territory, now, limit)


def citizens_for_need(session: Session, need: Need, *, now: datetime, limit: int = 20) -> tuple[Match, ...]:
    """The citizens who could help with a need, best first; none when it is not open."""
    people = citizen_profiles(session, need.territory_id, remote_elsewhere=need.remote)
    found = MatchIndex(matcher(session), needs=(), citizens=people).citizens_for(
        need_profile(session, need.id), today=local_day(now, need.group.territory.time_zone), limit=limit
    )
    return _worth_showing(found)


def explain(session: Session, need: Need, *, citizen_id: int, now: datetime) -> Explanation:
    """Why a citizen is, or is not, proposed for a need; raises LookupError when there is no such citizen."""
    asked = need_profile(session, need.id)
    citizen = citizen_profile(session, citizen_id)
    today = local_day(now, need.group.territory.time_zone)
    return Explanation(gate=why_not(asked, citizen, today), match=matcher(session).score(asked, citizen))


def territory_matches(session: Session, territory: Territory, *, now: datetime) -> TerritoryMatches:
    """What ranks in a territory, in a fixed number of queries."""
    return TerritoryMatches(
        matcher=matcher(session),
        needs=need_profiles(session, territory.id, now=now, remote_elsewhere=True),
        citizens=citizen_profiles(session, territory.id),
        today=local_day(now, territory.time_zone),
    )


def needs_without_match(session: Session, territory: Territory, *, now: datetime) -> tuple[int, ...]:
    """The ids of a territory's open needs that fit nobody in it."""
    needs = need_profiles(session, territory.id, now=now)
    people = citizen_profiles(session, territory.id)
    run = MatchIndex(matcher(session), needs=needs, citizens=people).run(
        today=local_day(now, territory.time_zone), limit=1
    )
    return tuple(
        int(need.id) for need in needs if not any(one.total >= LEAST_TOTAL for one in run.by_need[need.id])
    )


def advice(
    session: Session, profile: CitizenProfile, territory: Territory, *, now: datetime, limit: int = 3
) -> tuple[Change, ...]:
    """What a citizen could change to fit an open need of the territory, what gains most first; each change once.

    A need that is too far, or asks for too much time, gives the radius or the hours that would reach it.
    """
    judge = matcher(session)
    today = local_day(now, territory.time_zone)
    best: dict[tuple[ChangeKind, str | float | None], Change] = {}
    for need in need_profiles(session, territory.id, now=now):
        change = _change_towards(judge, need, profile, today)
        if change is not None:
            key = (change.kind, change.wanted or change.amount)
            if key not in best or best[key].gain < change.gain:
                best[key] = change
    return tuple(sorted(best.values(), key=lambda change: (-change.gain, str(change.wanted)))[:limit])


def _change_towards(judge: Matcher, need: NeedProfile, profile: CitizenProfile, today: date) -> Change | None:
    gate = why_not(need, profile, today)
    if gate not in {None, Gate.PLACE, Gate.TIME}:
        return None
    match = judge.score(need, profile)
    if gate is None:
        return match.best_change if match.total < LEAST_TOTAL else None
    if match.total < LEAST_TOTAL:
        return None
    if gate is Gate.TIME:
        return Change(kind=ChangeKind.MORE_HOURS, wanted=None, amount=need.hours, gain=match.total)
    if need.place is None or profile.place is None:
        return None
    away = distance_km(need.place, profile.place)
    radius = next((radius for radius in RADII_KM if radius > away), None)
    if radius is None:
        return None
    return Change(kind=ChangeKind.WIDEN_RADIUS, wanted=None, amount=radius, gain=match.total)


def _needs_for(
    session: Session, profile: CitizenProfile, territory: Territory, now: datetime, limit: int
) -> tuple[Match, ...]:
    needs = need_profiles(session, territory.id, now=now, remote_elsewhere=bool(profile.remote))
    found = MatchIndex(matcher(session), needs=needs, citizens=()).needs_for(
        profile, today=local_day(now, territory.time_zone), limit=limit
    )
    return _worth_showing(found)


def _worth_showing(found: tuple[Match, ...]) -> tuple[Match, ...]:
    return tuple(match for match in found if match.total >= LEAST_TOTAL)
