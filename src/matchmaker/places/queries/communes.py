"""Finding a commune by what somebody wrote of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import ColumnExpressionArgument, case, exists, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.places.models import Commune, PostalCode, Territory, TerritoryCommune
from matchmaker.places.rules import (
    WHOLE_CODE,
    Written,
    former_communes,
    great_circle_km,
    read_spelling,
    readings,
    whole_city,
)

CHOICES_AT_MOST = 8
READ_AT_MOST = 50
LIKE_ENOUGH = 0.8
"""Two names are alike where a fifth of their letters at most differ: one letter in "Valance", two in "Clermon-Ferand"."""
LETTERS_AT_LEAST = 4
"""Shorter names are too close to too many others, and articles are added to longer ones alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneAnswer:
    """What a typed commune can mean: one, or several to choose from, or neither when nobody knows it.

    ``guessed`` says that the choices are only spelt in a similar way.
    """

    commune: Commune | None = None
    choices: tuple[Commune, ...] = ()
    guessed: bool = False


def search_communes(
    session: Session, text: str, *, limit: int = CHOICES_AT_MOST, territory: Territory | None = None
) -> Sequence[Commune]:
    """Communes whose name or postal code begins with ``text``, the likeliest first.

    Those of ``territory`` come first, then those of any territory, an exact name before longer ones, the nearest to
    ``territory`` or else the most populous. ``text`` may have the code or the département before or after the name,
    abbreviations, no article, a district of a city, or the name of a commune that has become part of another.
    """
    order = _likeliest_first(session, territory)
    for written in readings(read_spelling(text)):
        found = _communes(session, written, order=order, limit=limit)
        if found:
            return found
    return []


def similar_communes(
    session: Session, text: str, *, limit: int = CHOICES_AT_MOST, territory: Territory | None = None
) -> Sequence[Commune]:
    """Communes of names that are spelt nearly like ``text``, as "Valance"; in the order of ``search_communes``."""
    written = read_spelling(text)
    if len(written.key) < LETTERS_AT_LEAST:
        return []
    beginnings = dict.fromkeys(name[: 1 - len(written.key)] for name in written.names)
    initials = or_(*(Commune.folded.startswith(beginning) for beginning in beginnings))
    query = select(Commune.code, Commune.folded).where(initials, *_in_department(written))
    names = {row.code: row.folded for row in session.execute(query)}
    first_parts = {code: name.partition(" sur ")[0] for code, name in names.items()}
    alike: dict[str, float] = {}
    for name, among in product(written.names, (names, first_parts)):
        for _, score, code in process.extract(
            name, among, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=LIKE_ENOUGH, limit=None
        ):
            alike[code] = max(score, alike.get(code, 0.0))
    order = _likeliest_first(session, territory)
    found = session.scalars(select(Commune).where(Commune.code.in_(alike)).order_by(*order)).all()
    return sorted(found, key=lambda commune: -round(alike[commune.code], 1))[:limit]


def read_commune(
    session: Session, *, typed: str, code: str | None = None, territory: Territory | None = None
) -> CommuneAnswer:
    """What a typed name or postal code means. ``code`` settles it when it is one of those that fit what was typed.

    A name that only one commune of ``territory`` bears is taken, or only one of all, unless a longer name in some
    territory begins with it: who types "Romans" seldom means the one in the Ain. What is only spelt in a similar way is
    asked about.
    """
    found = search_communes(session, typed, limit=READ_AT_MOST, territory=territory)
    guessed = not found
    if guessed:
        found = similar_communes(session, typed, territory=territory)
    for commune in found:
        if commune.code == code:
            return CommuneAnswer(commune=commune)
    if not guessed:
        if len(found) == 1:
            return CommuneAnswer(commune=found[0])
        taken = _meant(session, read_spelling(typed), found, territory)
        if taken is not None:
            return CommuneAnswer(commune=taken)
    return CommuneAnswer(choices=tuple(found[:CHOICES_AT_MOST]), guessed=guessed and bool(found))


