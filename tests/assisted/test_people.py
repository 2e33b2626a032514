"""What a relay does for its people afterwards: each is done at their wish, and on record."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.assisted import queries as assisted
from matchmaker.assisted.models import RelayAct
from matchmaker.assisted.rules import RelayDeed
from matchmaker.base.work import WorkFactory
from matchmaker.citizens import queries, service
from matchmaker.citizens.models import Citizen, CitizenTelephone, Consent, SignUp
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.relays import service as relays
from matchmaker.relays.models import RelayMember
from matchmaker.vocabulary.rules import Level
from tests.builders import World, account_of, add_account, add_citizen, add_person
from tests.clock import MovableClock
from tests.doors import Person
from tests.groups.pages import error_beside, letters_to, link_in, value_of, words
from tests.relays.places import Places

MARCELS = "marcel@poste.example"


@pytest.fixture
def marcel(works: WorkFactory, places: Places) -> Citizen:
    """Marcel, who was signed up at the library, with a telephone and the weekly letter."""
    with works.begin() as work:
        return add_person(
            work, places.library, places.nadia, skills=("tannage du cuir",), telephone="+33475020304"
        )


def page_of(marcel: Citizen) -> str:
    """The path of Marcel's page."""
    return f"/relays/{marcel.relay_id}/people/{marcel.id}"


def deeds(session: Session) -> list[RelayDeed]:
    """What is on record, in its order."""
    return list(session.scalars(select(RelayAct.deed).order_by(RelayAct.id)))


def test_the_page_shows_the_person_the_telephone_and_the_record(nadia: Person, marcel: Citizen) -> None:
    page = nadia.get(page_of(marcel)).text
    assert value_of(page, "telephone") == "04 75 02 03 04"
    for text in ("tannage du cuir", "J’accepte que le relais", "Out loud, in person", "Signed up"):
        assert text in words(page)
    assert words(page).count("Nadia") == 3, "who heard both consents, and who signed him up"


def test_a_profile_is_corrected(nadia: Person, marcel: Citizen, places: Places, session: Session) -> None:
    sent = {
        "first_name": "Marcello",
        "locale": "en",
        "telephone": "+44 20 7946 0958",
        "commune": "Bourg-de-Péage",
        "hours_a_week": "2",
        "radius_km": "",
        "remote": "y",
    }
    assert nadia.fill_in(page_of(marcel), sent).location == page_of(marcel)
    citizen = session.get_one(Citizen, marcel.id)
    assert (citizen.first_name, citizen.locale, citizen.commune_code) == ("Marcello", "en", "26057")
    assert (citizen.hours_a_week, citizen.radius_km, citizen.remote) == (2, None, True)
    assert citizen.telephone is not None
    assert citizen.telephone.number == "+442079460958"
    nadia.fill_in(page_of(marcel), {**sent, "telephone": ""})
    assert session.scalars(select(CitizenTelephone)).all() == []
    assert deeds(session) == [RelayDeed.SIGNED_UP, RelayDeed.CORRECTED, RelayDeed.CORRECTED]
    assert assisted.acts_for(session, relay_id=places.library.id, citizen_id=marcel.id)[0].account_id == (
        places.nadia.id
    )


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"first_name": ""}, "first_name"), ({"telephone": "12"}, "telephone"), ({"commune": "?"}, "commune")],
)
def test_a_wrong_correction_is_told_beside_its_field(
    nadia: Person, marcel: Citizen, session: Session, sent: dict[str, str], field: str
) -> None:
    typed = {"first_name": "Marcello", "locale": "fr", "telephone": "", "commune": "Valence", **sent}
    answer = nadia.fill_in(page_of(marcel), typed)
    assert answer.status_code == 422
    assert error_beside(answer.text, field)
    assert value_of(answer.text, field) == sent[field]
    assert session.get_one(Citizen, marcel.id).first_name == "Marcel"
    assert deeds(session) == [RelayDeed.SIGNED_UP]


def test_skills_are_changed_in_the_language_of_the_person(
    nadia: Person, marcel: Citizen, session: Session
) -> None:
    answer = nadia.fill_in(f"{page_of(marcel)}/skills", {"skills-0": "jardinage", "asked": "1"})
    assert answer.location == page_of(marcel)
    (skill,) = session.get_one(Citizen, marcel.id).skills
    assert (skill.phrase, skill.language, skill.concept_id) == ("jardinage", "fr", "farming.gardening")
    assert deeds(session)[-1] is RelayDeed.CORRECTED


def test_a_level_that_was_ticked_at_a_relay_goes_with_the_profile_to_its_owner(
    nadia: Person, marcel: Citizen, session: Session
) -> None:
    nadia.fill_in(
        f"{page_of(marcel)}/skills", {"skills-0": "jardinage", "skills-0-level": "trade", "asked": "1"}
    )
    session.expire_all()
    assert session.get_one(Citizen, marcel.id).levels == {"jardinage": Level.TRADE}
    nadia.fill_in(f"{page_of(marcel)}/address", {"address": MARCELS})
    assert session.scalars(select(SignUp)).one().ticked == {"jardinage": Level.TRADE}


