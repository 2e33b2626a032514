"""Reads about territories: what they are made of, and who runs them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from matchmaker.accounts.models import Account
from matchmaker.base.ids import TerritoryId
from matchmaker.base.paging import ROWS, Page, part_of
from matchmaker.base.text import alphabetical, fold
from matchmaker.places.models import Challenge, Commune, Detour, Organiser, Territory, TerritoryCommune
from matchmaker.places.rules import great_circle_km


def territories(session: Session, *, limit: int | None = None) -> Sequence[Territory]:
    """Every territory, by name; or of more than ``limit`` some so many."""
    found = session.scalars(select(Territory).order_by(Territory.id).limit(limit))
    return sorted(found, key=lambda territory: alphabetical(territory.name))


def named_territories(
    session: Session, *, search: str = "", place: int = 0, size: int = ROWS
) -> Page[Territory]:
    """A page of the territories whose name has the words of ``search``, by name; ``place`` stand before it."""
    wanted = fold(search).split()
    names = session.execute(select(Territory.id, Territory.name)).all()
    found = [one for one in names if all(word in fold(one.name) for word in wanted)]
    ordered = sorted(found, key=lambda one: (alphabetical(one.name), one.id))
    page = part_of([one.id for one in ordered], place=place, size=size)
    rows = {one.id: one for one in session.scalars(select(Territory).where(Territory.id.in_(page.rows)))}
    return Page(rows=tuple(rows[number] for number in page.rows), after=page.after, before=page.before)


def find_territory(session: Session, *, slug: str) -> Territory | None:
    """The territory of that slug."""
    return session.scalars(select(Territory).where(Territory.slug == slug)).one_or_none()


def organised_territories(session: Session, *, account_id: int) -> Sequence[Territory]:
    """The territories whose desk the account runs, by name."""
    found = session.scalars(
        select(Territory).join(Organiser).where(Organiser.account_id == account_id).order_by(Territory.id)
    )
    return sorted(found, key=lambda territory: alphabetical(territory.name))


def organisers_of(session: Session, *, territory_id: int) -> Sequence[Account]:
    """Who runs a territory's desk, by number."""
    return session.scalars(
        select(Account).join(Organiser).where(Organiser.territory_id == territory_id).order_by(Account.id)
    ).all()


def territories_of(session: Session, *, commune_code: str) -> Sequence[Territory]:
    """The territories that a commune belongs to, by id."""
    return session.scalars(
        select(Territory)
        .join(TerritoryCommune)
        .where(TerritoryCommune.commune_code == commune_code)
        .order_by(Territory.id)
    ).all()


def challenges_of(session: Session, *, territory_id: int) -> Sequence[Challenge]:
    """A territory's défis in their order."""
    return session.scalars(
        select(Challenge).where(Challenge.territory_id == territory_id).order_by(Challenge.position)
    ).all()


def count_communes(session: Session, *, territory_id: int) -> int:
    """How many communes a territory has."""
    return (
        session.scalar(
            select(func.count())
            .select_from(TerritoryCommune)
            .where(TerritoryCommune.territory_id == territory_id)
        )
        or 0
    )


NEAREST_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTerritory:
    """A territory, its commune nearest to somebody's own, and how far that is; 0 km when it is their own."""

    territory: Territory
    commune_code: str
    commune_name: str
    km: float


def near_territories(session: Session, commune: Commune) -> tuple[NearTerritory, ...]:
    """Every territory with its commune nearest to ``commune``, the nearest territory first."""
    places = session.execute(
        select(
            TerritoryCommune.territory_id, Commune.code, Commune.name, Commune.latitude, Commune.longitude
        ).join(Commune, Commune.code == TerritoryCommune.commune_code)
    )
    nearest: dict[TerritoryId, tuple[float, str, str]] = {}
    for territory_id, code, name, latitude, longitude in places:
        km = great_circle_km(commune.latitude, commune.longitude, latitude, longitude)
        # Two communes may have the same coordinates, where these are approximate.
        place = (0.0 if code == commune.code else max(km, 0.001), code, name)
        nearest[territory_id] = min(place, nearest.get(territory_id, place))
    by_id = {territory.id: territory for territory in territories(session)}
    near = (
        NearTerritory(territory=by_id[number], commune_code=code, commune_name=name, km=km)
        for number, (km, code, name) in nearest.items()
    )
    return tuple(sorted(near, key=lambda place: (place.km, place.territory.id)))


def detours_of(session: Session, *, territory_id: int) -> Sequence[tuple[Detour, Commune, Commune]]:
    """The pairs of communes between which ways are longer than elsewhere in a territory, by their codes."""
    one, other = aliased(Commune), aliased(Commune)
    rows = session.execute(
        select(Detour, one, other)
        .join(one, one.code == Detour.commune_code)
        .join(other, other.code == Detour.to_commune_code)
        .where(Detour.territory_id == territory_id)
        .order_by(Detour.commune_code, Detour.to_commune_code)
    )
    return [(detour, here, there) for detour, here, there in rows]
