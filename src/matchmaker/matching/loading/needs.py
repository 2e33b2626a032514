"""Needs as the engine reads them, loaded for many at once in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from matchmaker.base.ids import TerritoryId
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import Importance, NeedState
from matchmaker.matching.loading.phrasebook import (
    Levelled,
    Phrasebook,
    Written,
    at_level,
    gathered,
    phrasebooks,
    written_in,
)
from matchmaker.matching.rules import NeedProfile, Place, Travel, Wanted
from matchmaker.places.models import Commune, Detour, Territory
from matchmaker.places.rules import local_day
from matchmaker.vocabulary.rules import Phrase

_COLUMNS = (
    select(
        Need.id,
        Need.territory_id,
        Need.group_id,
        Need.title,
        Need.state,
        Need.until,
        Need.hours_a_week,
        Need.remote,
        Need.places,
        Need.places_taken,
        StartupGroup.challenge_id,
        StartupGroup.locale,
        Territory.travel_percent,
        Need.commune_code,
        Commune.latitude,
        Commune.longitude,
    )
    .join(StartupGroup, StartupGroup.id == Need.group_id)
    .join(Territory, Territory.id == Need.territory_id)
    .outerjoin(Commune, Commune.code == Need.commune_code)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedBatch:
    """Needs for which the same verdicts count, by id, and the book by which they and whoever answers are read."""

    book: Phrasebook
    needs: tuple[NeedProfile, ...]


def open_need_batches(
    session: Session, territory_id: int, *, now: datetime, remote_elsewhere: bool = False
) -> tuple[NeedBatch, ...]:
    """The needs of a territory that are open on its day at ``now``, in one batch even when there are none.

    With ``remote_elsewhere`` also those of other territories that can be met from home. The verdicts of its own territory
    count for a need, so that territories which decided otherwise about words have other batches, after home's.
    """
    here: ColumnElement[bool] = Need.territory_id == territory_id
    if remote_elsewhere:
        here = or_(here, Need.remote)
    days = days_of_territories(session, now=now)
    found = _needs(session, and_(here, Need.state == NeedState.OPEN), home=territory_id)
    return tuple(
        replace(
            batch,
            needs=tuple(
                need
                for need in batch.needs
                if need.until is None or need.territory_id is None or need.until >= days[need.territory_id]
            ),
        )
        for batch in found
    )


def days_of_territories(session: Session, *, now: datetime) -> dict[TerritoryId, date]:
    """The day that it is in each territory at ``now``, by the territory's id."""
    zones = session.execute(select(Territory.id, Territory.time_zone))
    return {territory_id: local_day(now, time_zone) for territory_id, time_zone in zones}


def judged_need(session: Session, need: Need) -> tuple[Phrasebook, NeedProfile]:
    """One need, open or not, with the book of its territory."""
    (batch,) = _needs(session, Need.id == need.id, home=need.territory_id)
    (profile,) = batch.needs
    return batch.book, profile


def need_batches(session: Session, need_ids: Collection[int]) -> tuple[NeedBatch, ...]:
    """Some needs, open or not; there are at most some hundred ids."""
    return _needs(session, Need.id.in_(sorted(need_ids)))


def _needs(
    session: Session, condition: ColumnElement[bool], *, home: int | None = None
) -> tuple[NeedBatch, ...]:
    rows = session.execute(_COLUMNS.where(condition).order_by(Need.id)).all()
    skills = session.execute(
        select(
            WantedSkill.need_id,
            WantedSkill.phrase,
            WantedSkill.language,
            WantedSkill.concept_id,
            WantedSkill.confirmed,
            WantedSkill.importance,
            WantedSkill.level,
        )
        .join(Need, Need.id == WantedSkill.need_id)
        .where(condition)
        .order_by(WantedSkill.need_id, WantedSkill.position)
    ).all()
    wanted = gathered((row.need_id, ((written_in(row), row.level), row.importance)) for row in skills)
    territories = [row.territory_id for row in rows]
    books = phrasebooks(session, territories if home is None else [home, *territories])
    written: dict[Phrasebook, list[Written]] = {book: [] for book in books.values()}
    for row in rows:
        written[books[row.territory_id]] += [
            (row.title, row.locale, None),
            *(phrase for (phrase, _), _ in wanted.get(row.id, ())),
        ]
    detours = _detours(session, condition)
    known = {book: book.phrases(session, phrases) for book, phrases in written.items()}
    needs = gathered(
        (
            books[row.territory_id],
            _profile(row, wanted.get(row.id, ()), books[row.territory_id], known, detours),
        )
        for row in rows
    )
    return tuple(NeedBatch(book=book, needs=tuple(needs.get(book, ()))) for book in written)


def _profile(
    row: Row[*tuple[Any, ...]],
    wanted: Iterable[tuple[Levelled, Importance]],
    book: Phrasebook,
    phrases: Mapping[Phrasebook, Mapping[Written, Phrase]],
    detours: Mapping[tuple[TerritoryId, str], Sequence[tuple[Place, float]]],
) -> NeedProfile:
    known = phrases[book]
    return NeedProfile(
        id=row.id,
        territory_id=row.territory_id,
        title=known[row.title, row.locale, None],
        wanted=tuple(
            Wanted(phrase=at_level(known[written], level), importance=importance)
            for (written, level), importance in wanted
            if book.names_skill(written)
        ),
        group_id=row.group_id,
        place=None if row.latitude is None else Place(latitude=row.latitude, longitude=row.longitude),
        travel=Travel(
            factor=row.travel_percent / 100, to=tuple(detours.get((row.territory_id, row.commune_code), ()))
        ),
        remote=row.remote,
        hours=row.hours_a_week,
        challenge_id=row.challenge_id,
        until=row.until,
        places_left=row.places - row.places_taken,
        open=row.state is NeedState.OPEN,
    )


def _detours(
    session: Session, condition: ColumnElement[bool]
) -> dict[tuple[TerritoryId, str], list[tuple[Place, float]]]:
    """The ways that are longer than elsewhere, by their territory and one end: where they lead, and how long they are."""
    found: dict[tuple[TerritoryId, str], list[tuple[Place, float]]] = defaultdict(list)
    territories = select(Need.territory_id).where(condition)
    for here, there in (
        (Detour.commune_code, Detour.to_commune_code),
        (Detour.to_commune_code, Detour.commune_code),
    ):
        rows = session.execute(
            select(Detour.territory_id, here, Commune.latitude, Commune.longitude, Detour.percent)
            .join(Commune, Commune.code == there)
            .where(Detour.territory_id.in_(territories))
            .order_by(Detour.territory_id, here, there)
        )
        for territory_id, code, latitude, longitude, percent in rows:
            place = Place(latitude=latitude, longitude=longitude)
            found[territory_id, code].append((place, percent / 100))
    return found
