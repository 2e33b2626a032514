"""The parent of every form: CSRF, messages in the reader's language."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import wtforms
from flask_wtf import FlaskForm
from wtforms import SelectChoice  # type: ignore[attr-defined]
from wtforms.i18n import get_translations

from matchmaker.base.i18n import LOCALES, Labelled, get_locale, lazy


def choices(*pairs: tuple[str, str]) -> list[SelectChoice]:
    """The choices of a field from (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def labelled_choices(kind: Iterable[Labelled]) -> list[SelectChoice]:
    """Members of an enumeration with their labels."""
    return choices(*((member.value, lazy(member.label)) for member in kind))


LANGUAGE_CHOICES = choices(*LOCALES.items())
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


class FieldList(wtforms.FieldList):  # type: ignore[type-arg]
    """Rows named skills-0, skills-1 and so on. WTForms itself fails on a row number such as "²"."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            found = (
                re.match(r"-([0-9]{1,4})(?:-|$)", name[len(prefix) :]) if name.startswith(prefix) else None
            )
            if found:
                yield int(found[1])


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form whose errors stand beside the fields in the reader's language."""

    class Meta:
        """How WTForms treats these forms."""

        def get_translations(self, form: object) -> Any:  # noqa: ARG002
            """WTForms' own messages in the locale in force."""
            return get_translations((get_locale(),))


class ConfirmForm(BaseForm):
    """A single button: only the CSRF token is in it."""