def communes_within(session: Session, commune: Commune, *, km: float, territory_id: int) -> frozenset[str]:
    """The codes of a territory's communes that lie so near to a commune, over the ground; its own is always one."""
    places = session.execute(
        select(Commune.code, Commune.latitude, Commune.longitude)
        .join(TerritoryCommune, TerritoryCommune.commune_code == Commune.code)
        .where(TerritoryCommune.territory_id == territory_id)
    )
    near = {
        code
        for code, latitude, longitude in places
        if great_circle_km(commune.latitude, commune.longitude, latitude, longitude) <= km
    }
    return frozenset({commune.code, *(near if km else ())})


def _meant(
    session: Session, written: Written, found: Sequence[Commune], territory: Territory | None
) -> Commune | None:
    """The one of several communes whose whole name was typed, if there is no doubt."""
    exact = [commune for commune in found if commune.folded in written.names]
    codes = select(TerritoryCommune.commune_code).where(
        TerritoryCommune.commune_code.in_([commune.code for commune in found])
    )
    if territory is not None:
        here = set(session.scalars(codes.where(TerritoryCommune.territory_id == territory.id)))
        at_home = [commune for commune in exact if commune.code in here]
        if len(at_home) == 1:
            return at_home[0]
    if len(exact) != 1:
        return None
    served = set(session.scalars(codes))
    told = written.code or written.department
    return exact[0] if told or exact[0].code in served or not served else None


def _communes(
    session: Session, written: Written, *, order: Sequence[ColumnExpressionArgument[Any]], limit: int
) -> Sequence[Commune]:
    if not (written.key or written.code):
        return []
    whole = Commune.folded.in_(written.names)
    query = select(Commune).where(*_in_department(written)).limit(limit)
    if written.key:
        begun = Commune.folded.startswith(written.key, autoescape=True)
        if len(written.key) >= LETTERS_AT_LEAST:
            begun = or_(*(Commune.folded.startswith(name, autoescape=True) for name in written.names))
        parts = former_communes().get(written.key, frozenset())
        was = Commune.code.in_(parts)
        query = query.where(or_(whole, begun, was)).order_by(
            *order[:2], ~whole, ~was if parts else ~begun, *order[2:]
        )
    else:
        query = query.order_by(*order)
    if not written.code:
        return session.scalars(query).all()
    return (
        session.scalars(query.where(_has_code(written.code))).all()
        or session.scalars(query.where(Commune.code == whole_city(written.code))).all()
    )


def _has_code(code: str) -> ColumnExpressionArgument[bool]:
    """Whether a commune has a postal code that begins so; "2A" and "2B" are départements."""
    if code in {"2A", "2B"}:
        return Commune.department == code
    beginning = PostalCode.code == code if len(code) == WHOLE_CODE else PostalCode.code.startswith(code)
    return exists().where(PostalCode.commune_code == Commune.code, beginning)


def _in_department(written: Written) -> list[ColumnExpressionArgument[bool]]:
    if not written.department:
        return []
    both = {"20": ("2A", "2B")}.get(written.department, (written.department,))
    return [Commune.department.in_(both)]


def _likeliest_first(session: Session, territory: Territory | None) -> list[ColumnExpressionArgument[Any]]:
    """Orders communes: first two keys of where they are, then how far from the territory, then how many live there."""
    served = exists().where(TerritoryCommune.commune_code == Commune.code).correlate(Commune)
    if territory is None:
        return [~served, ~served, Commune.population.desc(), Commune.code]
    own = served.where(TerritoryCommune.territory_id == territory.id)
    middle = session.execute(
        select(func.avg(Commune.latitude), func.avg(Commune.longitude))
        .join(TerritoryCommune, TerritoryCommune.commune_code == Commune.code)
        .where(TerritoryCommune.territory_id == territory.id)
    ).one()
    north, east = Commune.latitude - middle[0], (Commune.longitude - middle[1]) * 0.7
    far = case((own, 0), else_=north * north + east * east)
    return [~own, ~served, far, Commune.population.desc(), Commune.code]
