"""Founding territories, their défis, and who runs their desks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.db import as_if_second, rows_that_name
from matchmaker.base.ids import TerritoryId
from matchmaker.base.work import Work
from matchmaker.places import queries
from matchmaker.places.models import (
    CONTACT_LENGTH,
    Challenge,
    Commune,
    Organiser,
    Territory,
    TerritoryCommune,
)
from matchmaker.places.queries import NEAREST_AT_MOST, NearTerritory
from matchmaker.places.rules import PlaceVerb

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class InvalidTerritory(ValueError):
    """A territory that cannot be founded so; ``str()`` says why."""


def found_territory(
    work: Work,
    *,
    slug: str,
    name: str,
    summary_fr: str,
    summary_en: str,
    contact: str | None = None,
    epcis: Sequence[str] = (),
    communes: Sequence[str] = (),
    locale: str = "fr",
    time_zone: str = "Europe/Paris",
    digest_weekday: int = 2,
    digest_hour: int = 8,
) -> Territory:
    """A new territory of all communes of ``epcis`` and the single ``communes``.

    Raises InvalidTerritory for a taken or malformed slug, a name or a contact that is too long, an unknown code, an hour
    that does not exist, or a time zone that nobody knows.
    """
    contact = _as_contact(contact)
    _check(work, slug=slug, name=name, time_zone=time_zone, weekday=digest_weekday, hour=digest_hour)
    codes = _communes_of(work, epcis, communes)
    territory = Territory(
        slug=slug,
        name=name,
        summary_fr=summary_fr,
        summary_en=summary_en,
        contact=contact,
        locale=locale,
        time_zone=time_zone,
        digest_weekday=digest_weekday,
        digest_hour=digest_hour,
        created_at=work.now,
    )
    work.session.add(territory)
    work.session.flush()
    work.session.add_all(TerritoryCommune(territory_id=territory.id, commune_code=code) for code in codes)
    work.session.flush()
    work.record(PlaceVerb.FOUNDED, Territory, territory.id, territory_id=territory.id)
    return territory


def _check(work: Work, *, slug: str, name: str, time_zone: str, weekday: int, hour: int) -> None:
    if len(slug) > 60 or not _SLUG.fullmatch(slug):
        raise InvalidTerritory(f"{slug!r} is not of at most 60 small letters, digits and hyphens")
    _check_name(name)
    if not (1 <= weekday <= 7 and 0 <= hour <= 23):
        raise InvalidTerritory("the letter's day is 1 to 7, Monday to Sunday, and its hour is 0 to 23")
    if work.session.scalar(select(Territory.id).where(Territory.slug == slug)) is not None:
        raise InvalidTerritory(f"there is a territory {slug!r} already")
    if time_zone not in available_timezones():
        raise InvalidTerritory(f"{time_zone!r} is not a time zone")


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= 100:
        raise InvalidTerritory("a territory's name has 1 to 100 characters")


def _as_contact(contact: str | None) -> str | None:
    written = " ".join((contact or "").split())
    if len(written) > CONTACT_LENGTH:
        raise InvalidTerritory(f"how the team is reached takes at most {CONTACT_LENGTH} characters")
    return written or None


def change_territory(
    work: Work,
    *,
    territory_id: int,
    name: str | None = None,
    summary_fr: str | None = None,
    summary_en: str | None = None,
    contact: str | None = None,
) -> None:
    """Change what a territory says of itself; what is None stays, and an empty contact is none. Raises InvalidTerritory."""
    territory = work.session.get_one(Territory, territory_id)
    if name is not None:
        _check_name(name)
        territory.name = name
    territory.summary_fr = territory.summary_fr if summary_fr is None else summary_fr
    territory.summary_en = territory.summary_en if summary_en is None else summary_en
    territory.contact = territory.contact if contact is None else _as_contact(contact)
    work.session.flush()
    work.record(PlaceVerb.CHANGED, Territory, territory_id, territory_id=territory_id)


def _communes_of(work: Work, epcis: Sequence[str], communes: Sequence[str]) -> list[str]:
    codes: set[str] = set()
    for epci in epcis:
        members = set(work.session.scalars(select(Commune.code).where(Commune.epci == epci)))
        if not members:
            raise InvalidTerritory(f"no commune belongs to the intercommunalité {epci!r}")
        codes |= members
    single = set(work.session.scalars(select(Commune.code).where(Commune.code.in_(communes))))
    if set(communes) - single:
        raise InvalidTerritory(f"not a commune's code: {', '.join(sorted(set(communes) - single))}")
    if not codes | single:
        raise InvalidTerritory("a territory needs at least one commune")
    return sorted(codes | single)


def add_challenge(
    work: Work,
    *,
    territory: Territory,
    slug: str,
    title_fr: str,
    title_en: str,
    description_fr: str,
    description_en: str,
) -> Challenge:
    """A new défi, after those that the territory has. Raises InvalidTerritory for a title that is too long or none."""
    _check_titles(title_fr, title_en)
    challenge = Challenge(
        territory=territory,
        slug=slug,
        position=1 + max((one.position for one in territory.challenges), default=-1),
        title_fr=title_fr,
        title_en=title_en,
        description_fr=description_fr,
        description_en=description_en,
    )
    work.session.add(challenge)
    work.session.flush()
    work.record(PlaceVerb.CHALLENGE_ADDED, Challenge, challenge.id, territory_id=territory.id)
    return challenge


def change_challenge(work: Work, *, territory_id: int, slug: str, title_fr: str, title_en: str) -> Challenge:
    """Call a défi otherwise; its groups and who cares for it stay. Raises InvalidTerritory."""
    _check_titles(title_fr, title_en)
    challenge = _challenge(work, territory_id, slug)
    challenge.title_fr, challenge.title_en = title_fr, title_en
    work.session.flush()
    work.record(PlaceVerb.CHALLENGE_CHANGED, Challenge, challenge.id, territory_id=territory_id)
    return challenge


def remove_challenge(work: Work, *, territory_id: int, slug: str) -> None:
    """Delete a défi that nobody has chosen, no group works on and no paragraph is about. Raises InvalidTerritory."""
    challenge = _challenge(work, territory_id, slug)
    used = rows_that_name(work.session, challenge)
    if used:
        told = ", ".join(f"{number} in {table}" for table, number in used.items())
        raise InvalidTerritory(f"the défi {slug!r} is in use: {told}")
    work.session.delete(challenge)
    work.session.flush()
    work.record(PlaceVerb.CHALLENGE_REMOVED, Challenge, challenge.id, territory_id=territory_id)


def _challenge(work: Work, territory_id: int, slug: str) -> Challenge:
    """A défi that nobody begins to use before this unit of work ends."""
    wanted = (Challenge.territory_id == territory_id) & (Challenge.slug == slug)
    challenge = work.session.scalars(select(Challenge).where(wanted).with_for_update()).one_or_none()
    if challenge is None:
        raise InvalidTerritory(f"the territory has no défi {slug!r}")
    return challenge


def _check_titles(*titles: str) -> None:
    if not all(1 <= len(title) <= 120 for title in titles):
        raise InvalidTerritory("a défi's title has 1 to 120 characters in each language")


def name_organiser(work: Work, *, territory_id: int, account_id: int) -> None:
    """Let an account run a territory's desk; naming it twice changes nothing."""

    def name() -> None:
        if not is_organiser(work.session, territory_id=territory_id, account_id=account_id):
            work.session.add(Organiser(territory_id=territory_id, account_id=account_id))
            work.session.flush()
            work.record(PlaceVerb.ORGANISER_NAMED, Account, account_id, territory_id=territory_id)

    as_if_second(work.session, name, "pk_organisers")


