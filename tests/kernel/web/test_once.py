"""The key of a form: it lets the same form act once, and stands in the way of nothing else."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from matchmaker.accounts import service as accounts
from matchmaker.base import sent_forms
from matchmaker.base.sent_forms import KEPT, SentForm
from matchmaker.groups.models import StartupGroup
from matchmaker.web import once
from tests.builders import NOW, World, add_account
from tests.doors import Person, signed_in, visitor, works_of

NEW_GROUP = "/t/valence-romans/groups/new"


@pytest.fixture
def form(world: World) -> dict[str, str]:
    """A group, as typed into the form of one page."""
    return {
        "name": "Les Ateliers",
        "pitch": "Réparer ensemble.",
        "challenge": f"{world.challenge.id}",
        "stage": "idea",
        "form_key": "the key of one page",
    }


@pytest.fixture
def lea(app: Flask) -> Person:
    """Somebody with an account."""
    return _with_account(app, "lea@example.org")


def _with_account(app: Flask, address: str) -> Person:
    with works_of(app).begin() as work:
        account = add_account(work, address=address)
    return signed_in(app, account)


def number_of(answer: TestResponse) -> int:
    """The group to whose page an answer leads."""
    return int(answer.location.removeprefix("/groups/"))


def groups(app: Flask) -> int:
    """How many there are."""
    with works_of(app).begin() as work:
        return work.session.scalar(select(func.count(StartupGroup.id))) or 0


def test_the_form_of_each_page_has_a_key_of_its_own(lea: Person, world: World) -> None:
    pages = [lea.get(NEW_GROUP).text for _ in range(2)]
    keys = [page.split('name="form_key" value="')[1].split('"')[0] for page in pages]
    assert keys[0] != keys[1]
    assert all(len(key) >= 20 for key in keys)


def test_a_refused_form_may_be_sent_again_with_its_key(app: Flask, lea: Person, form: dict[str, str]) -> None:
    assert lea.post(NEW_GROUP, {**form, "name": ""}).status_code == 422
    assert number_of(lea.post(NEW_GROUP, form))
    assert groups(app) == 1


def test_a_form_that_was_refused_by_what_is_there_is_asked_anew(
    app: Flask, lea: Person, form: dict[str, str]
) -> None:
    other = _with_account(app, "other@example.org")
    other.post(NEW_GROUP, {**form, "form_key": "another page"})
    assert lea.post(NEW_GROUP, form).status_code == 422
    with works_of(app).begin() as work:
        work.session.scalars(select(StartupGroup)).one().name = "Les Jardins"
    assert lea.post(NEW_GROUP, form).status_code == 302
    assert groups(app) == 2


def test_who_goes_back_and_writes_something_else_sends_another_form(
    app: Flask, lea: Person, form: dict[str, str]
) -> None:
    first = lea.post(NEW_GROUP, form)
    second = lea.post(NEW_GROUP, {**form, "name": "Les Jardins"})
    assert number_of(first) != number_of(second)


def test_the_same_words_from_another_page_are_another_form(
    app: Flask, lea: Person, form: dict[str, str]
) -> None:
    assert lea.post(NEW_GROUP, form).status_code == 302
    # It is not led to the group that the first made, but told that there is one of its name.
    assert lea.post(NEW_GROUP, {**form, "form_key": "the key of another page"}).status_code == 422
    assert lea.post(NEW_GROUP, form).status_code == 302
    assert groups(app) == 1


def test_a_key_is_of_no_use_to_another_account(app: Flask, lea: Person, form: dict[str, str]) -> None:
    assert number_of(lea.post(NEW_GROUP, form))
    # Another account is not led to what was made with it, but refused for the name, as with any key.
    assert _with_account(app, "other@example.org").post(NEW_GROUP, form).status_code == 422
    answer = visitor(app).post(NEW_GROUP, form)
    assert answer.location.startswith("/sign-in")


def test_a_form_without_a_key_or_with_an_endless_one_is_a_form_as_well(
    app: Flask, lea: Person, form: dict[str, str]
) -> None:
    del form["form_key"]
    for key in ({}, {"form_key": ""}, {"form_key": "x" * 65}):
        assert lea.post(NEW_GROUP, {**form, **key, "name": f"Les Ateliers {key}"[:40]}).status_code == 302
    with works_of(app).begin() as work:
        assert work.session.scalars(select(SentForm)).all() == []


def test_who_sends_again_a_form_whose_answer_was_lost_is_led_to_its_page(
    app: Flask, lea: Person, form: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ended after the group was founded and before its answer was kept."""
    monkeypatch.setattr(once, "PATIENCE", 1)
    lea.post(NEW_GROUP, form)
    with works_of(app).begin() as work:
        work.session.scalars(select(SentForm)).one().answer = None
    assert lea.post(NEW_GROUP, form).location == NEW_GROUP
    assert groups(app) == 1


def test_a_sign_in_is_kept_nowhere(app: Flask) -> None:
    """Its answer has the cookie that lets somebody in."""
    with works_of(app).begin() as work:
        account = add_account(work, address="lea@example.org")
        accounts.set_password(work, account_id=account.id, password="le vélo roule bien", keep_session="none")
    typed = {
        "address": "lea@example.org",
        "password": "le vélo roule bien",
        "form_key": "the key of one page",
    }
    assert visitor(app).post("/sign-in", typed).status_code == 302
    with works_of(app).begin() as work:
        assert work.session.scalars(select(SentForm)).all() == []


def test_what_was_sent_is_forgotten_after_some_days(app: Flask, lea: Person, form: dict[str, str]) -> None:
    lea.post(NEW_GROUP, form)
    for later, left in ((NOW + KEPT / 2, 1), (NOW + KEPT, 0)):
        with works_of(app, now=later).begin() as work:
            sent_forms.forget_old(work)
            assert len(work.session.scalars(select(SentForm)).all()) == left
