"""Reads about places and territories."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.ids import TerritoryId
from matchmaker.base.text import fold
from matchmaker.places.models import Challenge, Commune, Organiser, PostalCode, Territory, TerritoryCommune
from matchmaker.places.rules import great_circle_km


def territories(session: Session) -> Sequence[Territory]:
    """Every territory, by name."""
    return session.scalars(select(Territory).order_by(Territory.name)).all()


def find_territory(session: Session, *, slug: str) -> Territory | None:
    """The territory of that slug."""
    return session.scalars(select(Territory).where(Territory.slug == slug)).one_or_none()


def organised_territories(session: Session, *, account_id: int) -> Sequence[Territory]:
    """The territories whose desk the account runs, by name."""
    return session.scalars(
        select(Territory).join(Organiser).where(Organiser.account_id == account_id).order_by(Territory.name)
    ).all()


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


def search_communes(session: Session, text: str, *, limit: int = 8) -> Sequence[Commune]:
    """Communes whose postal code or name begins with ``text``, the most populous first.

    An exact name comes before longer ones; "st" and "ste" stand for "saint" and "sainte". A name may be followed by its
    postal code or département in parentheses, as suggestions write it.
    """
    name, _, code = text.partition("(")
    digits = (
        "".join(sign for sign in code or text if sign.isalnum()) if code or text.strip().isdigit() else ""
    )
    query = select(Commune).order_by(Commune.population.desc(), Commune.code).limit(limit)
    if digits:
        query = query.where(
            select(PostalCode.commune_code)
            .where(
                PostalCode.commune_code == Commune.code, PostalCode.code.startswith(digits, autoescape=True)
            )
            .exists()
        )
    folded = "" if not code and digits else commune_key(name)
    if folded:
        query = query.where(Commune.folded.startswith(folded, autoescape=True))
        query = query.order_by(None).order_by(
            Commune.folded != folded, Commune.population.desc(), Commune.code
        )
    return session.scalars(query).all() if digits or folded else []


def commune_key(name: str) -> str:
    """The folded form of a commune's name, abbreviations of "saint" written out."""
    long = {"st": "saint", "ste": "sainte", "sts": "saints"}
    return " ".join(long.get(word, word) for word in fold(name).split())


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


CHOICES_AT_MOST = 8
NEAREST_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneAnswer:
    """What a typed commune can mean: one, or several to choose from, or neither when nobody knows it."""

    commune: Commune | None = None
    choices: tuple[Commune, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTerritory:
    """A territory, its commune nearest to somebody's own, and how far that is; 0 km when it is their own."""

    territory: Territory
    commune_code: str
    commune_name: str
    km: float


def read_commune(session: Session, *, typed: str, code: str | None = None) -> CommuneAnswer:
    """What a typed name or postal code means. ``code`` settles it when it is one of those that fit what was typed.

    A name that only one commune bears is taken, unless a longer name in some territory begins with it: who types
    "Romans" seldom means the one in the Ain. Communes of territories come first among the choices.
    """
    found = search_communes(session, typed, limit=50)
    for commune in found:
        if commune.code == code:
            return CommuneAnswer(commune=commune)
    if len(found) < 2:
        return CommuneAnswer(commune=found[0] if found else None)
    served = set(
        session.scalars(
            select(TerritoryCommune.commune_code).where(
                TerritoryCommune.commune_code.in_([commune.code for commune in found])
            )
        )
    )
    key = commune_key(typed.partition("(")[0])
    exact = [commune for commune in found if commune.folded == key]
    if len(exact) == 1 and (exact[0].code in served or not served):
        return CommuneAnswer(commune=exact[0])
    choices = sorted(found, key=lambda commune: commune.code not in served)
    return CommuneAnswer(choices=tuple(choices[:CHOICES_AT_MOST]))


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
