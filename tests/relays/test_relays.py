"""Naming relays, and asking people to work there."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.work import Work, WorkFactory
from matchmaker.invitations import service as invitations
from matchmaker.places import service as places_service
from matchmaker.relays import queries as relays
from matchmaker.relays import service as relays_service
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.rules import RelayKind
from tests.builders import World, add_account, add_organiser, add_relay
from tests.clock import MovableClock
from tests.doors import Person, signed_in
from tests.groups.pages import error_beside, letters_to, link_in, value_of, words
from tests.relays.places import Places

PAGE = "/t/valence-romans/relays"
EVE = "eve@mairie.example"


@pytest.fixture
def orane(app: Flask, works: WorkFactory, world: World) -> Person:
    """An organiser of the territory, who reads English."""
    with works.begin() as work:
        account = add_organiser(work, world.territory)
        account.locale = "en"
    return signed_in(app, account)


def invite(orane: Person, places: Places, address: str = EVE) -> None:
    """Orane invites somebody to the library."""
    answer = orane.fill_in(f"{PAGE}/{places.library.id}/invite", {"address": address})
    assert answer.location == PAGE


def mailed_link(session: Session, address: str = EVE) -> str:
    """The path in the newest letter to an address."""
    return link_in(letters_to(session, address)[-1], "/invitations/")


def works_at_library(session: Session, places: Places, address: str = EVE) -> bool:
    """Whether the owner of an address works at the library."""
    account = accounts.find_account(session, address=address)
    return account is not None and relays_service.works_at(
        session, relay_id=places.library.id, account_id=account.id
    )


def test_an_organiser_names_a_relay_and_invites_somebody(orane: Person, session: Session) -> None:
    assert "No relay yet" in words(orane.get(PAGE).text)
    form = {"name": " Maison  France Services ", "kind": "france_services", "commune": "26300"}
    answer = orane.fill_in(f"{PAGE}/new", form)
    relay = session.scalars(select(Relay)).one()
    assert answer.location == f"{PAGE}/{relay.id}/invite"
    assert (relay.name, relay.kind, relay.commune_code) == (
        "Maison France Services",
        RelayKind.FRANCE_SERVICES,
        "26057",
    )
    assert orane.fill_in(answer.location, {"address": EVE}).location == PAGE
    page = words(orane.get(PAGE).text)
    assert "Maison France Services" in page
    assert "Bourg-de-Péage" in page
    assert EVE in page


def test_an_organiser_says_how_a_relay_is_reached_and_corrects_it(
    orane: Person, places: Places, session: Session
) -> None:
    assert "letters on paper tell none" in words(orane.get(PAGE).text)
    path = f"{PAGE}/{places.library.id}/reach"
    told = {
        "telephone": " 04 75 70  43 01 ",
        "postal_address": "2 rue du Vieux Pont, Romans",
        "opening_hours": "Mardi à samedi, 10 h à 18 h",
    }
    assert orane.fill_in(path, told).location == PAGE
    page = words(orane.get(PAGE).text)
    assert "04 75 70 43 01" in page
    assert "2 rue du Vieux Pont, Romans" in page
    assert value_of(orane.get(path).text, "opening_hours") == "Mardi à samedi, 10 h à 18 h"
    assert orane.fill_in(path, {**told, "telephone": " "}).location == PAGE
    session.expire_all()
    assert session.get_one(Relay, places.library.id).telephone is None

    refused = orane.fill_in(path, {**told, "postal_address": "x" * 161})
    assert refused.status_code == 422
    assert error_beside(refused.text, "postal_address")


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"name": "", "commune": "26100"}, "name", "give the relay a name"),
        ({"name": "x" * 81, "commune": "26100"}, "name", "At most 80"),
        ({"name": "Médiathèque du Vieux Pont", "commune": "26100"}, "name", "of this name already"),
        ({"name": "Une autre", "commune": ""}, "commune", "name or the postal code"),
        ({"name": "Une autre", "commune": "Atlantide"}, "commune", "do not know this commune"),
        ({"name": "Une autre", "commune": "Clermont-Ferrand"}, "commune", "not in this territory"),
        (
            {"name": "Une autre", "commune": "26100", "kind": "castle"},
            "kind",
            "Please choose one of the answers",
        ),
    ],
)
def test_a_wrong_relay_is_told_beside_its_field(
    orane: Person, places: Places, session: Session, sent: dict[str, str], field: str, told: str
) -> None:
    answer = orane.fill_in(f"{PAGE}/new", {"kind": "library", **sent})
    assert answer.status_code == 422
    assert told in error_beside(answer.text, field)
    assert value_of(answer.text, "name") == sent["name"]
    assert value_of(answer.text, "commune") == sent["commune"]
    assert session.scalar(select(func.count(Relay.id))) == 2


def test_another_territory_may_use_the_same_name(works: WorkFactory, world: World, places: Places) -> None:
    with works.begin() as work:
        add_relay(work, world.other_territory, name=places.library.name, commune="63113")
        with pytest.raises(relays_service.RelayNameTaken):
            add_relay(work, world.territory, name=places.library.name)
        with pytest.raises(places_service.CommuneOutside):
            add_relay(work, world.territory, name="Au loin", commune="63113")
        assert len(relays.relays_of(work.session, territory_id=world.territory.id).rows) == 2


def test_whoever_is_invited_proves_the_address_says_a_name_and_works_there(
    orane: Person, places: Places, app: Flask, session: Session
) -> None:
    invite(orane, places)
    (letter,) = letters_to(session, EVE)
    assert (letter.kind, letter.locale) == ("invitations.invitation", "fr")
    for typed in ("Orane", places.library.name):
        assert typed not in f"{letter.subject} {letter.text} {letter.html}"
    link = mailed_link(session)
    newcomer = Person(client=app.test_client())
    assert places.library.name in words(newcomer.get(f"{link}?lang=en").text)
    assert accounts.find_account(session, address=EVE) is None, "looking changes nothing"
    refused = newcomer.fill_in(link, {"first_name": " ", "locale": "en"})
    assert error_beside(refused.text, "first_name")
    answer = newcomer.fill_in(link, {"first_name": "Eve", "locale": "en"})
    assert answer.location == f"/relays/{places.library.id}"
    page = words(newcomer.get(answer.location).text)
    assert "Welcome! Here you sign up people who have no e-mail address." in page
    assert "My relay" in page
    assert works_at_library(session, places)
    assert newcomer.get(link).status_code == 410


def test_somebody_known_is_greeted_and_keeps_their_name(
    orane: Person, places: Places, works: WorkFactory, app: Flask, session: Session
) -> None:
    with works.begin() as work:
        eve = add_account(work, address=EVE, first_name="Eve", locale="en")
    invite(orane, places)
    assert letters_to(session, EVE)[0].text.startswith("Hello Eve,")
    browser = signed_in(app, eve)
    assert browser.fill_in(mailed_link(session), {"first_name": "Mallory"}).status_code == 302
    assert works_at_library(session, places)
    assert session.get_one(Account, eve.id).first_name == "Eve"


def test_another_person_who_is_signed_in_cannot_take_the_place(
    orane: Person, places: Places, nadia: Person, session: Session
) -> None:
    invite(orane, places)
    link = mailed_link(session)
    answer = nadia.fill_in(link)
    assert answer.status_code == 422
    assert "signed in with another address" in words(answer.text)
    assert EVE not in answer.text
    assert not works_at_library(session, places)
    assert session.scalars(select(RelayInvitation)).one().accepted_at is None


def test_inviting_again_renews_and_one_who_works_there_is_not_invited(
    orane: Person, places: Places, session: Session, clock: MovableClock
) -> None:
    invite(orane, places)
    first = mailed_link(session)
    clock.now += timedelta(days=10)
    invite(orane, places)
    assert session.scalars(select(RelayInvitation)).one().expires_at == clock.now + timedelta(days=14)
    clock.now += timedelta(days=10)
    assert orane.get(first).status_code == 200, "the first letter still opens it"
    clock.now += timedelta(days=4)
    assert orane.get(first).status_code == 410
    refused = orane.fill_in(f"{PAGE}/{places.library.id}/invite", {"address": "Nadia@biblio.example"})
    assert "works at the relay already" in error_beside(refused.text, "address")
    assert value_of(refused.text, "address") == "Nadia@biblio.example"
    assert letters_to(session, "nadia@biblio.example") == []


def test_an_invitation_is_taken_back_and_its_number_opens_no_later_one(
    orane: Person, places: Places, session: Session, clock: MovableClock
) -> None:
    invite(orane, places)
    link = mailed_link(session)
    number = session.scalars(select(RelayInvitation.id)).one()
    path = f"{PAGE}/{places.library.id}/invitations/{number}/withdraw"
    for _ in range(2):
        assert orane.post(path, page=PAGE).location == PAGE
    assert orane.get(link).status_code == 410
    clock.now += timedelta(hours=1)
    invite(orane, places)
    assert orane.get(link).status_code == 410
    assert orane.get(mailed_link(session)).status_code == 200


def test_a_letter_of_0_1_0_leads_to_the_page_of_today(
    orane: Person, places: Places, session: Session, app: Flask
) -> None:
    invite(orane, places)
    link = mailed_link(session)
    newcomer = Person(client=app.test_client())
    answer = newcomer.get(link.replace("/invitations/", "/relay-invitations/"))
    assert (answer.status_code, answer.location) == (308, f"http://localhost{link}")
    assert newcomer.get(link).status_code == 200


def test_an_invitation_is_taken_back_at_its_own_relay_alone(
    orane: Person, places: Places, session: Session
) -> None:
    invite(orane, places)
    number = session.scalars(select(RelayInvitation.id)).one()
    other = f"{PAGE}/{places.town_hall.id}/invitations/{number}/withdraw"
    assert orane.post(other, page=PAGE).status_code == 302
    assert orane.get(mailed_link(session)).status_code == 200


def test_who_is_removed_sees_nothing_any_more_at_once(
    orane: Person, places: Places, nadia: Person, session: Session
) -> None:
    page = f"/relays/{places.library.id}"
    assert nadia.get(page).status_code == 200
    path = f"{PAGE}/{places.library.id}/members/{places.nadia.id}/remove"
    assert orane.post(path, page=PAGE).location == PAGE
    assert nadia.get(page).status_code == 404
    assert "My relay" not in nadia.get("/").text
    assert orane.post(path, page=PAGE).status_code == 404
    assert session.scalars(select(RelayMember.account_id)).all() == [places.paul.id]


def test_who_works_at_a_relay_leaves_it_by_themselves(
    places: Places, nadia: Person, session: Session
) -> None:
    page = f"/relays/{places.library.id}"
    leave = f"{page}/leave"
    assert f'href="{leave}"' in nadia.get(page).text
    assert "They stay with the relay" in words(nadia.get(leave).text)
    assert session.get(RelayMember, (places.library.id, places.nadia.id)) is not None
    assert nadia.post(f"/relays/{places.town_hall.id}/leave").status_code == 404
    assert nadia.fill_in(leave).location == "/"
    assert "You have left the relay" in words(nadia.get("/").text)
    for path in (page, leave):
        assert nadia.get(path).status_code == 404
    assert nadia.post(leave).status_code == 404


def test_who_was_removed_while_a_form_was_open_changes_nothing(
    works: WorkFactory, places: Places, nadia: Person, session: Session
) -> None:
    page = f"/relays/{places.library.id}/sign-up"
    form = {"first_name": "Marcel", "locale": "fr", "commune": "26100"}
    assert nadia.get(page).status_code == 200
    with works.begin() as work:
        relays_service.remove_relay_member(work, relay_id=places.library.id, account_id=places.nadia.id)
        with pytest.raises(relays_service.NotAtRelay):
            relays_service.remove_relay_member(work, relay_id=places.library.id, account_id=places.nadia.id)
    assert nadia.post(page, form).status_code == 404


@pytest.mark.parametrize("who", ["stranger", "member", "organiser elsewhere"])
def test_only_the_territorys_organisers_see_and_change_its_relays(
    app: Flask, works: WorkFactory, world: World, places: Places, session: Session, who: str
) -> None:
    def account(work: Work) -> Account:
        if who == "member":
            return work.session.merge(places.nadia)
        made = add_account(work, address="zoe@example.org")
        if who == "organiser elsewhere":
            add_organiser(work, world.other_territory)
            made = work.session.scalars(select(Account).where(Account.address == "orga@example.org")).one()
        return made

    with works.begin() as work:
        invited = invitations.invite(
            work,
            relays_service.INVITATION,
            subject_id=places.library.id,
            invited_by_id=places.paul.id,
            address=EVE,
        )
        person = signed_in(app, account(work))
    own = f"{PAGE}/{places.library.id}"
    for path in (PAGE, f"{PAGE}/new", f"{own}/invite"):
        assert person.get(path).status_code == 404, path
    for path in (f"{own}/invite", f"{own}/members/{places.nadia.id}/remove"):
        assert person.post(path, {"address": "a@example.org"}).status_code == 404
        # Nor is the relay found at a territory that is not its own, which one of them organises.
        assert person.post(path.replace("valence-romans", "clermont"), {}).status_code == 404
    withdraw = f"{own}/invitations/{invited.id}/withdraw"
    assert person.post(withdraw).status_code == 404
    assert person.post(withdraw.replace("valence-romans", "clermont")).status_code == 404
    assert works_at_library(session, places, "nadia@biblio.example")
    assert session.scalars(select(RelayInvitation)).one().address == EVE


def test_the_desk_leads_to_the_relays(orane: Person, places: Places) -> None:
    assert f'href="{PAGE}"' in orane.get("/t/valence-romans/desk").text
