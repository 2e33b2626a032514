"""What forms make of what was typed, and in which language they say what is wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField, IntegerField, SelectField
from wtforms.i18n import get_builtin_gnu_translations as load_wtforms

from matchmaker.base.i18n import gettext, using
from matchmaker.web.form_words import OTHERS, WORDS
from matchmaker.web.forms import BareForm, BaseForm, choices, one_line, optional_int, trimmed


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


def forms_below(kind: type[Form]) -> Iterator[type[Form]]:
    """The forms of the service, with those that stand in their rows."""
    for form in kind.__subclasses__():
        if form.__module__.startswith("matchmaker."):
            yield form
        yield from forms_below(form)


def errors_in(field: Field) -> Iterator[str]:
    """What a field says, and the fields in its rows."""
    if isinstance(field, FieldList):
        for entry in field.entries:
            yield from errors_in(entry)
    elif isinstance(field, FormField):
        for part in field.form:
            yield from errors_in(part)
    yield from (error for error in field.errors if not isinstance(error, dict | list))


@pytest.mark.parametrize("typed", ["²", ""], ids=["junk", "nothing"])
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_no_form_says_a_word_of_wtforms_own(app: Flask, locale: str, typed: str) -> None:
    own: dict[Any, str] = vars(load_wtforms(["fr"]))["_catalog"]
    said = set()
    with app.test_request_context(method="POST"), using(locale):
        for kind in {*forms_below(Form)} - {BaseForm, BareForm}:
            blank = kind()
            names = [field.name for field in blank]
            rows = [f"{field.name}-0" for field in blank if isinstance(field, FieldList)]
            rows += [f"{row}-{part}" for row in rows for part in ("phrase", "importance")]
            form = kind(formdata=MultiDict(dict.fromkeys((*names, *rows), typed)))
            for field in form:
                if isinstance(field, SelectField) and field.choices is None:
                    field.choices = []
            form.validate()
            for field in form:
                if field.name != "csrf_token":
                    said |= {str(error) for error in errors_in(field)}
        assert said & {gettext(words) for words in WORDS.values()}
        assert said & {*own, *own.values(), gettext(OTHERS)} == set()


class Hours(BaseForm):
    """A form with a field that has no words of its own for what is wrong."""

    hours = IntegerField("Hours")


@pytest.mark.parametrize(("locale", "words"), [("en", "a whole number"), ("fr", "un nombre entier")])
def test_what_wtforms_says_is_said_in_our_words_and_the_readers_language(locale: str, words: str) -> None:
    app = Flask("forms")
    app.config.update(SECRET_KEY="x", WTF_CSRF_ENABLED=False)
    with app.test_request_context(method="POST"), using(locale):
        form = Hours(formdata=MultiDict({"hours": "many"}))
        assert not form.validate()
        assert any(words in str(error) for error in form.hours.errors)
