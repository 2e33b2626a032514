"""What the database itself refuses about people without an account, whoever writes it."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from matchmaker.base.db import violates
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import Citizen, CitizenTelephone, Consent
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.rules import RelayKind
from tests.builders import NOW, World, add_person, add_relay
from tests.relays.places import Places

Row = dict[str, object]


def refused(work: Work, table: type, row: Row, constraint: str) -> None:
    """Insert a row that a constraint of that name refuses."""
    with pytest.raises(IntegrityError) as error, work.session.begin_nested():
        work.session.execute(insert(table).values(row))
    assert violates(error.value, constraint), error.value.orig


def refers_to_nothing(work: Work, table: type, row: Row) -> None:
    """Insert a row that a foreign key refuses; SQLite does not say which."""
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), work.session.begin_nested():
        work.session.execute(insert(table).values(row))


def person(places: Places, world: World, **other: object) -> Row:
    """A row of somebody at the library, otherwise where it is said."""
    return {
        "relay_id": places.library.id,
        "own_first_name": "Marcel",
        "own_locale": "fr",
        "territory_id": world.territory.id,
        "commune_code": "26281",
        "remote": False,
        "created_at": NOW,
        **other,
    }


def test_a_person_of_a_relay_is_accepted(works: WorkFactory, places: Places, world: World) -> None:
    with works.begin() as work:
        for _ in range(2):
            work.session.execute(insert(Citizen).values(person(places, world)))


NADIAS = "Nadia's"
"""Stands for the number of Nadia's account."""


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"relay_id": None}, "account_or_relay"),
        ({"account_id": NADIAS, "own_first_name": None, "own_locale": None}, "account_or_relay"),
        ({"own_first_name": None}, "own_name_without_account"),
        ({"account_id": NADIAS, "relay_id": None, "own_locale": None}, "own_name_without_account"),
        ({"own_locale": None}, "own_language_without_account"),
        ({"account_id": NADIAS, "relay_id": None, "own_first_name": None}, "own_language_without_account"),
        ({"own_first_name": ""}, "own_first_name_length"),
        ({"own_locale": "de"}, "known_own_locale"),
    ],
)
def test_somebody_has_an_account_or_a_relay_and_a_name_and_language_of_their_own_with_a_relay(
    works: WorkFactory, places: Places, world: World, other: Row, constraint: str
) -> None:
    if other.get("account_id") == NADIAS:
        other = {**other, "account_id": places.nadia.id}
    with works.begin() as work:
        refused(work, Citizen, person(places, world, **other), f"ck_citizens_{constraint}")


def test_a_relay_has_people_of_its_own_territory_alone(
    works: WorkFactory, places: Places, world: World
) -> None:
    row = person(places, world, territory_id=world.other_territory.id, commune_code="63113")
    with works.begin() as work:
        refers_to_nothing(work, Citizen, row)


def test_a_relay_is_in_a_commune_of_its_territory(works: WorkFactory, world: World) -> None:
    row = {
        "territory_id": world.territory.id,
        "commune_code": "63113",
        "kind": RelayKind.OTHER,
        "name": "Au loin",
        "created_at": NOW,
    }
    with works.begin() as work:
        refers_to_nothing(work, Relay, row)


def test_names_members_and_invitations_are_unique(works: WorkFactory, places: Places, world: World) -> None:
    library = places.library.id
    relay = {
        "territory_id": world.territory.id,
        "commune_code": "26281",
        "kind": RelayKind.OTHER,
        "name": places.library.name,
        "created_at": NOW,
    }
    invitation = {
        "subject_id": library,
        "address": "eve@example.org",
        "invited_by_id": places.paul.id,
        "created_at": NOW,
        "expires_at": NOW,
    }
    with works.begin() as work:
        refused(work, Relay, relay, "uq_relays_territory_id_name")
        refused(work, Relay, {**relay, "name": ""}, "ck_relays_name_length")
        refused(
            work,
            RelayMember,
            {"relay_id": library, "account_id": places.nadia.id, "joined_at": NOW},
            "pk_relay_members",
        )
        work.session.execute(insert(RelayInvitation).values({**invitation, "accepted_at": NOW}))
        work.session.execute(insert(RelayInvitation).values(invitation))
        refused(work, RelayInvitation, invitation, "uq_relay_invitations_waiting")


def test_a_consent_given_to_a_relay_says_to_which(works: WorkFactory, places: Places, world: World) -> None:
    with works.begin() as work:
        relay = add_relay(work, world.territory, name="Une autre")
        citizen = add_person(work, relay, places.nadia, telephone="+33612345678", weekly_letter=False)
        row: Row = {
            "citizen_id": citizen.id,
            "purpose": ConsentPurpose.WEEKLY_LETTER,
            "shown_text": "…",
            "locale": "fr",
            "given_at": NOW,
        }
        for channel in (ConsentChannel.IN_PERSON, ConsentChannel.PAPER, ConsentChannel.TELEPHONE):
            refused(work, Consent, {**row, "channel": channel}, "ck_consents_relay_on_record")
        by_web = {**row, "channel": ConsentChannel.WEB}
        refused(work, Consent, {**by_web, "relay_id": relay.id}, "ck_consents_relay_on_record")
        kept = {**by_web, "purpose": ConsentPurpose.RELAY_PROFILE, "withdrawn_at": NOW}
        refused(work, Consent, kept, "ck_consents_relay_keeps_profile")
        number = {"citizen_id": citizen.id, "number": "+33612345679"}
        refused(work, CitizenTelephone, number, "pk_citizen_telephones")
        work.session.delete(citizen.telephone)
        work.session.flush()
        local = {**number, "number": "0612345678"}
        refused(work, CitizenTelephone, local, "ck_citizen_telephones_number_is_canonical")
