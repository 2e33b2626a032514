"""A form that is sent twice, one after the other or at one moment, makes what it makes once."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from matchmaker.base.db import Base
from matchmaker.base.work import WorkFactory
from tests.cli.processes import PATIENCE
from tests.databases import Database
from tests.doors import works_of
from tests.house.town import Town, make_town
from tests.house.valid_forms import VALID_FORMS, Ready, make_ready

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

KEPT_APART = {"rate_buckets", "sent_forms"}
"""Tables of what a form does to itself."""

ANSWERED_ANEW = {
    **dict.fromkeys(
        (
            "accounts.link",
            "accounts.open",
            "citizens.confirm",
            "invitations.invitation",
            "invitations.invitation relay",
        ),
        "the link in a letter is good for one sign-in, and whoever has signed in has another cookie",
    ),
    "accounts.delete": "whoever has left is nobody any more, and is asked to sign in",
    "introductions.answer": "the page of the link tells what became of the question",
}
"""Forms whose second sending is answered by itself, and why."""

MADE_ANEW = {
    "accounts.sign_in password": "each sign-in is a session",
    "assisted.pdf": "a file is made for each who asks, and printing is on record",
}

MAKING = {
    "assisted.sign_up": "sign_ups",
    "citizens.place": "sign_ups",
    "digests.paragraph": "digest_edits",
    "groups.invite": "invitations",
    "groups.need_new": "needs",
    "groups.new": "startup_groups",
    "introductions.offer": "introductions",
    "introductions.write": "introduction_messages",
    "organisers.words": "verdicts",
    "relays.invite": "relay_invitations",
    "relays.new": "relays",
}
"""Forms that make something, and the table that it is in."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


@pytest.fixture
def live_town(settled: None, live_app: Flask) -> Town:
    """The same by real connections."""
    return make_town(live_app)


def rows(works: WorkFactory) -> Mapping[str, list[str]]:
    """All that is kept, by table."""
    found = {}
    with works.begin() as work:
        for table in Base.metadata.sorted_tables:
            if table.name not in KEPT_APART:
                found[table.name] = sorted(str(tuple(row)) for row in work.session.execute(select(table)))
    return found


def with_key(ready: Ready, key: str = "the key of one form") -> Ready:
    """The form with a key of its own, as its page has it."""
    return replace(ready, data={**ready.data, "form_key": key})


@pytest.mark.sqlite_daily
def test_whoever_sends_a_form_again_is_answered_as_the_first_time(town: Town, database: Database) -> None:
    works, wrong = works_of(town.app), {}
    for key in VALID_FORMS:
        with database.undone():
            ready = with_key(make_ready(town, key))
            first = ready.send()
            made = rows(works)
            second = ready.send()
            made_again = rows(works)
        if first.status_code >= 400:
            wrong[key] = f"answered {first.status_code}"
        elif key not in ANSWERED_ANEW and (second.status_code, second.location) != (
            first.status_code,
            first.location,
        ):
            wrong[key] = f"led to {first.location}, then to {second.status_code} {second.location}"
        elif key not in MADE_ANEW and made_again != made:
            wrong[key] = f"wrote again to {[table for table in made if made[table] != made_again[table]]}"
    assert wrong == {}


def send_at_once(town: Town, ready: Ready, times: int) -> list[TestResponse]:
    """The same form from the same browser, all let go together."""
    start = Barrier(times)
    cookie, token = ready.person.keys()

    def send(_: int) -> TestResponse:
        client = town.app.test_client(use_cookies=False)
        start.wait(timeout=PATIENCE)
        return client.post(
            ready.path,
            data={**ready.data, "csrf_token": token},
            headers={"Cookie": cookie},
        )

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, range(times)))


def counts(works: WorkFactory) -> Counter[str]:
    """How many rows each table has."""
    return Counter({table: len(kept) for table, kept in rows(works).items()})


@pytest.mark.parametrize("key", MAKING)
def test_a_form_that_is_sent_three_times_at_one_moment_makes_one_thing(live_town: Town, key: str) -> None:
    works = works_of(live_town.app)
    ready = with_key(make_ready(live_town, key))
    before = counts(works)
    answers = send_at_once(live_town, ready, 3)
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.location for answer in answers}) == 1
    assert (counts(works) - before)[MAKING[key]] == 1
