"""The demonstration's relay, and the people whom it signed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert

from matchmaker.assisted.models import RelayAct
from matchmaker.assisted.rules import RelayDeed
from matchmaker.base.work import Work
from matchmaker.citizens.models import Consent
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose, relay_text
from matchmaker.demo import content
from matchmaker.demo.people import CitizenDraft
from matchmaker.relays import service as relays
from matchmaker.relays.models import RelayMember

TELEPHONE = "04 65 71 12 34"
"""Of the numbers that nobody has: Arcep keeps them for films and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAtWork:
    """The relay and who works there."""

    id: int
    name: str
    member_id: int


def add_relay(work: Work, *, territory_id: int, commune_code: str, member_id: int) -> RelayAtWork:
    """The relay, with the one who works there."""
    known = content.sign_ins().relay
    relay = relays.name_relay(
        work, territory_id=territory_id, name=known.name, kind=known.kind, commune_code=commune_code
    )
    relays.describe_relay(
        work,
        relay_id=relay.id,
        telephone=TELEPHONE,
        postal_address="2 rue du Vieux Pont",
        opening_hours="Du mardi au samedi, de 10 h à 12 h et de 14 h à 18 h",
    )
    relay.members.append(RelayMember(account_id=member_id, joined_at=work.now))
    return RelayAtWork(id=relay.id, name=relay.name, member_id=member_id)


def record(work: Work, relay: RelayAtWork, people: Sequence[tuple[int, CitizenDraft]]) -> None:
    """What citizens by their id agreed to at the relay, and that it signed them up."""
    consents = [
        {
            "citizen_id": number,
            "purpose": purpose,
            "channel": ConsentChannel.IN_PERSON,
            "shown_text": relay_text(purpose, relay=relay.name, locale=person.language),
            "locale": person.language,
            "relay_id": relay.id,
            "recorded_by_id": relay.member_id,
            "given_at": work.now - timedelta(days=person.joined),
            "withdrawn_at": None,
        }
        for number, person in people
        for purpose in ConsentPurpose
        if person.consents or purpose is ConsentPurpose.RELAY_PROFILE
    ]
    acts = [
        {
            "relay_id": relay.id,
            "citizen_id": number,
            "account_id": relay.member_id,
            "deed": RelayDeed.SIGNED_UP,
            "done_at": work.now - timedelta(days=person.joined),
        }
        for number, person in people
    ]
    if people:
        work.session.execute(insert(Consent), consents)
        work.session.execute(insert(RelayAct), acts)