def test_the_letter_is_stopped_and_asked_for_again(
    nadia: Person, marcel: Citizen, session: Session, clock: MovableClock
) -> None:
    clock.now += timedelta(days=1)
    for _ in range(2):
        assert nadia.post(f"{page_of(marcel)}/letter/stop").location == page_of(marcel)
    (stopped,) = session.scalars(select(Consent).where(Consent.purpose == ConsentPurpose.WEEKLY_LETTER))
    assert stopped.withdrawn_at == clock.now
    assert "withdrawn on" in words(nadia.get(page_of(marcel)).text)
    refused = nadia.fill_in(f"{page_of(marcel)}/letter", {})
    assert error_beside(refused.text, "channel")
    for _ in range(2):
        answer = nadia.fill_in(f"{page_of(marcel)}/letter", {"channel": "telephone"})
        assert answer.location == page_of(marcel)
    asked = queries.weekly_consent(session, citizen_id=marcel.id)
    assert asked is not None
    assert (asked.channel, asked.given_at) == (ConsentChannel.TELEPHONE, clock.now)
    assert deeds(session) == [RelayDeed.SIGNED_UP, RelayDeed.LETTER_STOPPED, RelayDeed.LETTER_ASKED]


def test_a_profile_is_deleted_and_the_deed_alone_stays(
    nadia: Person, marcel: Citizen, places: Places, session: Session
) -> None:
    assert nadia.get(f"{page_of(marcel)}/delete").status_code == 200
    assert session.scalar(select(func.count(Citizen.id))) == 1
    answer = nadia.fill_in(f"{page_of(marcel)}/delete")
    assert answer.location == f"/relays/{places.library.id}"
    for table in (Citizen, CitizenTelephone, Consent):
        assert session.scalars(select(table)).all() == []
    acts = session.scalars(select(RelayAct).order_by(RelayAct.id)).all()
    assert [(act.deed, act.citizen_id) for act in acts] == [
        (RelayDeed.SIGNED_UP, None),
        (RelayDeed.DELETED, None),
    ]
    assert acts[-1].account_id == places.nadia.id
    assert nadia.post(f"{page_of(marcel)}/delete").status_code == 404


def test_a_member_who_leaves_with_their_account_leaves_the_record(
    works: WorkFactory, marcel: Citizen, places: Places, session: Session
) -> None:
    with works.begin() as work:
        relays.remove_relay_member(work, relay_id=places.library.id, account_id=places.nadia.id)
        work.session.delete(work.session.get_one(Account, places.nadia.id))
    assert session.scalars(select(RelayAct.account_id)).all() == [None]
    assert {consent.relay_id for consent in session.scalars(select(Consent))} == {places.library.id}
    assert session.scalar(select(func.count()).select_from(RelayMember)) == 1


def given(nadia: Person, marcel: Citizen, address: str = MARCELS, letter: bool = True) -> None:
    """Nadia writes the address that Marcel has by now."""
    sent = {"address": address, **({"weekly_letter": "y"} if letter else {})}
    assert nadia.fill_in(f"{page_of(marcel)}/address", sent).location == page_of(marcel)


def confirmation(session: Session, address: str = MARCELS) -> str:
    """The path in the newest letter to an address."""
    return link_in(letters_to(session, address)[-1], "/join/confirm/")


def test_who_has_an_address_by_now_takes_the_profile_over(
    nadia: Person, marcel: Citizen, places: Places, app: Flask, session: Session, clock: MovableClock
) -> None:
    given(nadia, marcel)
    assert session.get_one(Citizen, marcel.id).relay_id == places.library.id, "nothing changes yet"
    nadia.fill_in(f"{page_of(marcel)}/skills", {"skills-0": "couture", "asked": "1"})
    clock.now += timedelta(hours=1)
    browser = Person(client=app.test_client())
    link = confirmation(session)
    assert browser.fill_in(link).status_code == 302
    session.expire_all()
    (citizen,) = session.scalars(select(Citizen)).all()
    assert citizen.id == marcel.id
    assert citizen.account is not None
    assert (citizen.account.address, citizen.account.first_name) == (MARCELS, "Marcel")
    assert (citizen.relay_id, citizen.own_first_name, citizen.own_locale) == (None, None, None)
    assert (citizen.first_name, citizen.locale) == ("Marcel", "fr")
    assert citizen.telephone is None
    assert [skill.phrase for skill in citizen.skills] == ["couture"], "as it is now, not as it was"
    in_force = [consent for consent in citizen.consents if consent.withdrawn_at is None]
    assert [(one.purpose, one.channel) for one in in_force] == [
        (ConsentPurpose.WEEKLY_LETTER, ConsentChannel.WEB)
    ]
    assert nadia.get(page_of(marcel)).status_code == 404, "it is theirs alone"
    assert "couture" in browser.get("/profile").text
    assert browser.get(link).status_code == 410


