"""A new account, its settings, the language."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.accounts import service
from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from tests.accounts.mailbox import letters, newest_link
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor, without_keys

PASSWORD = "une phrase assez longue"
AMINA = {"first_name": "Amina", "address": "amina@example.org", "locale": "en"}


def find(works: WorkFactory, address: str) -> Account | None:
    """The account of an address."""
    with works.begin() as work:
        return service.find_account(work.session, address=address)


def test_an_account_opens_by_the_button_behind_the_mailed_link(person: Person, works: WorkFactory) -> None:
    assert person.fill_in("/account/new", AMINA).status_code == 200
    link = newest_link(works)
    assert person.get(link).status_code == 200
    assert find(works, "amina@example.org") is None
    assert person.fill_in(link).status_code == 302
    account = find(works, "amina@example.org")
    assert account is not None
    assert (account.first_name, account.locale) == ("Amina", "en")
    assert person.get("/account").status_code == 200
    assert person.get(link).status_code == 410


def test_after_it_one_is_where_one_wanted_to_be(person: Person, works: WorkFactory) -> None:
    person.fill_in("/account/new?next=/my-groups", AMINA)
    assert person.fill_in(newest_link(works)).location == "/my-groups"


def test_a_second_sign_up_with_the_same_address_tells_nothing_and_changes_nothing(
    person: Person, works: WorkFactory
) -> None:
    def page() -> str:
        answer = person.fill_in("/account/new", {**AMINA, "first_name": "Eve", "locale": "fr"})
        assert answer.status_code == 200
        return without_keys(answer.text)

    unknown = page()
    with works.begin() as work:
        service.open_account(work, address="amina@example.org", first_name="Amina", locale="en")
    assert page() == unknown
    assert letters(works)[-1].kind == "accounts.sign_in"
    account = find(works, "amina@example.org")
    assert account is not None
    assert (account.first_name, account.locale) == ("Amina", "en")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"first_name": " \t "}, "first_name"),
        ({"first_name": "x" * 61}, "first_name"),
        ({"address": "amina"}, "address"),
        ({"locale": "de"}, "locale"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    person: Person, works: WorkFactory, wrong: dict[str, str], field: str
) -> None:
    answers = {**AMINA, **wrong}
    answer = person.fill_in("/account/new", answers)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    for name in ("first_name", "address"):
        if answers[name].strip():
            assert f'value="{answers[name]}"' in answer.text
    assert list(letters(works)) == []


def test_a_name_with_a_null_character_is_refused_and_breaks_nothing(person: Person) -> None:
    assert person.fill_in("/account/new", {**AMINA, "first_name": "A\0"}).status_code == 400
    assert person.client.get("/communes", query_string={"q": "ro\0"}).status_code == 400
    assert person.client.get("/t/\0").status_code == 400


def test_a_letter_to_an_address_that_nobody_proved_has_no_word_of_who_typed_it(
    person: Person, works: WorkFactory
) -> None:
    person.fill_in("/account/new", {**AMINA, "first_name": "GAGNEZ 900€\r\nBcc: eve@example.org"})
    letter = letters(works)[-1]
    assert letter.recipient_name == ""
    for typed in ("GAGNEZ", "eve@"):
        assert typed not in f"{letter.subject} {letter.text} {letter.html}"


def test_too_many_sign_ups_with_one_address_are_stopped(person: Person, clock: MovableClock) -> None:
    codes = [person.fill_in("/account/new", AMINA).status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    clock.advance(timedelta(hours=1))
    assert person.fill_in("/account/new", AMINA).status_code == 200


def test_name_and_language_can_be_changed(app: Flask, works: WorkFactory, camille: Account) -> None:
    person = signed_in(app, camille)
    change = {"form": "account", "first_name": " Camille  Rose ", "locale": "fr"}
    assert person.fill_in("/account", change).location == "/account"
    account = find(works, camille.address)
    assert account is not None
    assert (account.first_name, account.locale) == ("Camille Rose", "fr")
    assert '<html lang="fr">' in person.get("/account").text


def test_a_wrong_change_is_said_at_its_field_and_kept(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    person = signed_in(app, camille)
    answer = person.fill_in("/account", {"form": "account", "first_name": "y" * 61, "locale": "fr"})
    assert answer.status_code == 422
    assert 'id="first_name-error"' in answer.text
    assert f'value="{"y" * 61}"' in answer.text
    assert re.search(r'<option selected value="fr"', answer.text)
    account = find(works, camille.address)
    assert account is not None
    assert (account.first_name, account.locale) == ("Camille", "en")


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_of_the_wrong_length_is_said_at_its_field_and_not_shown(
    app: Flask, works: WorkFactory, camille: Account, password: str
) -> None:
    person = signed_in(app, camille)
    answer = person.fill_in("/account", {"form": "password", "password": password})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert 'id="first_name-error"' not in answer.text
    assert 'value="Camille"' in answer.text
    assert not password or f'"{password}"' not in answer.text
    account = find(works, camille.address)
    assert account is not None
    assert account.password_hash is None


def test_a_new_password_signs_out_the_other_browsers_and_keeps_this_one(app: Flask, camille: Account) -> None:
    person, other = signed_in(app, camille), signed_in(app, camille)
    assert person.fill_in("/account", {"form": "password", "password": PASSWORD}).location == "/account"
    assert person.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    newcomer = visitor(app)
    answers = {"address": camille.address, "password": PASSWORD}
    assert newcomer.fill_in("/sign-in", answers).status_code == 302


def test_an_account_page_is_kept_by_no_cache(app: Flask, camille: Account) -> None:
    assert signed_in(app, camille).get("/account").headers["Cache-Control"] == "no-store"


def test_the_language_can_be_chosen_and_one_stays_where_one_was(app: Flask) -> None:
    person = visitor(app)
    assert '<html lang="fr">' in person.get("/sign-in").text
    answer = person.post("/language", {"locale": "en", "next": "/sign-in?next=/my-groups"}, page="/sign-in")
    assert answer.location == "/sign-in?next=/my-groups"
    assert '<html lang="en">' in person.get("/sign-in").text


@pytest.mark.parametrize("target", ["//evil.test", "/\\evil.test", "https:evil.test", "/nowhere", ""])
def test_choosing_a_language_sends_nobody_elsewhere(person: Person, target: str) -> None:
    assert person.post("/language", {"locale": "fr", "next": target}).location == "/"


def test_a_language_that_does_not_exist_changes_nothing(person: Person) -> None:
    assert person.post("/language", {"locale": "de", "next": "/sign-in"}).location == "/sign-in"
    assert '<html lang="en">' in person.get("/sign-in").text


def test_the_language_of_the_account_is_in_force_after_the_sign_in(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    person = visitor(app)
    person.fill_in("/sign-in", {"address": camille.address})
    person.fill_in(newest_link(works))
    assert '<html lang="en">' in person.get("/account").text
