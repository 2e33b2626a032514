"""The parent of every form: CSRF, messages in the reader's language."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from wtforms import SelectChoice  # type: ignore[attr-defined]
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from matchmaker.base.i18n import LOCALES, Labelled, gettext, lazy
from matchmaker.web.form_words import FormWords


def choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    """The choices of a field from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def labelled_choices(kind: Iterable[Labelled]) -> list[SelectChoice]:
    """Members of an enumeration with their labels."""
    return choices(*((member.value, lazy(member.label)) for member in kind))


LANGUAGE_CHOICES = choices(*LOCALES.items())
SHOWN_AT_MOST, SHOWN_OF_A_LINE = 20_000, 5_000
"""Characters of a text, and of a field of one line, that a refused form shows again: several times what any takes."""

UNKNOWN_CHOICE = ("", lazy("I don't know"))


def trimmed(value: str | None) -> str | None:
    """``value`` without white space at its ends and with its lines ended by a line feed alone."""
    return None if value is None else value.replace("\r\n", "\n").strip()


def one_line(value: str | None) -> str | None:
    """``value`` on one line, its runs of white space made one space."""
    return None if value is None else " ".join(value.split())


def optional_int(value: str | int | None) -> int | None:
    """The number that a choice stands for; "I don't know" is None."""
    return None if value in {"", None, "None"} else int(value or 0)


class AtMost:
    """A validator of texts: at most so many characters; the message says how many there are.

    It puts no limit on the page's own field, where a browser would cut what is pasted without a word.
    """

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, form: wtforms.Form, field: wtforms.Field) -> None:  # noqa: ARG002
        """Raise StopValidation for a longer text."""
        written = len(field.data or "")
        if written > self.length:
            # What would be asked of the text next may take long for one that is endless.
            raise StopValidation(
                gettext("At most %(max)d characters; these are %(num)d.", max=self.length, num=written)
            )


class FieldList(wtforms.FieldList):  # type: ignore[type-arg]
    """Rows named skills-0, skills-1 and so on.

    WTForms itself fails on a row number such as "²", and fills a form that was sent with a gap by its last rows again.
    """

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            found = (
                re.match(r"-([0-9]{1,4})(?:-|$)", name[len(prefix) :]) if name.startswith(prefix) else None
            )
            if found:
                yield int(found[1])

    def _add_entry(self, formdata: Any = None, data: Any = unset_value, index: int | None = None) -> Any:
        return super()._add_entry(None if index is None else formdata, data, index)  # type: ignore[misc]


def _shorten(fields: Iterable[wtforms.Field]) -> None:
    """Cut what no field takes by far, before a refused form shows it again."""
    for field in fields:
        if isinstance(field, wtforms.FieldList):
            _shorten(field.entries)
            continue
        if isinstance(field, wtforms.FormField):
            _shorten(field.form)
            continue
        shown = SHOWN_AT_MOST if isinstance(field, wtforms.TextAreaField) else SHOWN_OF_A_LINE
        if isinstance(field.data, str) and len(field.data) > shown:
            field.data = f"{field.data[:shown]}…"
        if field.raw_data and len(str(field.raw_data[0])) > shown:
            field.raw_data = [f"{str(field.raw_data[0])[:shown]}…"]


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form whose errors stand beside the fields in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How WTForms treats these forms."""

        def get_translations(self, form: object) -> FormWords:  # noqa: ARG002
            """Our words for WTForms' own messages."""
            return FormWords()

        def render_field(self, field: wtforms.Field, render_kw: dict[str, Any]) -> Any:
            """A field that a browser does not cut: what is too long comes back whole, and is told."""
            return super().render_field(field, {"maxlength": False, **render_kw})

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether all is right. A field has one error at a time: the second would be about what the first stands in for."""
        valid = bool(super().validate(*args, **kwargs))
        for field in self:
            if len(field.errors) > 1 and all(isinstance(one, str) for one in field.errors):
                field.errors = list(field.errors)[:1]
        if not valid:
            _shorten(self)
        return valid


class BareForm(wtforms.Form):
    """A form without a token, which stands in each row of another."""

    class Meta(BaseForm.Meta):
        """As the form around it, but for the token."""

        csrf = False


class ConfirmForm(BaseForm):
    """A single button: only the CSRF token is in it."""
