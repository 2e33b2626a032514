"""Signing in and out, at the doors."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.accounts import service
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import IDLE_LASTS, LINK_LASTS, SESSION_LASTS
from matchmaker.base.work import WorkFactory
from tests.accounts.mailbox import letters, newest_link
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor, without_keys

PASSWORD = "une phrase assez longue"


def ask_for_link(person: Person, account: Account, *, next_path: str = "") -> None:
    """Have a link mailed."""
    door = f"/sign-in?next={next_path}" if next_path else "/sign-in"
    assert person.fill_in(door, {"address": account.address}).status_code == 200


def is_in(person: Person) -> bool:
    """Whether the browser is signed in: the account page opens."""
    return person.get("/account").status_code == 200


def test_a_mailed_link_shows_a_button_and_the_button_signs_in(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    ask_for_link(person, camille)
    link = newest_link(works)
    for _ in range(2):
        shown = person.get(link)
        assert shown.status_code == 200
        assert camille.address in shown.text
        assert not is_in(person)
    answer = person.fill_in(link)
    assert (answer.status_code, answer.location) == (302, "/home")
    assert is_in(person)


def test_looking_at_a_link_by_head_uses_nothing(person: Person, works: WorkFactory, camille: Account) -> None:
    ask_for_link(person, camille)
    link = newest_link(works)
    person.client.head(link)
    person.client.options(link)
    assert person.fill_in(link).status_code == 302


def test_a_link_without_the_pages_token_signs_nobody_in(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    ask_for_link(person, camille)
    assert person.client.post(newest_link(works)).status_code == 400
    assert not is_in(person)


def test_a_used_link_is_gone(person: Person, app: Flask, works: WorkFactory, camille: Account) -> None:
    ask_for_link(person, camille)
    link = newest_link(works)
    person.fill_in(link)
    stranger = visitor(app)
    for answer in (stranger.get(link), stranger.post(link)):
        assert answer.status_code == 410
        assert "/sign-in" in answer.text
    assert not is_in(stranger)


def test_an_old_link_is_gone(
    person: Person, works: WorkFactory, camille: Account, clock: MovableClock
) -> None:
    ask_for_link(person, camille)
    clock.advance(LINK_LASTS)
    assert person.get(newest_link(works)).status_code == 410
    assert person.post(newest_link(works)).status_code == 410
    assert not is_in(person)


@pytest.mark.parametrize("door", ["/sign-in/", "/account/open/"])
@pytest.mark.parametrize("token", ["x", "a.b.c", "%C3%A9", "1" * 3000])
def test_a_forged_link_is_gone(person: Person, door: str, token: str) -> None:
    assert person.get(door + token).status_code == 410
    assert person.post(door + token).status_code == 410


def test_a_link_to_open_an_account_does_not_sign_in_at_the_other_door(
    person: Person, works: WorkFactory
) -> None:
    person.fill_in("/account/new", {"first_name": "Amina", "address": "amina@example.org", "locale": "en"})
    link = newest_link(works)
    assert link.startswith("/account/open/")
    assert person.get(link.replace("/account/open/", "/sign-in/")).status_code == 410


def page_for(person: Person, address: str) -> str:
    """What the screen says after asking for a link, but for the page's token."""
    answer = person.fill_in("/sign-in", {"address": address})
    assert answer.status_code == 200
    return without_keys(answer.text)


def test_known_and_unknown_addresses_get_the_same_page(person: Person, works: WorkFactory) -> None:
    unknown = page_for(person, "camille@example.org")
    with works.begin() as work:
        service.open_account(work, address="camille@example.org", first_name="Camille", locale="en")
    assert page_for(person, "camille@example.org") == unknown
    assert [letter.kind for letter in letters(works)] == ["accounts.no_account", "accounts.sign_in"]


def test_a_password_signs_in(person: Person, works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="none")
    answer = person.fill_in("/sign-in", {"address": " Camille@Example.org ", "password": PASSWORD})
    assert answer.status_code == 302
    assert is_in(person)
    assert [letter.kind for letter in letters(works)] == ["accounts.password_changed"]


def test_a_wrong_password_keeps_the_address_and_says_so_at_the_field(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="none")
    pages = []
    for address in (camille.address, "nobody@example.org"):
        answer = person.fill_in("/sign-in", {"address": address, "password": "not this one"})
        assert answer.status_code == 422
        assert f'value="{address}"' in answer.text
        error = re.search(r'<p class="field-error" id="password-error">(.*?)</p>', answer.text, re.DOTALL)
        assert error is not None
        assert "This address and password do not match" in error[1]
        assert "not this one" not in answer.text
        pages.append(without_keys(answer.text).replace(address, "…"))
    assert pages[0] == pages[1]
    assert not is_in(person)


