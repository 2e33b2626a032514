"""The browsers in which somebody is signed in: one session each, listed, and ended by their owner or by time."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts import service
from matchmaker.accounts.models import Account, AccountSession
from matchmaker.accounts.rules import IDLE_LASTS, SESSION_LASTS
from matchmaker.base.work import WorkFactory
from tests import builders
from tests.accounts.mailbox import newest_link
from tests.clock import MovableClock
from tests.doors import Person, signed_in

DOOR = "/account/browsers"
DAY = timedelta(days=1)


def is_in(person: Person) -> bool:
    """Whether a browser is signed in."""
    return person.get("/account").status_code == 200


def sessions(works: WorkFactory) -> int:
    """How many sessions there are."""
    with works.sessions() as session:
        return session.scalar(select(func.count()).select_from(AccountSession)) or 0


def test_all_other_browsers_are_signed_out_by_one_button_and_no_one_elses(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        lou = builders.add_account(work, address="lou@example.org")
    here, there, elsewhere = (signed_in(app, camille) for _ in range(3))
    stranger = signed_in(app, lou)
    assert "Sign out everywhere else" in here.get("/account").text
    here.post(DOOR, page="/account")
    assert [is_in(one) for one in (here, there, elsewhere, stranger)] == [True, False, False, True]
    assert "Sign out everywhere else" not in here.get("/account").text


def test_one_browser_is_signed_out_and_only_ones_own(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        lou = builders.add_account(work, address="lou@example.org", locale="en")
    here, there, elsewhere = (signed_in(app, camille) for _ in range(3))
    stranger = signed_in(app, lou)
    ids = re.findall(r'name="browser" value="([^"]+)"', here.get("/account").text)
    assert len(ids) == 2, "not the browser itself"
    for one in ids:
        stranger.post(DOOR, {"browser": one})
    assert is_in(there)
    here.post(DOOR, {"browser": ids[0]}, page="/account")
    assert is_in(here)
    assert sorted([is_in(there), is_in(elsewhere)]) == [False, True]


def test_who_signs_in_again_has_one_session_in_that_browser(
    app: Flask, works: WorkFactory, camille: Account
) -> None:
    browser = signed_in(app, camille)
    before = browser.client.get_cookie("session")
    assert before is not None
    with works.begin() as work:
        service.post_sign_in_link(work, account=work.session.get_one(Account, camille.id))
    browser.fill_in(newest_link(works))
    assert is_in(browser)
    assert sessions(works) == 1
    old = app.test_client(use_cookies=False)
    answer = old.get("/account", headers={"Cookie": f"session={before.value}"})
    assert answer.location.startswith("/sign-in"), "a copy of the cookie is worth nothing"


def test_a_browser_that_is_used_stays_and_one_that_is_not_is_signed_out(
    app: Flask, works: WorkFactory, camille: Account, clock: MovableClock
) -> None:
    used, left = signed_in(app, camille), signed_in(app, camille)
    for _ in range(2):
        clock.advance(IDLE_LASTS - DAY)
        assert is_in(used)
    assert not is_in(left)
    with works.begin() as work:
        service.forget_expired(work)
    assert sessions(works) == 1
    clock.advance(SESSION_LASTS - 2 * (IDLE_LASTS - DAY))
    assert not is_in(used), "a month is the end, however often it was used"


def test_pages_write_that_a_browser_was_used_once_a_day(
    app: Flask, works: WorkFactory, camille: Account, clock: MovableClock
) -> None:
    browser = signed_in(app, camille)
    opened = clock.now
    seen = []
    for hours in (1, 22, 1, 5):
        clock.advance(timedelta(hours=hours))
        browser.get("/account")
        with works.sessions() as session:
            seen.append(session.scalars(select(AccountSession.seen_at)).one())
    assert seen == [opened, opened, opened + DAY, opened + DAY]


@pytest.mark.parametrize("days", [1, 29])
def test_a_session_of_the_version_before_lasts_as_long_as_it_was_to(
    app: Flask, works: WorkFactory, camille: Account, clock: MovableClock, days: int
) -> None:
    browser = signed_in(app, camille)
    with works.begin() as work:
        work.session.scalars(select(AccountSession)).one().seen_at = None
    clock.advance(days * DAY)
    assert is_in(browser)
