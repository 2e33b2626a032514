"""The address, the mailed link, and what the page must not tell."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen, Consent, SignUp
from matchmaker.citizens.rules import WEEKLY_LETTER_TEXT
from matchmaker.places.service import change_territory
from tests.builders import NOW, World, account_of, add_account, add_citizen
from tests.citizens.readers import letter_readers
from tests.citizens.steps import answer_all, finish, letters, link_in, sign_in, sign_up_of
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import make_app, without_keys


def count(session: Session, table: type[Citizen] | type[Account] | type[SignUp] | type[Consent]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def without_token(page: str, address: str) -> str:
    """A page without what differs from one visitor to the next."""
    return without_keys(page).replace(address, "")


def test_the_whole_way_from_a_commune_to_a_profile(
    client: FlaskClient, world: World, session: Session
) -> None:
    answer_all(client, skills=("bike repair", "tuning accordions"), challenges=(world.challenge.id,))
    finish(client, weekly_letter=True, locale="en")
    assert "amina@example.org" in client.get("/join/sent").text
    assert count(session, Account) == count(session, Citizen) == 0

    (letter,) = letters(session)
    assert (letter.kind, letter.recipient, letter.locale) == (
        "citizens.confirmation",
        "amina@example.org",
        "en",
    )
    link = link_in(letter)
    assert link in letter.html

    shown = client.get(link)
    assert shown.status_code == 200
    assert "tuning accordions" in shown.text
    assert count(session, Citizen) == 0

    answer = client.post(link)
    assert answer.location == "/home"
    citizen = session.scalars(select(Citizen)).one()
    assert (account_of(citizen).address, citizen.first_name, citizen.locale) == (
        "amina@example.org",
        "Amina",
        "en",
    )
    assert [(skill.phrase, skill.concept_id, skill.confirmed) for skill in citizen.skills] == [
        ("bike repair", "repair.bicycle-repair", False),
        ("tuning accordions", None, False),
    ]
    assert [challenge.id for challenge in citizen.challenges] == [world.challenge.id]
    assert (citizen.commune_code, citizen.hours_a_week, citizen.radius_km, citizen.remote) == (
        "26281",
        4,
        20,
        True,
    )
    assert letter_readers(session, world.territory.id) == [citizen.id]
    assert client.get("/profile").status_code == 200


def test_a_concept_that_was_chosen_is_confirmed_in_the_profile(client: FlaskClient, session: Session) -> None:
    answer_all(client)
    chosen = {"skills-0": "gardening guarding", "skills-0-choice": "services.guarding", "asked": "1"}
    client.get("/join?lang=en")
    client.post("/join/skills", data=chosen)
    finish(client, locale="en")
    client.post(link_in(letters(session)[0]))
    (skill,) = session.scalars(select(Citizen)).one().skills
    assert (skill.phrase, skill.concept_id, skill.confirmed) == (
        "gardening guarding",
        "services.guarding",
        True,
    )


def test_who_waits_for_a_letter_is_told_how_to_reach_the_team(
    client: FlaskClient, world: World, works: WorkFactory
) -> None:
    asked = "how you reach the team"
    sent = "/join/sent?lang=en"
    answer_all(client)
    finish(client)
    assert asked not in client.get(sent).text
    with works.begin() as work:
        written = "bonjour@romans.example, <b>04 75 00 00 00</b>"
        change_territory(work, territory_id=world.territory.id, contact=written)
    for page in (client.get(sent).text, client.get(f"/t/{world.territory.slug}?lang=en").text):
        assert asked in page
        assert '<a href="mailto:bonjour@romans.example">bonjour@romans.example</a>' in page
        assert "&lt;b&gt;04 75 00 00 00&lt;/b&gt;" in page


def test_the_box_for_the_weekly_letter_is_not_ticked_and_nothing_is_sent_without_it(
    client: FlaskClient, world: World, session: Session
) -> None:
    answer_all(client)
    page = client.get("/join/account?lang=en").text
    assert WEEKLY_LETTER_TEXT in page
    assert 'name="weekly_letter" value="en">' in page
    finish(client)
    client.post(link_in(letters(session)[0]))
    assert count(session, Consent) == 0
    assert letter_readers(session, world.territory.id) == []


def test_the_consent_is_kept_with_the_text_in_the_language_in_which_it_was_shown(
    client: FlaskClient, session: Session
) -> None:
    answer_all(client)
    client.get("/join/account?lang=en")
    finish(client, weekly_letter=True, locale="fr")
    client.post(link_in(letters(session)[0]))
    consent = session.scalars(select(Consent)).one()
    assert (consent.shown_text, consent.locale) == (WEEKLY_LETTER_TEXT, "en")
    assert consent.channel == "web"
    assert consent.given_at == NOW
    assert consent.withdrawn_at is None


def test_a_page_left_open_while_the_language_changes_keeps_the_words_that_were_on_it(
    client: FlaskClient, session: Session
) -> None:
    answer_all(client)
    assert 'name="weekly_letter" value="en">' in client.get("/join/account?lang=en").text
    client.get("/join/account?lang=fr")
    sent = {"address": "amina@example.org", "first_name": "Amina", "locale": "fr", "weekly_letter": "en"}
    client.post("/join/account", data=sent)
    client.post(link_in(letters(session)[0]))
    consent = session.scalars(select(Consent)).one()
    assert (consent.shown_text, consent.locale) == (WEEKLY_LETTER_TEXT, "en")


def test_a_known_address_gets_a_sign_in_link_the_page_says_the_same_and_nothing_changes(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        add_citizen(work, world.territory, address="camille@example.org", skills=("couture",), consents=False)
    answer_all(client)
    known = {"address": "Camille@Example.org", "first_name": "Eve", "locale": "en", "weekly_letter": "y"}
    answer = client.post("/join/account", data=known)
    page = client.get("/join/sent")
    other = client.application.test_client()
    answer_all(other)
    unknown = {**known, "address": "nobody2@example.org"}
    assert other.post("/join/account", data=unknown).data == answer.data
    assert without_token(other.get("/join/sent").text, "nobody2@example.org") == without_token(
        page.text, "camille@example.org"
    )
    first, second = letters(session)
    assert (first.kind, first.recipient, first.recipient_name) == (
        "accounts.sign_in",
        "camille@example.org",
        "Camille",
    )
    assert second.kind == "citizens.confirmation"
    client.post(link_in(first))
    citizen = session.scalars(select(Citizen)).one()
    assert citizen.first_name == "Camille"
    assert [skill.phrase for skill in citizen.skills] == ["couture"]
    assert count(session, Consent) == 0


def test_an_account_without_a_profile_finds_its_answers_again_after_signing_in(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_account(work, address="lou@example.org", first_name="Lou")
    answer_all(client, skills=("couture",))
    finish(client, address="lou@example.org", first_name="Somebody")
    (letter,) = letters(session)
    assert letter.kind == "accounts.sign_in"
    answer = client.post(link_in(letter))
    assert answer.location.startswith("/join/account?resume=")
    page = client.get(answer.location, follow_redirects=True)
    assert page.request.path == "/join/account"
    assert "couture" in page.text
    assert client.post("/join/account", data={"weekly_letter": "y"}).location == "/home"
    citizen = session.scalars(select(Citizen)).one()
    assert citizen.first_name == "Lou"
    assert [skill.phrase for skill in citizen.skills] == ["couture"]
    assert count(session, Consent) == 1


def test_nobody_else_can_take_up_a_sign_up_of_somebody(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_account(work, address="lou@example.org", first_name="Lou")
        eve = add_account(work, address="eve@example.org", first_name="Eve")
    answer_all(client)
    finish(client, address="lou@example.org")
    path = client.post(link_in(letters(session)[0])).location
    other = client.application.test_client()
    sign_in(other, works, eve)
    assert other.get(path).location == "/join"
    assert other.get("/join/account?resume=forged").location == "/join"


def test_somebody_signed_in_without_a_profile_is_asked_only_for_the_consent(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        lou = add_account(work, address="lou@example.org", first_name="Lou")
    sign_in(client, works, lou)
    assert client.get("/profile").location == "/join"
    answer_all(client)
    page = client.get("/join/account").text
    assert 'name="address"' not in page
    assert 'name="weekly_letter"' in page
    assert client.post("/join/account", data={"csrf_token": ""}).location == "/home"
    citizen = session.scalars(select(Citizen)).one()
    assert citizen.account_id == lou.id
    assert count(session, Consent) == 0
    assert letters(session) == []
    assert client.get("/join").location == "/profile"


def test_a_second_profile_in_the_same_territory_is_not_made(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    answer_all(client, skills=("couture",))
    with works.begin() as work:
        citizen = add_citizen(work, world.territory, skills=("cuisine",))
    sign_in(client, works, citizen.account)
    assert client.post("/join/account", data={"csrf_token": ""}).location == "/profile"
    assert [skill.phrase for skill in session.scalars(select(Citizen)).one().skills] == ["cuisine"]


def test_what_is_wrong_at_the_end_is_said_beside_its_field_and_nothing_is_lost(client: FlaskClient) -> None:
    answer_all(client)
    client.get("/join/account?lang=en")
    answer = client.post(
        "/join/account",
        data={
            "address": "amina at example.org",
            "first_name": "A" * 61,
            "locale": "xx",
            "weekly_letter": "y",
        },
    )
    assert answer.status_code == 422
    for field in ("address", "first_name", "locale"):
        assert f'id="{field}-error"' in answer.text
    assert 'value="amina at example.org"' in answer.text
    assert "A" * 61 in answer.text
    assert 'name="weekly_letter" value="en" checked' in answer.text
    empty = client.post("/join/account", data={"locale": "fr"})
    assert empty.status_code == 422
    assert "Please write your first name." in empty.text


def test_going_back_from_the_end_shows_name_and_address(client: FlaskClient) -> None:
    answer_all(client)
    assert client.get("/join/sent").location == "/join/account"
    finish(client, weekly_letter=True)
    page = client.get("/join/account").text
    assert 'value="amina@example.org"' in page
    assert 'value="Amina"' in page


def test_one_address_is_not_flooded(client: FlaskClient, clock: MovableClock, session: Session) -> None:
    answer_all(client)
    for _ in range(5):
        finish(client)
    data = {"address": "amina@example.org", "first_name": "Amina", "locale": "fr"}
    assert client.post("/join/account", data=data).status_code == 429
    assert len(letters(session)) == 5
    clock.now = NOW + timedelta(hours=1)
    finish(client)


def test_one_sign_up_does_not_write_to_many_addresses(client: FlaskClient, session: Session) -> None:
    answer_all(client)
    for number in range(10):
        finish(client, address=f"a{number}@example.org")
    data = {"address": "a10@example.org", "first_name": "Amina", "locale": "fr"}
    assert client.post("/join/account", data=data).status_code == 429
    assert len(letters(session)) == 10


def test_a_link_works_once(client: FlaskClient, session: Session) -> None:
    answer_all(client)
    finish(client)
    link = link_in(letters(session)[0])
    assert client.post(link).status_code == 302
    for again in (client.get(link), client.post(link)):
        assert again.status_code == 410
    assert count(session, Citizen) == 1


@pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (24, 410), (100, 410)])
def test_a_link_works_for_a_day(
    client: FlaskClient, clock: MovableClock, session: Session, hours: float, status: int
) -> None:
    answer_all(client)
    finish(client)
    clock.now = NOW + timedelta(hours=hours)
    link = link_in(letters(session)[0])
    assert client.get(link).status_code == status
    assert (client.post(link).status_code == 410) == (status == 410)
    assert count(session, Citizen) == (status == 200)


def test_a_forged_link_is_refused(client: FlaskClient, works: WorkFactory, session: Session) -> None:
    answer_all(client)
    finish(client)
    token = link_in(letters(session)[0]).rpartition("/")[2]
    number = sign_up_of(session).id
    for forged in (
        "nothing",
        token[:-2],
        works.tokens.sign("link", number),
        works.tokens.sign("sign_up.confirm", f"{number}.0123456789abcdef"),
        works.tokens.sign("sign_up.confirm", "unknown.0123456789abcdef"),
    ):
        assert client.get(f"/join/confirm/{forged}").status_code == 410
        assert client.post(f"/join/confirm/{forged}").status_code == 410
    assert count(session, Citizen) == 0


def test_a_link_cannot_confirm_an_address_that_was_written_later(
    client: FlaskClient, clock: MovableClock, session: Session
) -> None:
    answer_all(client)
    finish(client, address="eve@example.org")
    mine = link_in(letters(session)[0])
    finish(client, address="victim@example.org")
    assert client.post(mine).status_code == 410
    assert count(session, Account) == 0
    clock.now = NOW + timedelta(minutes=1)
    finish(client, address="eve@example.org")
    assert client.post(mine).status_code == 410
    assert client.post(link_in(letters(session)[2])).status_code == 302


SAID = {
    "first_name": "Eve",
    "locale": "en",
    "address": "eve@example.org",
    "commune_code": "26362",
    "skills": [["cambriolage", None]],
    "levels": {"cambriolage": "trade"},
    "challenge_ids": [987654],
    "hours_a_week": 59,
    "radius_km": 99,
    "consent_text": "Everything.",
}
"""Other answers than those that the letter is about, by column."""

NOT_SAID = {
    "id",
    "territory_id",
    "consent_locale",
    "relay_id",
    "citizen_id",
    "created_at",
    "mailed_at",
    "confirmed_at",
}
"""The territory goes with its commune, the language with the words that are in it."""


@pytest.mark.parametrize("column", [one.name for one in SignUp.__table__.columns if one.name not in NOT_SAID])
def test_a_link_confirms_nothing_that_was_said_after_its_letter_had_left(
    client: FlaskClient, works: WorkFactory, session: Session, column: str
) -> None:
    answer_all(client)
    finish(client, weekly_letter=True)
    link = link_in(letters(session)[0])
    before = getattr(sign_up_of(session), column)
    assert client.get(link).status_code == 200
    other = not before if column == "remote" else SAID[column]
    for value, status in ((other, 410), (before, 200)):
        with works.begin() as work:
            setattr(work.session.scalars(select(SignUp)).one(), column, value)
        assert client.get(link).status_code == status
        if status == 410:
            assert client.post(link).status_code == 410
    assert count(session, Account) == 0


def test_the_owner_of_the_address_sees_what_they_confirm_and_agrees_at_that_moment(
    client: FlaskClient, clock: MovableClock, session: Session
) -> None:
    answer_all(client, skills=("couture",))
    finish(client, weekly_letter=True)
    link = link_in(letters(session)[0])
    page = client.get(link).text
    assert "couture" in page
    assert str(escape(sign_up_of(session).consent_text or "")) in page
    clock.now = NOW + timedelta(hours=5)
    client.post(link)
    assert session.scalars(select(Consent.given_at)).all() == [clock.now]


def test_who_has_an_account_by_then_signs_in_and_keeps_the_profile(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    answer_all(client, skills=("couture",))
    finish(client, first_name="Eve", weekly_letter=True)
    with works.begin() as work:
        add_citizen(
            work,
            world.territory,
            address="amina@example.org",
            first_name="Amina",
            skills=("cuisine",),
            consents=False,
        )
    answer = client.post(link_in(letters(session)[0]), follow_redirects=False)
    assert answer.location == "/home"
    citizen = session.scalars(select(Citizen)).one()
    assert citizen.first_name == "Amina"
    assert [skill.phrase for skill in citizen.skills] == ["cuisine"]
    assert count(session, Consent) == 0
    assert client.get("/profile").status_code == 200


def test_who_has_an_account_by_then_but_no_profile_here_gets_it(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    answer_all(client, skills=("couture",))
    finish(client, first_name="Somebody")
    with works.begin() as work:
        add_citizen(
            work,
            world.other_territory,
            commune="63113",
            address="amina@example.org",
            first_name="Amina",
        )
    client.post(link_in(letters(session)[0]))
    profiles = session.scalars(select(Citizen).order_by(Citizen.id)).all()
    assert [citizen.territory.slug for citizen in profiles] == ["clermont", "valence-romans"]
    assert profiles[1].first_name == "Amina"


def test_a_confirmed_sign_up_cannot_be_changed_any_more(client: FlaskClient, session: Session) -> None:
    other = client.application.test_client()
    answer_all(client)
    finish(client)
    other.post(link_in(letters(session)[0]))
    assert client.post("/join/skills", data={"skills-0": "couture"}).location == "/join"


def test_forms_without_a_token_are_refused(client: FlaskClient, database: Database, session: Session) -> None:
    answer_all(client)
    finish(client)
    link = link_in(letters(session)[0])
    careful = make_app(database.sessions).test_client()
    cookie = client.get_cookie("session")
    assert cookie is not None
    careful.set_cookie("session", cookie.value)
    assert careful.get("/join/account").status_code == 200, "the same visitor"
    for path in ("/join", "/join/skills", "/join/challenges", "/join/time", "/join/account", link):
        assert careful.post(path, data={"commune": "Valence"}).status_code == 400
    assert count(session, Citizen) == 0