@pytest.mark.parametrize("address", ["", "camille", "camille@example", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_said_at_the_field_and_kept(person: Person, address: str) -> None:
    answer = person.fill_in("/sign-in", {"address": address})
    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text
    assert f'value="{address}"' in answer.text


def test_signing_out_ends_the_session_on_the_server(app: Flask, camille: Account) -> None:
    person, copy = signed_in(app, camille), visitor(app)
    cookie = person.client.get_cookie("session")
    assert cookie is not None
    copy.client.set_cookie("session", cookie.value)
    assert is_in(copy)
    assert person.post("/sign-out").location == "/"
    assert not is_in(person)
    assert not is_in(copy)


def test_signing_out_needs_the_pages_token(app: Flask, camille: Account) -> None:
    person = signed_in(app, camille)
    assert person.client.post("/sign-out").status_code == 400
    assert person.client.get("/sign-out").status_code == 405
    assert is_in(person)


def test_signing_out_keeps_the_language(app: Flask, camille: Account) -> None:
    person = signed_in(app, camille)
    person.post("/sign-out")
    assert '<html lang="en">' in person.get("/").text


def test_a_session_ends_by_itself(app: Flask, camille: Account, clock: MovableClock) -> None:
    person = signed_in(app, camille)
    for part in (IDLE_LASTS / 2, IDLE_LASTS / 2, IDLE_LASTS / 2, SESSION_LASTS - 1.5 * IDLE_LASTS):
        assert is_in(person)
        clock.advance(part)
    assert not is_in(person)


def test_a_session_that_somebody_planted_does_not_survive_the_sign_in(
    app: Flask, person: Person, works: WorkFactory, camille: Account
) -> None:
    eve = visitor(app)
    with eve.client.session_transaction() as session:
        session["planted"] = "by eve"
    eve.get("/")
    planted = eve.client.get_cookie("session")
    assert planted is not None
    person.client.set_cookie("session", planted.value)
    ask_for_link(person, camille)
    person.fill_in(newest_link(works))
    assert is_in(person)
    assert not is_in(eve)
    with person.client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"]


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        lou = service.open_account(work, address="lou@example.org", first_name="Lou", locale="en")
    person = signed_in(app, lou)
    ask_for_link(person, camille)
    person.fill_in(newest_link(works))
    page = person.get("/account").text
    assert camille.address in page
    assert lou.address not in page


def test_a_page_that_needs_a_sign_in_opens_after_it(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    refused = person.get("/account?lang=en")
    assert (refused.status_code, refused.location) == (302, "/sign-in?next=/account?lang%3Den")
    person.fill_in(refused.location, {"address": camille.address})
    assert person.fill_in(newest_link(works)).location == "/account?lang=en"


def test_a_form_that_was_sent_without_a_sign_in_leads_to_the_door(person: Person) -> None:
    assert person.post("/account", {"form": "account", "first_name": "Eve"}).location == "/sign-in"


ELSEWHERE = (
    "https://evil.test/", "//evil.test", "///evil.test", "////evil.test/", "/%09/evil.test",
    "/%09/sign-in", "/acc%0aount", "/%0a/evil.test",
    "https:evil.test", "https:/evil.test", "\\\\evil.test", "/\\evil.test", "\\/evil.test", "/%5Cevil.test",
    "javascript:alert(1)", "///sign-in", "//sign-in", "account", "./account", "/nowhere", "/sign-out",
    "/account%00", "%20/account",
    "/account?" + "x" * 300, "",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_after_a_sign_in_nobody_is_sent_elsewhere(
    person: Person, works: WorkFactory, camille: Account, target: str
) -> None:
    raw = target.replace("%09", "\t").replace("%0a", "\n").replace("%20", " ").replace("%00", "\0")
    for path in {target, raw}:
        opened = person.client.get("/sign-in", query_string={"next": path})
        if "\0" in path:
            assert opened.status_code == 400
            continue
        token = re.search(r'name="csrf_token" value="([^"]+)"', opened.text)
        assert token is not None
        form = {"address": camille.address, "csrf_token": token[1]}
        assert person.client.post("/sign-in", query_string={"next": path}, data=form).status_code == 200
        assert person.fill_in(newest_link(works)).location == "/home"
        person.post("/sign-out")
        person.get("/?lang=en")


def test_after_a_sign_in_by_password_nobody_is_sent_elsewhere(
    person: Person, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="none")
    answers = {"address": camille.address, "password": PASSWORD}
    assert person.fill_in("/sign-in?next=//evil.test", answers).location == "/home"
    person.post("/sign-out")
    assert person.fill_in("/sign-in?next=/my-groups", answers).location == "/my-groups"


def test_too_many_tries_for_one_address_are_stopped_and_others_go_on(
    person: Person, camille: Account, clock: MovableClock
) -> None:
    wrong = {"address": camille.address, "password": "guess"}
    codes = [person.fill_in("/sign-in", wrong).status_code for _ in range(10)]
    assert codes == [422] * 8 + [429] * 2
    assert person.fill_in("/sign-in", {"address": "lou@example.org", "password": "guess"}).status_code == 422
    # A link may always be asked for.
    assert person.fill_in("/sign-in", {"address": "CAMILLE@example.org"}).status_code == 200
    clock.advance(timedelta(minutes=15))
    assert person.fill_in("/sign-in", wrong).status_code == 422
