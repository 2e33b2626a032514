"""Readers without an account: people of relays, whose letters are for paper."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.digests.queries import Profile, Recipient
from matchmaker.digests.rules import Frequency


def people_on_paper(session: Session, *, territory_id: int) -> list[Recipient]:
    """Everybody of a territory who has a relay in place of an account."""
    return _people(session, Citizen.territory_id == territory_id)


def people_on_paper_by_id(session: Session, citizen_ids: Iterable[int]) -> dict[int, Recipient]:
    """Some people on paper by the citizen's id, without those who have left or have an account by now."""
    found: dict[int, Recipient] = {}
    for ids in in_parts(sorted(set(citizen_ids))):
        for person in _people(session, Citizen.id.in_(ids)):
            found[person.citizen_id or 0] = person
    return found


def relay_ids(session: Session, citizen_ids: Iterable[int]) -> dict[int, int]:
    """The relay of each of some citizens, at most some hundred, who have one in place of an account."""
    rows = session.execute(
        select(Citizen.id, Citizen.relay_id).where(
            Citizen.id.in_(sorted(set(citizen_ids))), Citizen.relay_id.is_not(None)
        )
    )
    return {citizen_id: relay_id for citizen_id, relay_id in rows if relay_id is not None}


def _people(session: Session, those: ColumnElement[bool]) -> list[Recipient]:
    consents = exists().where(Consent.citizen_id == Citizen.id, letter_wanted()).correlate(Citizen)
    rows = session.execute(
        select(Citizen.id, Citizen.territory_id, Citizen.own_first_name, Citizen.own_locale, consents)
        .where(those, Citizen.relay_id.is_not(None))
        .order_by(Citizen.id)
    )
    return [
        Recipient(
            account_id=None,
            citizen_id=number,
            address="",
            first_name=first_name or "",
            locale=locale or "",
            frequency=Frequency.WEEKLY,
            paused_until=None,
            profiles=(Profile(citizen_id=number, territory_id=territory_id),) if wanted else (),
            group_ids=frozenset(),
        )
        for number, territory_id, first_name, locale, wanted in rows
    ]
