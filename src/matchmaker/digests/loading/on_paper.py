"""Readers without an account: people of relays, whose letters are for paper."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.digests.models import DigestLetter
from matchmaker.digests.queries import AT_ONCE, Profile, Recipient
from matchmaker.digests.rules import Frequency
from matchmaker.tokens import Tokens


def people_on_paper(session: Session, *, territory_id: int) -> list[Recipient]:
    """Everybody of a territory who has a relay in place of an account."""
    return _people(session, Citizen.territory_id == territory_id)


def people_on_paper_by_id(session: Session, citizen_ids: Iterable[int]) -> dict[int, Recipient]:
    """Some of them by the citizen's id; who has left, or has an account by now, is not among them."""
    ids = sorted(set(citizen_ids))
    found: dict[int, Recipient] = {}
    for start in range(0, len(ids), AT_ONCE):
        for person in _people(session, Citizen.id.in_(ids[start : start + AT_ONCE])):
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


def keys_of(session: Session, people: Iterable[Recipient], *, tokens: Tokens) -> dict[str, str]:
    """The key of each recipient's letters, by what the recipient is called in a plan.

    It stands for the address. Who has none is known by their number and the moment of their sign-up: SQLite gives the
    number of somebody who has left to the next who comes.
    """
    everyone = list(people)
    on_paper = [one.citizen_id for one in everyone if one.citizen_id is not None]
    signed_up: dict[int, str] = {}
    for start in range(0, len(on_paper), AT_ONCE):
        rows = session.execute(
            select(Citizen.id, Citizen.created_at).where(Citizen.id.in_(on_paper[start : start + AT_ONCE]))
        )
        signed_up |= {number: f"citizen:{number} {moment.isoformat()}" for number, moment in rows}
    return {
        one.reader_id: tokens.fingerprint(
            "recipient", one.address if one.citizen_id is None else signed_up[one.citizen_id]
        )
        for one in everyone
    }


def former_keys(session: Session, people: Iterable[Recipient]) -> Mapping[str, set[str]]:
    """The keys of the letters on paper that people had before they had an account, by what they are called in a plan."""
    owners = {
        profile.citizen_id: one.reader_id for one in people for profile in one.profiles if one.account_id
    }
    ids = sorted(owners)
    found: dict[str, set[str]] = defaultdict(set)
    for start in range(0, len(ids), AT_ONCE):
        rows = session.execute(
            select(DigestLetter.citizen_id, DigestLetter.recipient_key)
            .where(DigestLetter.citizen_id.in_(ids[start : start + AT_ONCE]))
            .distinct()
        )
        for citizen_id, key in rows:
            found[owners[citizen_id or 0]].add(key)
    return found


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
