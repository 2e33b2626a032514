"""Somebody whose letters came back sees it after the sign-in, and says when they arrive again."""

from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.accounts import service
from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from matchmaker.post import suppression
from matchmaker.post.meanings import Bounce
from tests.accounts.mailbox import letters, newest_link
from tests.builders import add_account
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor
from tests.kernel.letters import letter

NOTICE = "Letters to your address have been coming back since 24 November 2026"


def come_back(works: WorkFactory, address: str) -> None:
    """Have a letter to ``address`` come back as to nobody."""
    with works.begin() as work:
        message = work.post(letter(address))
        message.state, message.settled_at = MessageState.SENT, work.now
        suppression.record_return(work, message=message, bounce=Bounce.HARD, diagnostic="550 5.1.1 nobody")


def stopped(works: WorkFactory, account: Account) -> bool:
    """Whether the account gets no letters."""
    with works.begin() as work:
        return service.find_suppressed(work.session, tokens=work.tokens, account_id=account.id) is not None


@pytest.fixture
def reader(app: Flask, works: WorkFactory, camille: Account) -> Person:
    """Camille, signed in, whose letters came back."""
    come_back(works, camille.address)
    return signed_in(app, camille)


def test_a_notice_on_each_page_says_since_when_and_how_to_get_letters_again(
    reader: Person, clock: MovableClock
) -> None:
    clock.advance(timedelta(days=3))
    for page in ("/account", "/my-groups", "/"):
        shown = reader.get(page).text
        assert NOTICE in shown
        assert 'action="/account/letters"' in shown
        assert 'href="/account"' in shown


def test_it_is_told_in_french(reader: Person) -> None:
    reader.get("/?lang=fr")
    shown = reader.get("/account").text
    assert "Depuis le 24 novembre 2026, les lettres envoyées à votre adresse nous reviennent." in shown
    assert "Recevoir de nouveau mes lettres" in shown


def test_nobody_else_sees_it(
    app: Flask, person: Person, works: WorkFactory, reader: Person, camille: Account
) -> None:
    with works.begin() as work:
        lou = add_account(work, address="lou@example.org", first_name="Lou", locale="en")
    assert "coming back" not in signed_in(app, lou).get("/account").text
    assert "coming back" not in person.get("/").text


def test_the_button_lifts_it_and_leads_back(reader: Person, works: WorkFactory, camille: Account) -> None:
    answer = reader.post("/account/letters", {"next": "/my-groups"}, page="/my-groups")
    assert (answer.status_code, answer.location) == (302, "/my-groups")
    assert not stopped(works, camille)
    shown = reader.get("/my-groups").text
    assert "We write to you again, from the next letter on." in shown
    assert NOTICE not in shown
    assert NOTICE not in reader.get("/account").text


@pytest.mark.parametrize("target", ["//evil.test", "https://evil.test/", "/nowhere", ""])
def test_the_button_sends_nobody_elsewhere(reader: Person, target: str) -> None:
    answer = reader.post("/account/letters", {"next": target}, page="/account")
    assert answer.location == "/account"


def test_the_button_needs_the_pages_token_a_post_and_a_sign_in(
    app: Flask, reader: Person, works: WorkFactory, camille: Account
) -> None:
    assert reader.client.post("/account/letters").status_code == 400
    assert reader.get("/account/letters").status_code == 405
    assert visitor(app).post("/account/letters").location == "/sign-in"
    assert stopped(works, camille)


def test_the_button_lifts_it_for_its_own_account_alone(
    app: Flask, reader: Person, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        lou = add_account(work, address="lou@example.org", first_name="Lou", locale="en")
    signed_in(app, lou).post("/account/letters", page="/account")
    assert stopped(works, camille)


def test_it_can_be_said_a_few_times_a_day(reader: Person) -> None:
    codes = [reader.post("/account/letters", page="/account").status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]


def test_a_link_that_was_followed_proves_that_the_address_works(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    come_back(works, camille.address)
    person.fill_in("/sign-in", {"address": camille.address})
    assert letters(works)[-1].asked_for
    link = newest_link(works)
    person.get(link)
    assert stopped(works, camille)
    person.fill_in(link)
    assert not stopped(works, camille)
    assert NOTICE not in person.get("/account").text


def test_an_account_that_opens_by_its_link_gets_letters_whatever_came_back_before(
    person: Person, works: WorkFactory
) -> None:
    come_back(works, "amina@example.org")
    person.fill_in("/account/new", {"first_name": "Amina", "address": "amina@example.org", "locale": "en"})
    assert letters(works)[-1].asked_for
    person.fill_in(newest_link(works))
    assert NOTICE not in person.get("/account").text


def test_an_address_that_another_letter_proved_works_again(works: WorkFactory, camille: Account) -> None:
    come_back(works, camille.address)
    with works.begin() as work:
        service.open_account(work, address=camille.address, first_name="Camille", locale="en")
    assert not stopped(works, camille)


def test_a_password_proves_nothing_about_the_address(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    password = "une phrase assez longue"
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=password, keep_session="none")
    come_back(works, camille.address)
    person.fill_in("/sign-in", {"address": camille.address, "password": password})
    assert NOTICE in person.get("/account").text


def test_whoever_has_no_account_may_ask_and_be_told(person: Person, works: WorkFactory) -> None:
    person.fill_in("/sign-in", {"address": "nobody@example.org"})
    assert (letters(works)[-1].kind, letters(works)[-1].asked_for) == ("accounts.no_account", True)
