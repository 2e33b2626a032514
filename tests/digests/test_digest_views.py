"""The organisers' page of the week, and the link that stops the letters."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens import queries as citizens_queries
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState
from matchmaker.groups.models import Need
from matchmaker.post import delivery
from tests import builders
from tests.builders import NOW, World
from tests.databases import Database
from tests.digests.weeks import run_week
from tests.doors import Person, make_app, signed_in, site_of, visitor, works_of

WEEK_PAGE = "/t/valence-romans/week"


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def camille(work: Work, world: World) -> Citizen:
    return builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"])


@pytest.fixture
def orane(app: Flask, work: Work, world: World) -> Person:
    account = builders.add_organiser(work, world.territory)
    account.locale = "en"
    work.session.commit()
    return signed_in(app, account)


def test_the_week_shows_every_letter_with_its_reasons_and_who_gets_nothing(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    builders.add_citizen(work, world.territory, address="q@example.org", first_name="Quentin", consents=False)
    work.session.commit()

    page = orane.get(WEEK_PAGE)

    assert page.status_code == 200
    assert "Camille" in page.text
    assert need.title in page.text
    assert "bike repair → réparation de vélos" in page.text
    assert "Did not ask for the letter" in page.text
    assert "Quentin" in page.text
    assert "The letters leave by themselves on 1 December 2026, 08:00" in page.text
    assert builders.account_of(camille).address not in page.text


def test_looking_changes_nothing(work: Work, need: Need, camille: Citizen, orane: Person) -> None:
    orane.get(WEEK_PAGE)
    orane.get(f"{WEEK_PAGE}/preview/{camille.account_id}")

    assert work.session.scalar(select(func.count()).select_from(DigestRun)) == 0
    assert work.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", WEEK_PAGE),
        ("GET", WEEK_PAGE + "/preview/{account}"),
        ("POST", WEEK_PAGE + "/test"),
        ("POST", WEEK_PAGE + "/send"),
        ("GET", "/t/nowhere/week"),
    ],
)
def test_the_week_is_not_there_for_anybody_else(
    app: Flask, work: Work, world: World, camille: Citizen, method: str, path: str
) -> None:
    builders.add_organiser(work, world.other_territory)
    other = signed_in(app, work.session.scalars(select(Account).where(Account.first_name == "Orane")).one())
    somebody = signed_in(app, camille.account)
    path = path.format(account=camille.account_id)

    for person in (other, somebody):
        answer = person.get(path) if method == "GET" else person.post(path)
        assert answer.status_code == 404
    stranger = visitor(app).client.open(path, method=method)
    assert stranger.status_code in {302, 400}
    assert work.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_letter_can_be_read_before_it_is_sent(need: Need, camille: Citizen, orane: Person) -> None:
    page = orane.get(f"{WEEK_PAGE}/preview/{camille.account_id}")

    assert page.status_code == 200
    assert "You could help: Réparer nos vélos de livraison" in page.text
    assert "You offer “bike repair”, for “réparation de vélos”." in page.text
    assert orane.get(f"{WEEK_PAGE}/preview/999999").status_code == 404


def test_the_week_is_sent_once_whatever_is_pressed(
    app: Flask, work: Work, need: Need, camille: Citizen, orane: Person
) -> None:
    first = orane.post(f"{WEEK_PAGE}/send")
    assert first.status_code == 302
    page = orane.get(WEEK_PAGE).text
    assert "The letters are being prepared, and leave one after the other." in page
    assert "The letters are being prepared. This takes some seconds." in page

    orane.post(f"{WEEK_PAGE}/send")
    service.advance(works_of(app))

    page = orane.get(WEEK_PAGE).text
    assert "The letters of this week were sent already. Nothing was sent again." in page
    assert "Orane pressed the button." in page
    assert "Send 1 letter now" not in page
    kinds = work.session.scalars(select(OutboxMessage.kind)).all()
    assert kinds == ["digests.weekly"]


def test_without_the_token_of_the_page_nothing_is_sent(
    work: Work, need: Need, camille: Citizen, orane: Person
) -> None:
    answer = orane.client.post(f"{WEEK_PAGE}/send")

    assert answer.status_code == 400
    assert work.session.scalar(select(func.count()).select_from(DigestRun)) == 0


def test_a_week_with_nothing_to_tell_says_so(app: Flask, work: Work, world: World, orane: Person) -> None:
    orane.post(f"{WEEK_PAGE}/send")
    service.advance(works_of(app))

    page = orane.get(WEEK_PAGE).text
    assert "There was nothing new to tell, so nobody got a letter." in page


def test_a_test_goes_to_the_organiser_alone(work: Work, need: Need, camille: Citizen, orane: Person) -> None:
    orane.post(f"{WEEK_PAGE}/test")

    assert "A test is on its way to your own address." in orane.get(WEEK_PAGE).text
    assert work.session.scalars(select(OutboxMessage.recipient)).all() == ["orga@example.org"]


def test_without_an_open_need_there_is_no_test(work: Work, world: World, orane: Person) -> None:
    orane.post(f"{WEEK_PAGE}/test")

    assert "There is no open need yet" in orane.get(WEEK_PAGE).text
    assert work.session.scalars(select(OutboxMessage)).all() == []


def test_tests_are_not_a_way_to_flood_a_mailbox(need: Need, orane: Person) -> None:
    answers = [orane.post(f"{WEEK_PAGE}/test").status_code for _ in range(6)]

    assert answers == [302] * 5 + [429]


def test_when_the_mail_server_is_away_the_page_says_so_and_the_letters_wait(
    app: Flask, work: Work, need: Need, camille: Citizen, orane: Person
) -> None:
    orane.post(f"{WEEK_PAGE}/send")
    service.advance(works_of(app))
    nobody_listens = site_of(app).settings.model_copy(update={"mail_host": "127.0.0.1", "mail_port": 1})
    assert delivery.deliver(works_of(app), nobody_listens).stopped

    page = orane.get(WEEK_PAGE).text

    assert "The mail server does not take the letters at the moment." in page
    assert "127.0.0.1:1" in page
    assert work.session.scalars(select(OutboxMessage.state)).all() == [MessageState.PENDING]


def test_a_missed_week_is_told_and_can_still_be_sent(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    work.session.add(
        DigestRun(
            territory_id=world.territory.id,
            iso_week="2026-W48",
            state=RunState.EXPIRED,
            seed=1,
            started_at=NOW,
        )
    )
    work.session.commit()
    assert "did not leave in time" in orane.get(WEEK_PAGE).text

    orane.post(f"{WEEK_PAGE}/send")

    assert "The letters are being prepared" in orane.get(WEEK_PAGE).text


def test_many_letters_come_in_pages(work: Work, world: World, need: Need, orane: Person) -> None:
    for number in range(13):
        builders.add_citizen(
            work, world.territory, address=f"c{number}@example.org", first_name=f"Voisine{number}"
        )
    work.session.commit()

    first, second = orane.get(WEEK_PAGE).text, orane.get(f"{WEEK_PAGE}?page=2").text

    assert "Voisine11" in first
    assert "Voisine12" not in first
    assert "Voisine12" in second
    assert orane.get(f"{WEEK_PAGE}?page=no").status_code == 200
    assert orane.get(f"{WEEK_PAGE}?page=-3").status_code == 200


def unsubscribe_path(work: Work, citizen: Citizen) -> str:
    """The path in the letters of a citizen."""
    token = work.tokens.sign_bound(
        service.UNSUBSCRIBE, str(citizen.account_id), to=builders.account_of(citizen).address
    )
    return f"/unsubscribe/{token}"


def in_force(work: Work, citizen: Citizen) -> bool:
    """Whether the consent to the letter holds."""
    work.session.expire_all()
    return citizens_queries.weekly_consent(work.session, citizen_id=citizen.id) is not None


def test_opening_the_link_shows_a_button_in_the_letters_language_and_changes_nothing(
    app: Flask, work: Work, camille: Citizen
) -> None:
    work.session.commit()

    page = visitor(app).get(unsubscribe_path(work, camille))

    assert page.status_code == 200
    assert "Stop the weekly letter?" in page.text
    assert '<html lang="en">' in page.text
    assert in_force(work, camille)


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_stops_the_letters_at_once_without_cookie_or_token(
    app: Flask, work: Work, world: World, need: Need, camille: Citizen, content_type: str
) -> None:
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    path = unsubscribe_path(work, camille)

    for _ in range(2):
        answer = app.test_client(use_cookies=False).post(
            path, data={"List-Unsubscribe": "One-Click"}, content_type=content_type
        )
        assert answer.status_code == 200
        assert "You will get no more letters" in answer.text
    assert not in_force(work, camille)
    assert work.session.scalars(select(OutboxMessage.state)).all() == [MessageState.SKIPPED]


def test_a_forged_link_stops_nobodys_letters(app: Flask, work: Work, camille: Citizen) -> None:
    work.session.commit()
    other = work.tokens.sign("link", str(camille.id))

    for token in ("1", other, unsubscribe_path(work, camille)[:-2].rpartition("/")[2]):
        assert app.test_client().post(f"/unsubscribe/{token}").status_code == 404
    assert in_force(work, camille)


def test_the_link_of_somebody_who_left_still_answers(app: Flask, work: Work, world: World) -> None:
    token = work.tokens.sign_bound(service.UNSUBSCRIBE, "999999", to="partie@example.org")
    work.session.commit()

    assert app.test_client().get(f"/unsubscribe/{token}").status_code == 200
    assert app.test_client().post(f"/unsubscribe/{token}").status_code == 200


def test_the_link_of_somebody_who_left_stops_nobody_who_has_their_number_now(
    app: Flask, work: Work, camille: Citizen
) -> None:
    token = work.tokens.sign_bound(service.UNSUBSCRIBE, str(camille.account_id), to="partie@example.org")
    work.session.commit()

    assert app.test_client().post(f"/unsubscribe/{token}").status_code == 200
    assert in_force(work, camille)


def test_a_run_of_itself_says_so(
    database: Database, work: Work, need: Need, camille: Citizen, orane: Person
) -> None:
    run_week(work, territory_id=need.territory_id, started_by=None)
    work.session.commit()

    page = orane.get(WEEK_PAGE).text
    assert "It ran by itself." in page
    assert "Nothing is repeated" in page

    next_week = make_app(database.sessions, now=NOW + timedelta(days=7))
    person = signed_in(
        next_week, work.session.scalars(select(Account).where(Account.first_name == "Orane")).one()
    )
    assert "Was told before of everything that fits" in person.get(WEEK_PAGE).text
