"""Days as people write them."""

import re
from datetime import date
from functools import cache

from babel.dates import get_day_names, get_month_names

from matchmaker.base.text import fold

_NUMBER = re.compile(r"(\d{1,4})(?:er|e|st|nd|rd|th)?")
_LANGUAGES = ("fr", "en")
_AROUND = frozenset({"le", "the", "of", "au", "jusqu", "until"})


def read_day(text: str, *, today: date) -> date | None:
    """The day of "31/12/2026", "31.12.26", "2026-12-31", "31 décembre", "mardi 1er mars 2027" or "March 1, 2027".

    The day stands before the month where both are numbers, as in French. Without a year it is the next such day from
    ``today``. None for anything else, and for a day that is in no calendar.
    """
    words = [word for word in fold(text).split() if word not in _AROUND and word not in _weekdays()]
    if len(words) > 1 and words[0] in _months():
        words[:2] = words[1::-1]
    if len(words) == 3 and re.fullmatch(r"\d{4}", words[0]):
        words.reverse()
    if len(words) not in {2, 3}:
        return None
    day, month = _number(words[0]), _months().get(words[1]) or _number(words[1])
    if day is None or month is None:
        return None
    if len(words) == 3:
        year = _number(words[2]) if re.fullmatch(r"\d{2}|\d{4}", words[2]) else None
        return None if year is None else _day(year + 2000 if year < 100 else year, month, day)
    this_year = _day(today.year, month, day)
    return this_year if this_year and this_year >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(word: str) -> int | None:
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else None


@cache
def _months() -> dict[str, int]:
    """The folded names of the months and their abbreviations, in both languages."""
    return {
        fold(name): number
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        fold(name)
        for language in _LANGUAGES
        for width in ("wide", "abbreviated")
        for name in get_day_names(width, locale=language).values()
    )