def remove_organiser(work: Work, *, territory_id: int, account_id: int) -> None:
    """End an account's access to a territory's desk, at once; twice is as good as once."""
    removed = work.session.execute(
        delete(Organiser)
        .where(Organiser.territory_id == territory_id, Organiser.account_id == account_id)
        .returning(Organiser.account_id)
    )
    if removed.first() is not None:
        work.record(PlaceVerb.ORGANISER_REMOVED, Account, account_id, territory_id=territory_id)


def is_organiser(session: Session, *, territory_id: int, account_id: int | None) -> bool:
    """Whether the account runs the territory's desk."""
    return account_id is not None and session.get(Organiser, (territory_id, account_id)) is not None


class CommuneOutside(ValueError):
    """The commune is not one of the territory's."""


def check_commune(session: Session, territory_id: int, commune_code: str) -> None:
    """Raise CommuneOutside unless the commune belongs to the territory."""
    if session.get(TerritoryCommune, (territory_id, commune_code)) is None:
        raise CommuneOutside(commune_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A territory and a commune of it."""

    territory_id: TerritoryId
    slug: str
    commune_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryChoice:
    """The territories that somebody can choose from, the nearest first; none where no territory was founded yet.

    ``outside`` says that their commune is in none of them.
    """

    options: tuple[NearTerritory, ...]
    outside: bool


def territory_for(
    session: Session, commune: Commune, *, asked: str | None, chosen: str | None
) -> Place | TerritoryChoice:
    """Where somebody takes part who lives in ``commune``, or the choice that this leaves.

    A commune in several territories, or in none, leaves a choice; ``chosen`` is the slug that answers it. ``asked`` is
    the slug of a territory that the person has in mind: one more choice, taken at once where the commune belongs to it.
    Who takes part in a territory of which their commune is no part counts as living in its nearest commune.
    """
    own = queries.territories_of(session, commune_code=commune.code)
    if len(own) == 1 and asked in {None, own[0].slug}:
        return Place(territory_id=own[0].id, slug=own[0].slug, commune_code=commune.code)
    every = queries.near_territories(session, commune)
    options = [near for near in every if near.commune_code == commune.code]
    outside = not options
    options = options or list(every[:NEAREST_AT_MOST])
    options += [near for near in every if near.territory.slug == asked and near not in options]
    taken = [near for near in options if near.territory.slug == chosen]
    if not taken and not outside:
        taken = [near for near in options if near.territory.slug == asked and near.km == 0]
        taken = taken or (options if len(options) == 1 else [])
    if taken:
        territory = taken[0].territory
        return Place(territory_id=territory.id, slug=territory.slug, commune_code=taken[0].commune_code)
    return TerritoryChoice(options=tuple(options), outside=outside)


def challenges_among(session: Session, territory_id: int, wanted: Sequence[int]) -> Sequence[Challenge]:
    """The défis of a territory that are among the wanted ids, in the territory's order."""
    offered = queries.challenges_of(session, territory_id=territory_id)
    return [challenge for challenge in offered if challenge.id in wanted]
