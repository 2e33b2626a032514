"""In which ways a page is looked at: language, with script or without, colours and width.

Daily each page takes its turn of `TURNS`: three ways, in which it is seen in every language, width and colour scheme,
with script and without. Over the turns any two of these come together: what goes wrong almost always depends on two of
them at most, and mostly in what pages share. With ``--every-way`` all combinations, for each page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from tests import extent
from tests.browser.visit import WIDTHS, Scheme

LANGUAGES = ("fr", "en")
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Way:
    """One of them. What needs another page, ``reader``, comes first; the rest can be changed before an open one."""

    language: str
    script: bool
    scheme: Scheme
    width: int

    @property
    def reader(self) -> tuple[str, bool]:
        """The language, and whether scripts run."""
        return self.language, self.script


ALL = tuple(Way(*values) for values in product(LANGUAGES, (True, False), SCHEMES, WIDTHS))
TURNS = (
    (Way("fr", True, "light", 320), Way("fr", True, "light", 768), Way("en", False, "dark", 1280)),
    (Way("en", False, "light", 320), Way("en", False, "light", 768), Way("fr", True, "dark", 1280)),
    (Way("fr", False, "dark", 320), Way("fr", False, "dark", 768), Way("en", True, "light", 1280)),
)
READERS = tuple(dict.fromkeys(way.reader for way in ALL))


def chosen(number: int) -> Sequence[Way]:
    """The ways for a page in this run of the tests, by its number among the pages."""
    return ALL if extent.chosen.every_way else TURNS[number % len(TURNS)]


def one_of(number: int) -> Sequence[Way]:
    """For a page that was looked at already: one way by its number, in turn; every way where that is asked for."""
    daily = [way for turn in TURNS for way in turn]
    return ALL if extent.chosen.every_way else (daily[number % len(daily)],)
