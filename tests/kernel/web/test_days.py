"""Every field for a day reads it as people write it, and has one error when it cannot."""

from collections.abc import Iterator

import pytest
import wtforms
from flask import Flask

import matchmaker
from matchmaker.web.days import DayField
from matchmaker.web.forms import BaseForm
from tests.doors import make_app  # noqa: F401 - opens the rooms, and with them their forms


def forms(kind: type[BaseForm] = BaseForm) -> Iterator[type[BaseForm]]:
    """Every form of the service."""
    for one in kind.__subclasses__():
        if one.__module__.startswith(f"{matchmaker.__name__}."):
            yield one
        yield from forms(one)


def days_of(form: type[BaseForm]) -> list[str]:
    return [
        name
        for name in dir(form)
        if isinstance(made := getattr(form, name), wtforms.fields.core.UnboundField)
        and issubclass(made.field_class, wtforms.DateField)
    ]


def test_no_form_asks_for_a_day_by_another_field() -> None:
    asked = {
        f"{form.__name__}.{name}": getattr(form, name).field_class
        for form in forms()
        for name in days_of(form)
    }
    assert len(asked) >= 4
    assert {name: field for name, field in asked.items() if field is not DayField} == {}


@pytest.mark.parametrize("typed", ["bientôt", "31/02/2027", "9999-12-31", "24/11/2206"])
def test_what_cannot_be_read_has_one_error_that_gives_an_example(app: Flask, typed: str) -> None:
    for form in forms():
        for name in days_of(form):
            with app.test_request_context("/", method="POST", data={name: typed}):
                app.preprocess_request()
                made = form()
                made.validate()
                (error,) = made[name].errors
                assert "31/12/2026" in error, (form, name)
