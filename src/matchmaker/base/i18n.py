"""Languages: gettext catalogues, and dates and numbers as a reader of a locale writes them.

Source texts are English; ``translations/fr`` holds the French. The locale in force is a context variable, so that
a page, a letter and a command all translate by the same functions, with or without a web request.
"""

import enum
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.numbers import format_decimal
from babel.numbers import format_percent as babel_percent
from babel.support import NullTranslations, Translations
from markupsafe import escape

LOCALES = {"fr": "Français", "en": "English"}
_FIRST = re.compile(r"(?<!\d)1(?= [^\d\s])")
CATALOGUES = Path(__file__).parents[1] / "translations"

_locale: ContextVar[str] = ContextVar("locale", default="fr")


def mark(text: str) -> str:
    """Mark ``text`` for translation where it is written; it is translated where it is shown."""
    return text


class Labelled(enum.StrEnum):
    """A state that carries the English source of the one label by which people see it: ``OPEN = "open", mark("Open")``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        """Make a member from its kept value and its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class LazyText:
    """A text translated each time it is shown, for labels that are written once at import."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return gettext(self._text)

    def __mod__(self, values: object) -> str:
        """The text in the locale in force with its placeholders filled, as WTForms' validators do."""
        return str(self) % values

    def __html__(self) -> str:
        return escape(str(self))


def lazy(text: str) -> str:
    """A marked text that is translated when it is shown. Typed as ``str``, for libraries that want one."""
    return LazyText(text)  # type: ignore[return-value]


def get_locale() -> str:
    """The locale in force, a key of ``LOCALES``."""
    return _locale.get()


def set_locale(locale: str) -> None:
    """Translate to ``locale`` from now on, in this thread or task; an unknown one falls back to French."""
    _locale.set(locale if locale in LOCALES else "fr")


@contextmanager
def using(locale: str) -> Iterator[None]:
    """Translate to ``locale`` inside the block; an unknown one falls back to French."""
    token = _locale.set(locale if locale in LOCALES else "fr")
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def _catalogue(locale: str) -> NullTranslations:
    if locale == "en":
        return NullTranslations()
    return Translations.load(CATALOGUES, [locale])


def translate(message: str) -> str:
    """``message`` in the locale in force, its placeholders untouched."""
    return str(_catalogue(get_locale()).ugettext(message)) if message else ""


def translate_plural(singular: str, plural: str, number: int) -> str:
    """The form that fits ``number`` in the locale in force, its placeholders untouched."""
    return str(_catalogue(get_locale()).ungettext(singular, plural, number))


def gettext(message: str, **values: object) -> str:
    """``message`` in the locale in force, with ``%(name)s`` filled from ``values``."""
    return translate(message) % values if values else translate(message)


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """The form that fits ``number`` in the locale in force; ``%(num)s`` is the number."""
    return translate_plural(singular, plural, number) % {"num": number, **values}


def _region() -> str:
    # English here is British: the day before the month.
    return "en_GB" if get_locale() == "en" else "fr_FR"


def format_day(day: date, form: str = "long") -> str:
    """A day: "mardi 24 novembre 2026" by ``full``, "24 novembre 2026" by ``long``."""
    return _first_of_month(babel_date(day, format=form, locale=_region()))


def format_moment(moment: datetime, zone: str = "Europe/Paris") -> str:
    """An aware moment shown in ``zone``: "24 novembre 2026, 08:00"."""
    local = moment.astimezone(ZoneInfo(zone))
    return _first_of_month(babel_datetime(local, format="d MMMM y, HH:mm", locale=_region()))


def _first_of_month(text: str) -> str:
    # French says "1er janvier", which the Unicode formats for dates do not.
    return _FIRST.sub("1er", text, count=1) if get_locale() == "fr" else text


def format_percent(share: float) -> str:
    """A share from 0 to 1 in whole per cent, as "50 %" or "50%"."""
    return babel_percent(share, locale=get_locale())


def format_number(number: float) -> str:
    """A number with the locale's own separators, with at most one decimal."""
    return format_decimal(number, format="#,##0.#", locale=get_locale())
