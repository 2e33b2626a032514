"""Forms that are far too large, at every door: refused before anything long is thought about them, and answered shortly."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.test import TestResponse
from wtforms import StringField

from matchmaker.app import BODY_LIMIT, FIELDS_LIMIT
from matchmaker.web.forms import SHOWN_AT_MOST, SHOWN_OF_A_LINE, AtMost, BaseForm
from tests import extent
from tests.databases import Database
from tests.extent import THIRD
from tests.house.town import Town, make_town
from tests.house.valid_forms import VALID_FORMS, Ready, make_ready

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.sqlite_daily]

HUGE = BODY_LIMIT - 10_000
LONGER_ANSWER = 100_000
"""Bytes that an answer may be longer than that to the valid form."""

MOST_CALLS = 250_000
"""Python functions that one answer may call: a large page takes 80,000; on a common machine this is a tenth of a second."""

KINDS = (
    "x" * HUGE,
    "couture, " * (HUGE // 9),
    "x" * HUGE + "@example.org",
    "9" * HUGE,
    " " * HUGE,
)
"""Values of one field: the fields of all forms have them in turns, so that each field meets what it takes for its own."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many functions of Python the block calls."""
    calls = [0]

    def note(frame: object, event: str, argument: object) -> None:
        if event == "call":
            calls[0] += 1

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def sent(ready: Ready, data: dict[str, str]) -> TestResponse:
    """The answer to a form in the place of a valid one."""
    return ready.person.post(ready.path, data)


def test_a_huge_value_in_any_field_is_answered_with_little_work(town: Town, database: Database) -> None:
    wrong = []
    for turn, key in enumerate(VALID_FORMS):
        with database.undone():
            ready = make_ready(town, key)
            ready.person.token("/")
            with database.undone():
                usual = len(sent(ready, {**ready.data}).data)
            for number, name in enumerate({**ready.data, "unknown": ""}, turn):
                for value in KINDS if extent.chosen.full else (KINDS[number % len(KINDS)],):
                    with database.undone(), counted() as calls:
                        answer = sent(ready, {**ready.data, name: value})
                    longer = len(answer.data) - usual
                    if answer.status_code >= 500 or longer >= LONGER_ANSWER or calls[0] >= MOST_CALLS:
                        wrong.append((key, name, answer.status_code, longer, calls[0]))
    assert wrong == []


def test_a_form_of_endless_fields_is_refused_before_it_is_read(town: Town, database: Database) -> None:
    wrong = []
    for key in list(VALID_FORMS)[:: 1 if extent.chosen.full else THIRD]:
        with database.undone():
            ready = make_ready(town, key)
            ready.person.token("/")
            for fields in (
                {f"{number}": "" for number in range(FIELDS_LIMIT + 1)},
                {f"skills-{number}": "couture" for number in range(10_000)},
            ):
                with counted() as calls:
                    answer = sent(ready, {**ready.data, **fields})
                if answer.status_code != 413 or calls[0] >= MOST_CALLS:
                    wrong.append((key, answer.status_code, calls[0]))
    assert wrong == []


def test_as_many_skills_as_a_form_may_have_are_counted_and_refused(town: Town) -> None:
    ready = make_ready(town, "citizens.skills")
    rows = {f"skills-{number}": f"couture {number}" for number in range(FIELDS_LIMIT - 10)}
    with counted() as calls:
        answer = sent(ready, rows)
    assert answer.status_code == 422
    assert calls[0] < 2 * MOST_CALLS


def test_what_is_far_too_long_is_shown_shortened(town: Town) -> None:
    ready = make_ready(town, "groups.edit")
    answer = sent(ready, {**ready.data, "description": "x" * (HUGE // 2), "name": "y" * (HUGE // 2)})
    assert answer.status_code == 422
    for sign, shown in (("x", SHOWN_AT_MOST), ("y", SHOWN_OF_A_LINE)):
        assert f"{sign * shown}…" in answer.text
        assert sign * (shown + 1) not in answer.text
    assert f"{HUGE // 2}" in answer.text.replace("\u202f", "").replace("\u00a0", "")


def test_nothing_more_is_asked_of_a_text_that_is_too_long(app: Flask) -> None:
    asked = []

    class Form(BaseForm):
        text = StringField(validators=[AtMost(5), lambda _, field: asked.append(field.data)])

    for text in ("short", "too long"):
        with app.test_request_context("/", method="POST", data={"text": text}):
            Form(meta={"csrf": False}).validate()
    assert asked == ["short"]


def test_a_body_that_is_too_large_is_refused_by_its_length(town: Town) -> None:
    ready = make_ready(town, "accounts.sign_in")
    assert sent(ready, {"address": "x" * (BODY_LIMIT + 1)}).status_code == 413
