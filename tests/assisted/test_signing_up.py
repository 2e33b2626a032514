"""Signing up, at a relay, somebody who has no e-mail address; and somebody who has one."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.assisted import service as assisted
from matchmaker.assisted.models import RelayAct
from matchmaker.assisted.rules import RelayDeed
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.citizens import service
from matchmaker.citizens.models import Citizen, Consent, SignUp
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.digests.queries import recipients
from matchmaker.invitations import service as invitations
from matchmaker.relays import service as relays
from tests.builders import World, add_account
from tests.clock import MovableClock
from tests.doors import Person
from tests.groups.pages import chosen_of, error_beside, letters_to, link_in, value_of, words
from tests.relays.places import Places

ANSWERS = {
    "first_name": "Marcel",
    "locale": "fr",
    "commune": "Romans-sur-Isère",
    "skills-0": "tannage du cuir",
    "skills-1": "couture",
    "hours_a_week": "4",
    "radius_km": "20",
    "asked": "1",
}
YES = {"profile": "y", "channel": "in_person"}


def form_of(places: Places) -> str:
    """The path of the first step at the library."""
    return f"/relays/{places.library.id}/sign-up"


def answered(nadia: Person, places: Places, **other: str) -> str:
    """The answers are noted; the path of the second step."""
    answer = nadia.fill_in(form_of(places), {**ANSWERS, **other})
    assert answer.status_code == 302, words(answer.text)
    return str(answer.location)


def test_somebody_without_an_address_is_a_citizen_at_once(
    nadia: Person, places: Places, world: World, session: Session, clock: MovableClock
) -> None:
    second = answered(nadia, places, challenges=str(world.challenge.id))
    page = nadia.get(second)
    assert page.status_code == 200
    assert "Read this aloud" in words(page.text)
    assert session.scalar(select(func.count(Citizen.id))) == 0, "nothing is kept before a yes"
    answer = nadia.fill_in(
        second, {**YES, "channel": "paper", "weekly_letter": "y", "telephone": "06.12.34.56.78"}
    )
    citizen = session.scalars(select(Citizen)).one()
    assert answer.location == f"/relays/{places.library.id}/people/{citizen.id}"
    assert citizen.account is None
    assert citizen.relay == session.merge(places.library)
    assert (citizen.first_name, citizen.locale, citizen.commune_code) == ("Marcel", "fr", "26281")
    assert (citizen.hours_a_week, citizen.radius_km, citizen.remote) == (4, 20, False)
    assert [skill.phrase for skill in citizen.skills] == ["tannage du cuir", "couture"]
    assert [challenge.slug for challenge in citizen.challenges] == ["produire-ici"]
    assert citizen.telephone is not None
    assert citizen.telephone.number == "+33612345678"
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0
    consents = {consent.purpose: consent for consent in citizen.consents}
    assert set(consents) == set(ConsentPurpose)
    for consent in consents.values():
        assert (consent.channel, consent.locale, consent.given_at) == (
            ConsentChannel.PAPER,
            "fr",
            clock.now,
        )
        assert (consent.relay_id, consent.recorded_by_id) == (places.library.id, places.nadia.id)
        assert consent.withdrawn_at is None
    shown = consents[ConsentPurpose.RELAY_PROFILE].shown_text
    assert shown.startswith("J’accepte que le relais Médiathèque du Vieux Pont garde ici")
    assert shown in page.text, "what is on record is what was shown, in the person's language"
    assert consents[ConsentPurpose.WEEKLY_LETTER].shown_text in page.text
    act = session.scalars(select(RelayAct)).one()
    assert (act.deed, act.citizen_id, act.account_id) == (
        RelayDeed.SIGNED_UP,
        citizen.id,
        places.nadia.id,
    )


def test_the_words_are_read_in_the_language_of_the_person(
    nadia: Person, places: Places, session: Session
) -> None:
    second = answered(nadia, places, locale="en")
    assert '<blockquote lang="en">I agree that Médiathèque du Vieux Pont keeps here' in nadia.get(second).text
    nadia.fill_in(second, YES)
    consent = session.scalars(select(Consent)).one()
    assert consent.shown_text.startswith("I agree that Médiathèque du Vieux Pont keeps here")
    assert consent.purpose is ConsentPurpose.RELAY_PROFILE, "the weekly letter was not agreed to"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"channel": "in_person"}, "profile"),
        ({"profile": "y"}, "channel"),
        ({"profile": "y", "channel": "web"}, "channel"),
        ({**YES, "telephone": "12"}, "telephone"),
    ],
)
def test_without_a_yes_on_record_nothing_is_kept(
    nadia: Person, places: Places, session: Session, sent: dict[str, str], field: str
) -> None:
    second = answered(nadia, places)
    answer = nadia.fill_in(second, sent)
    assert answer.status_code == 422
    assert error_beside(answer.text, field)
    assert value_of(answer.text, "telephone") == sent.get("telephone", "")
    assert session.scalar(select(func.count(Citizen.id))) == 0


@pytest.mark.parametrize(
    ("sent", "field", "told"),
    [
        ({"first_name": ""}, "first_name", "write your first name"),
        ({"first_name": "x" * 61}, "first_name", "At most 60"),
        ({"commune": "Atlantide"}, "commune", "do not know this commune"),
        ({"address": "nobody"}, "address", "does not look like an e-mail address"),
        (
            {"address": "Nadia@Biblio.example"},
            "address",
            "Somebody who works at your relay has this address.",
        ),
        ({"address": "eve@biblio.example"}, "address", "Somebody who works at your relay has this address."),
        ({"locale": "de"}, "locale", "Please choose one of the answers"),
        ({"skills-0": "x" * 65}, "skills-0", "At most 64"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_typed_is_lost(
    nadia: Person,
    places: Places,
    works: WorkFactory,
    session: Session,
    sent: dict[str, str],
    field: str,
    told: str,
) -> None:
    with works.begin() as work:
        invitations.invite(
            work,
            relays.INVITATION,
            subject_id=places.library.id,
            invited_by_id=places.paul.id,
            address="eve@biblio.example",
        )
    typed = {**ANSWERS, **sent}
    answer = nadia.fill_in(form_of(places), typed)
    assert answer.status_code == 422
    assert told % {"name": "Marcel"} in error_beside(answer.text, field)
    for name in ("first_name", "commune", "skills-0", "skills-1"):
        assert value_of(answer.text, name) == typed[name]
    assert chosen_of(answer.text, "hours_a_week") == "4"
    assert session.scalar(select(func.count(SignUp.id))) == 0


def test_an_unsure_skill_is_asked_about_once_on_the_same_page(
    nadia: Person, places: Places, session: Session
) -> None:
    first = nadia.fill_in(form_of(places), {**ANSWERS, "skills-0": "comptabilite generale", "asked": ""})
    assert "Which one do you mean?" in words(first.text)
    assert value_of(first.text, "first_name") == "Marcel"
    chosen = {"skills-0": "comptabilite generale", "skills-0-choice": "finance.accounting"}
    second = answered(nadia, places, **chosen)
    nadia.fill_in(second, YES)
    skills = session.scalars(select(Citizen)).one().skills
    assert (skills[0].concept_id, skills[0].confirmed) == ("finance.accounting", True)


def test_a_line_more_keeps_all_that_was_typed(nadia: Person, places: Places) -> None:
    answer = nadia.fill_in(form_of(places), {**ANSWERS, "skills-2": "vélos", "add_line": "1"})
    assert answer.status_code == 200
    assert 'name="skills-5"' in answer.text
    assert value_of(answer.text, "skills-2") == "vélos"
    assert value_of(answer.text, "commune") == "Romans-sur-Isère"


def test_who_lives_outside_counts_from_the_nearest_commune_of_the_relays_territory(
    nadia: Person, places: Places, session: Session
) -> None:
    second = answered(nadia, places, commune="Clermont-Ferrand")
    draft = session.scalars(select(SignUp)).one()
    assert draft.territory_id == places.library.territory_id
    assert draft.commune_code == "26362", "of the three it is the nearest"
    assert "Valence · Valence-Romans" in words(nadia.get(second).text)


def test_answers_are_corrected_before_the_yes(nadia: Person, places: Places, session: Session) -> None:
    second = answered(nadia, places)
    again = f"{form_of(places)}?again={second.rpartition('/')[2]}"
    page = nadia.get(again).text
    assert value_of(page, "first_name") == "Marcel"
    assert value_of(page, "skills-0") == "tannage du cuir"
    answer = nadia.fill_in(again, {**ANSWERS, "first_name": "Marcelle"})
    assert answer.location == second
    nadia.fill_in(second, YES)
    assert session.scalars(select(Citizen)).one().first_name == "Marcelle"


def test_a_finished_or_forgotten_sign_up_leads_back_to_the_list(
    nadia: Person, places: Places, works: WorkFactory, session: Session, clock: MovableClock
) -> None:
    second, other = answered(nadia, places), answered(nadia, places)
    assert nadia.fill_in(second, YES).status_code == 302
    assert nadia.post(second, YES).location == f"/relays/{places.library.id}"
    assert session.scalar(select(func.count(Citizen.id))) == 1
    clock.now += timedelta(days=8)
    with works.begin() as work:
        service.forget_stale_sign_ups(work)
    assert nadia.get(other).location == f"/relays/{places.library.id}"
    assert "This sign-up is finished" in words(nadia.get(f"/relays/{places.library.id}").text)


def test_answers_that_changed_meanwhile_are_not_finished_in_the_other_way(
    nadia: Person, places: Places, works: WorkFactory, session: Session
) -> None:
    without, with_address = (
        answered(nadia, places, address=address).rpartition("/")[2]
        for address in ("", "marcel@poste.example")
    )
    with works.begin() as work:
        with pytest.raises(service.SignUpLost):
            assisted.sign_up_here(
                work,
                desk=places.desk,
                sign_up_id=with_address,
                channel=ConsentChannel.PAPER,
                weekly_letter=False,
            )
        with pytest.raises(service.SignUpLost):
            assisted.send_to_person(work, relay_id=places.library.id, sign_up_id=without, weekly_letter=False)
    assert session.scalar(select(func.count(Citizen.id))) == 0
    assert session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_the_same_first_name_twice_is_two_people(nadia: Person, places: Places, session: Session) -> None:
    for _ in range(2):
        nadia.fill_in(answered(nadia, places), YES)
    assert [one.first_name for one in session.scalars(select(Citizen))] == ["Marcel", "Marcel"]


def test_with_an_address_the_person_confirms_themself(
    nadia: Person, places: Places, app: Flask, session: Session
) -> None:
    second = answered(nadia, places, address="Marcel@poste.example", locale="en")
    page = nadia.get(second).text
    assert "How was the yes given?" not in words(page)
    assert '<blockquote lang="en">Once a week, send me the new needs' in page
    answer = nadia.fill_in(second, {"weekly_letter": "y"})
    assert answer.location == f"/relays/{places.library.id}"
    assert session.scalar(select(func.count(Citizen.id))) == 0
    (letter,) = letters_to(session, "marcel@poste.example")
    assert (letter.kind, letter.locale) == ("citizens.confirmation", "en")
    marcel = Person(client=app.test_client())
    link = link_in(letter, "/join/confirm/")
    assert "By confirming you say this too" in words(marcel.get(f"{link}?lang=en").text)
    assert marcel.fill_in(link).status_code == 302
    citizen = session.scalars(select(Citizen)).one()
    assert citizen.relay is None
    assert (
        citizen.account
        == session.scalars(select(Account).where(Account.address == "marcel@poste.example")).one()
    )
    consent = session.scalars(select(Consent)).one()
    assert (consent.channel, consent.locale, consent.relay_id) == (ConsentChannel.WEB, "en", None)
    assert consent.shown_text.endswith("by one click in each letter.")
    assert "Nobody yet" in words(nadia.get(f"/relays/{places.library.id}").text), "it is theirs alone"
    assert nadia.post(second, {}).location == f"/relays/{places.library.id}"


def test_an_address_with_an_account_gets_a_link_to_sign_in_and_nothing_changes(
    nadia: Person, places: Places, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_account(work, address="marcel@poste.example", first_name="Marcel")
    nadia.fill_in(answered(nadia, places, address="marcel@poste.example"), {})
    (letter,) = letters_to(session, "marcel@poste.example")
    assert letter.kind == "accounts.sign_in"
    assert session.scalar(select(func.count(Citizen.id))) == 0


def test_who_has_no_address_gets_no_letter_by_e_mail(
    nadia: Person, places: Places, world: World, session: Session
) -> None:
    nadia.fill_in(answered(nadia, places), {**YES, "weekly_letter": "y"})
    assert recipients(session, territory_id=world.territory.id) == []
