"""How often somebody may do something: whom a limit stops, whom it lets go on, and what it tells."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from matchmaker import web
from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.limits import RateBucket
from matchmaker.base.outbox import OutboxMessage
from matchmaker.web.limits import (
    ACTS,
    LETTERS_FROM_HERE,
    LETTERS_TO_ONE,
    LOOKS,
    PICTURE,
    network,
)
from tests.builders import World, add_account
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor, works_of

PASSWORD = "le vélo roule bien"
HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def amina(app: Flask) -> Account:
    """Somebody with a password."""
    with works_of(app).begin() as work:
        account = add_account(work, address="amina@example.org")
        accounts.set_password(work, account_id=account.id, password=PASSWORD, keep_session="none")
        return account


def sent_from(person: Person, address: str, path: str, data: dict[str, str]) -> TestResponse:
    """A form that comes from an address on the net."""
    token = person.token("/sign-in")
    return person.client.post(
        path, data={**data, "csrf_token": token}, environ_overrides={"REMOTE_ADDR": address}
    )


def test_who_guesses_elsewhere_does_not_keep_the_owner_out(app: Flask, amina: Account) -> None:
    guess = {"address": amina.address, "password": "a guess"}
    codes = [sent_from(visitor(app), ELSEWHERE, "/sign-in", guess).status_code for _ in range(9)]
    assert codes == [422] * 8 + [429]
    own = {"address": amina.address, "password": PASSWORD}
    assert sent_from(visitor(app), HERE, "/sign-in", own).status_code == 302


def test_a_limit_tells_when_to_try_again(app: Flask, amina: Account, clock: MovableClock) -> None:
    guess = {"address": amina.address, "password": "a guess"}
    for _ in range(8):
        sent_from(visitor(app), HERE, "/sign-in", guess)
    clock.advance(timedelta(seconds=30))
    answer = sent_from(visitor(app), HERE, "/sign-in", guess)
    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert 0 < wait <= 15 * 60 / 8
    assert "dans 2 minutes" in answer.text.replace("\u00a0", " ")
    clock.advance(timedelta(seconds=wait))
    assert sent_from(visitor(app), HERE, "/sign-in", guess).status_code == 422


def test_one_address_is_not_written_to_by_all_doors_from_all_sides(app: Flask) -> None:
    data = {"address": "victim@example.org", "first_name": "V", "locale": "fr"}
    codes = []
    for number in range(LETTERS_TO_ONE + 3):
        path = ("/sign-in", "/account/new")[number % 2]
        codes.append(sent_from(visitor(app), f"198.51.100.{number // 2}", path, data).status_code)
    assert codes == [200] * LETTERS_TO_ONE + [429] * 3
    with works_of(app).begin() as work:
        assert work.session.scalar(select(func.count(OutboxMessage.id))) == LETTERS_TO_ONE


def test_from_one_network_one_address_is_written_to_a_few_times(app: Flask) -> None:
    data = {"address": "victim@example.org"}
    codes = [
        sent_from(visitor(app), HERE, "/sign-in", data).status_code for _ in range(LETTERS_FROM_HERE + 1)
    ]
    assert codes == [200] * LETTERS_FROM_HERE + [429]


def use_up(app: Flask, purpose: str, subject: str) -> None:
    """Leave nothing in a bucket that was taken from before."""
    with works_of(app).begin() as work:
        key = work.tokens.fingerprint(f"limit.{purpose}", subject)
        work.session.get_one(RateBucket, key).tokens = 0.0


def test_one_network_guesses_the_passwords_of_all_its_people_for_a_while_only(app: Flask) -> None:
    def guess(here: str, number: int) -> int:
        typed = {"address": f"a{number}@example.org", "password": "a guess"}
        return sent_from(visitor(app), here, "/sign-in", typed).status_code

    assert guess(HERE, 1) == 422
    use_up(app, "sign_ins", HERE)
    assert guess(HERE, 2) == 429
    assert guess(ELSEWHERE, 3) == 422


@pytest.mark.parametrize(
    ("purpose", "subject", "wait"),
    [("letters_of", HERE, 44), ("letters", "", 9), ("letter_to", "a@example.org", 240)],
)
def test_letters_to_strangers_are_bounded_by_network_in_all_and_to_one(
    app: Flask, purpose: str, subject: str, wait: int
) -> None:
    """A day or an hour, of which the next letter waits for its part."""

    def letter() -> None:
        with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": HERE}):
            try:
                web.check_letter("a@example.org")
            finally:
                web.close_reading()

    letter()
    use_up(app, purpose, subject)
    with pytest.raises(TooManyRequests) as refused:
        letter()
    assert refused.value.retry_after == wait


@pytest.mark.slow
@pytest.mark.sqlite_daily
def test_a_hall_of_1400_people_behind_one_address_signs_up_in_one_evening(app: Flask) -> None:
    """And whoever goes on writing to strangers from there is stopped for a day."""

    def letter(number: int) -> bool:
        with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": HERE}):
            try:
                web.check_letter(f"a{number}@example.org")
            except TooManyRequests:
                return False
            finally:
                web.close_reading()
            return True

    assert all(letter(number) for number in range(1400))
    use_up(app, "letters_of", HERE)
    assert not letter(1401)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("a socket", ""),
    ],
)
def test_a_household_of_ipv6_is_one_network(app: Flask, address: str, told: str) -> None:
    with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": address}):
        assert network() == told


@pytest.mark.sqlite_daily
def test_an_account_sends_one_form_after_the_other_for_a_while_only(app: Flask, amina: Account) -> None:
    person = signed_in(app, amina)
    token = person.token("/sign-in")
    codes = [
        person.client.post("/language", data={"locale": "fr", "csrf_token": token}).status_code
        for _ in range(ACTS + 1)
    ]
    assert codes == [302] * ACTS + [429]
    assert person.get("/account").status_code == 200


def test_pictures_and_suggestions_are_counted_without_a_word_to_the_database(app: Flask) -> None:
    one, other = visitor(app), visitor(app)
    one.get("/sign-in"), other.get("/sign-in")
    codes = [one.get("/pictures/service.png").status_code for _ in range(LOOKS // PICTURE)]
    assert codes == [200] * (LOOKS // PICTURE)
    refused = one.get("/skills?q=v")
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    assert other.get("/communes?q=").status_code == 200
    with works_of(app).begin() as work:
        assert work.session.scalars(select(RateBucket)).all() == []


def test_a_try_counts_though_what_was_tried_is_undone(app: Flask, amina: Account, world: World) -> None:
    person = signed_in(app, amina)
    group = {
        "name": "Les Ateliers",
        "pitch": "Réparer ensemble.",
        "challenge": f"{world.challenge.id}",
        "stage": "idea",
    }
    codes = [person.post("/t/valence-romans/groups/new", group).status_code for _ in range(11)]
    assert codes == [302] + [422] * 9 + [429]
