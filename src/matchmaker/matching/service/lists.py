"""Who could help with what, and why, for one person or one need at the moment of a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaker.citizens.models import Citizen, SignUp
from matchmaker.citizens.rules import RADII_KM
from matchmaker.groups.models import Need
from matchmaker.matching.loading import (
    Phrasebook,
    citizen_as_read,
    citizen_profiles,
    judged_need,
    open_need_batches,
    phrasebook,
    sign_up_as_read,
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
    hours_that_reach,
    travelled_km,
    why_not,
)
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day
from matchmaker.vocabulary.rules import Phrase

ReadBy = Callable[[Sequence[Phrasebook]], Sequence[CitizenProfile]]
"""Gives one person as each of some phrasebooks reads them."""

LEAST_TOTAL = 20.0
"""Matches below this total, of 100, are not shown to anybody: they share a word or a distant relation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How one citizen and one need stand: the gate that is shut, if one is, and the score all the same."""

    gate: Gate | None
    match: Match


def matcher(session: Session, territory_id: int) -> Matcher:
    """The judge of a territory, by the vocabulary in force and its own verdicts: built once a process for both."""
    return phrasebook(session, territory_id).matcher


def understood(
    session: Session, texts: Iterable[tuple[str, str]], *, territory_id: int
) -> Mapping[tuple[str, str], Phrase]:
    """What a territory understands by (text, language) pairs that people typed and chose no concept for."""
    written = [(text, language, None) for text, language in texts]
    found = phrasebook(session, territory_id).phrases(session, written)
    return {(text, language): phrase for (text, language, _), phrase in found.items()}


def matches_for_citizen(
    session: Session, citizen: Citizen, *, now: datetime, limit: int = 20
) -> tuple[Match, ...]:
    """The open needs that a citizen could help with, best first; never those of their own groups."""

    def read_by(books: Sequence[Phrasebook]) -> Sequence[CitizenProfile]:
        return citizen_as_read(session, citizen.id, books=books)

    return _needs_for(session, read_by, citizen.territory, remote=citizen.remote, now=now, limit=limit)


def matches_for_sign_up(
    session: Session, sign_up: SignUp, *, language: str, now: datetime, limit: int = 20
) -> tuple[Match, ...]:
    """The open needs that fit the answers given so far, before there is any account."""

    def read_by(books: Sequence[Phrasebook]) -> Sequence[CitizenProfile]:
        return sign_up_as_read(session, sign_up, language=language, books=books)

    return _needs_for(session, read_by, sign_up.territory, remote=sign_up.remote, now=now, limit=limit)


def citizens_for_need(session: Session, need: Need, *, now: datetime, limit: int = 20) -> tuple[Match, ...]:
    """The citizens who could help with a need, best first; none when it is not open."""
    book, asked = judged_need(session, need)
    (people,) = citizen_profiles(session, need.territory_id, books=[book], remote_elsewhere=need.remote)
    found = MatchIndex(book.matcher, needs=(), citizens=people).citizens_for(
        asked, today=local_day(now, need.group.territory.time_zone), limit=limit
    )
    return _worth_showing(found)


def explain(session: Session, need: Need, *, citizen_id: int, now: datetime) -> Explanation:
    """Why a citizen is, or is not, proposed for a need; raises Missing when there is no such citizen."""
    book, asked = judged_need(session, need)
    (citizen,) = citizen_as_read(session, citizen_id, books=[book])
    today = local_day(now, need.group.territory.time_zone)
    return Explanation(gate=why_not(asked, citizen, today), match=book.matcher.score(asked, citizen))


def advice(
    session: Session, profile: CitizenProfile, territory: Territory, *, now: datetime, limit: int = 3
) -> tuple[Change, ...]:
    """What a citizen could change to fit an open need of the territory, what gains most first; each change once.

    A need that is too far, or asks for too much time, gives the radius or the hours that would reach it.
    """
    (batch,) = open_need_batches(session, territory.id, now=now)
    today = local_day(now, territory.time_zone)
    best: dict[tuple[ChangeKind, str | float | None], Change] = {}
    for need in batch.needs:
        change = _change_towards(batch.book.matcher, need, profile, today)
        if change is not None:
            key = (change.kind, change.wanted or change.amount)
            if key not in best or best[key].gain < change.gain:
                best[key] = change
    return tuple(sorted(best.values(), key=lambda change: (-change.gain, str(change.wanted)))[:limit])


def _change_towards(judge: Matcher, need: NeedProfile, profile: CitizenProfile, today: date) -> Change | None:
    gate = why_not(need, profile, today)
    if gate is None:
        match = judge.score(need, profile)
        return match.best_change if match.total < LEAST_TOTAL else None
    if gate is Gate.TIME and need.hours is not None:
        kind, amount = ChangeKind.MORE_HOURS, hours_that_reach(need.hours)
        changed = replace(profile, hours=amount)
    elif gate is Gate.PLACE and profile.place is not None:
        away = travelled_km(need, profile.place)
        radius = next((radius for radius in RADII_KM if away is not None and radius > away), None)
        if radius is None:
            return None
        kind, amount = ChangeKind.WIDEN_RADIUS, float(radius)
        changed = replace(profile, radius_km=amount)
    else:
        return None
    total = judge.score(need, changed).total
    return Change(kind=kind, wanted=None, amount=amount, gain=total) if total >= LEAST_TOTAL else None


def _needs_for(
    session: Session, read_by: ReadBy, territory: Territory, *, remote: bool, now: datetime, limit: int
) -> tuple[Match, ...]:
    batches = open_need_batches(session, territory.id, now=now, remote_elsewhere=remote)
    profiles = read_by([batch.book for batch in batches])
    today = local_day(now, territory.time_zone)
    found = [
        match
        for batch, profile in zip(batches, profiles, strict=True)
        for match in MatchIndex(batch.book.matcher, needs=batch.needs, citizens=()).needs_for(
            profile, today=today, limit=limit
        )
    ]
    return _worth_showing(sorted(found, key=lambda match: (-match.total, match.need_id))[:limit])


def _worth_showing(found: Sequence[Match]) -> tuple[Match, ...]:
    return tuple(match for match in found if match.total >= LEAST_TOTAL)