def test_without_the_letter_asked_for_there_is_none_afterwards(
    nadia: Person, marcel: Citizen, app: Flask, session: Session
) -> None:
    given(nadia, marcel, letter=False)
    Person(client=app.test_client()).fill_in(confirmation(session))
    assert queries.weekly_consent(session, citizen_id=marcel.id) is None


@pytest.mark.parametrize("address", ["nadia@biblio.example", "NADIA@Biblio.example"])
def test_a_helpers_own_address_is_refused_as_theirs(
    nadia: Person, marcel: Citizen, session: Session, address: str
) -> None:
    answer = nadia.fill_in(f"{page_of(marcel)}/address", {"address": address})
    assert "Somebody who works at your relay has this address." in error_beside(answer.text, "address")
    assert value_of(answer.text, "address") == address
    assert session.scalars(select(SignUp).where(SignUp.citizen_id.is_not(None))).all() == []


def test_no_relay_learns_who_works_at_another(nadia: Person, marcel: Citizen, session: Session) -> None:
    told = []
    for address in ("paul@mairie.example", "nobody@example.org"):
        answer = nadia.fill_in(f"{page_of(marcel)}/address", {"address": address})
        page = nadia.get(answer.location).text
        told.append((answer.status_code, answer.location, address in page))
    assert told[0] == told[1] == (302, told[0][1], True)
    assert session.get_one(Citizen, marcel.id).account_id is None


def test_a_corrected_address_makes_the_letter_to_the_wrong_one_useless(
    nadia: Person, marcel: Citizen, app: Flask, session: Session
) -> None:
    given(nadia, marcel, "marcelle@poste.example")
    wrong = confirmation(session, "marcelle@poste.example")
    given(nadia, marcel)
    browser = Person(client=app.test_client())
    assert browser.get(wrong).status_code == 410
    assert browser.post(wrong).status_code == 410
    assert browser.fill_in(confirmation(session)).status_code == 302


def test_who_has_an_account_signs_in_and_the_profile_follows(
    nadia: Person, marcel: Citizen, works: WorkFactory, app: Flask, session: Session
) -> None:
    with works.begin() as work:
        account = add_account(work, address=MARCELS, first_name="M. Tanneur", locale="en")
    given(nadia, marcel)
    (letter,) = letters_to(session, MARCELS)
    assert letter.kind == "accounts.sign_in"
    browser = Person(client=app.test_client())
    answer = browser.fill_in(link_in(letter, "/sign-in/"))
    assert answer.location.startswith("/join/account?resume=")
    assert browser.get(answer.location).location == "/join/account"
    assert browser.fill_in("/join/account", {"weekly_letter": "y"}).location == "/home"
    citizen = session.get_one(Citizen, marcel.id)
    session.refresh(citizen)
    assert (citizen.account_id, citizen.relay_id, citizen.first_name) == (account.id, None, "M. Tanneur")


def test_a_profile_of_ones_own_stays_and_so_does_the_relays(
    nadia: Person,
    marcel: Citizen,
    places: Places,
    works: WorkFactory,
    world: World,
    app: Flask,
    session: Session,
) -> None:
    given(nadia, marcel)
    link = confirmation(session)
    with works.begin() as work:
        add_citizen(work, world.territory, address=MARCELS, first_name="Marcel")
    browser = Person(client=app.test_client())
    assert browser.fill_in(f"{link}?lang=en").status_code == 302
    assert "You had a profile here already. It stays as it was." in words(browser.get("/profile").text)
    session.expire_all()
    assert session.get_one(Citizen, marcel.id).relay_id == places.library.id
    assert session.scalar(select(func.count(Citizen.id))) == 2


def test_nobody_else_takes_a_profile_over_that_is_somebodys_own(
    nadia: Person, marcel: Citizen, works: WorkFactory, app: Flask, session: Session
) -> None:
    given(nadia, marcel)
    Person(client=app.test_client()).fill_in(confirmation(session))
    with works.begin() as work:
        mallory = add_account(work, address="mallory@example.org")
        sign_up = service.start_sign_up(
            work, territory_id=marcel.territory_id, commune_code=marcel.commune_code, locale="fr"
        )
        work.session.get_one(SignUp, sign_up).citizen_id = marcel.id
        with pytest.raises(service.ProfileExists):
            service.create_profile(
                work, sign_up_id=sign_up, account_id=mallory.id, locale="fr", consent_locale=None
            )
    session.expire_all()
    assert account_of(session.get_one(Citizen, marcel.id)).address == MARCELS


def test_a_deleted_profile_is_not_taken_over(
    nadia: Person, marcel: Citizen, app: Flask, session: Session
) -> None:
    given(nadia, marcel)
    link = confirmation(session)
    nadia.fill_in(f"{page_of(marcel)}/delete")
    assert Person(client=app.test_client()).get(link).status_code == 410
    assert session.scalars(select(Account).where(Account.address == MARCELS)).all() == []
