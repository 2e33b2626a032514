"""What forms make of what was typed, and in which language they say what is wrong."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField

from matchmaker.base.i18n import using
from matchmaker.web.forms import BaseForm, choices, one_line, optional_int, trimmed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(None, None), ("", ""), ("  a \r\n b  ", "a \n b"), ("a\nb", "a\nb"), (" \t\r\n ", "")],
)
def test_text_keeps_its_lines_and_loses_its_edges(typed: str | None, kept: str | None) -> None:
    assert trimmed(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"), [(None, None), ("", ""), (" a\r\n  b\u2028c ", "a b c"), ("\u00a0", "")]
)
def test_a_name_is_one_line(typed: str | None, kept: str | None) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("chosen", "number"), [("", None), (None, None), ("None", None), ("0", 0), ("4", 4), (4, 4)]
)
def test_a_choice_may_be_not_to_know(chosen: str | int | None, number: int | None) -> None:
    assert optional_int(chosen) == number


def test_a_choice_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        optional_int("many")


def test_choices_keep_their_order() -> None:
    assert [(one.value, one.label) for one in choices(("b", "B"), ("a", "A"))] == [("b", "B"), ("a", "A")]


class Hours(BaseForm):
    """A form with WTForms' own words for what is wrong."""

    hours = IntegerField("Hours")


@pytest.mark.parametrize(("locale", "words"), [("en", "Not a valid integer value."), ("fr", "entier")])
def test_what_wtforms_says_is_said_in_the_readers_language(locale: str, words: str) -> None:
    app = Flask("forms")
    app.config.update(SECRET_KEY="x", WTF_CSRF_ENABLED=False)
    with app.test_request_context(method="POST"), using(locale):
        form = Hours(formdata=MultiDict({"hours": "many"}))
        assert not form.validate()
        assert any(words in str(error) for error in form.hours.errors)
