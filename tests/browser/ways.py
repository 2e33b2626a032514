"""In which ways a page is looked at: language, with script or without, colours and width.

Daily those of `PAIRS`, in which any two of these come together somewhere: what goes wrong in a page almost always
depends on two of them at most. With ``--every-way`` all combinations.
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
PAIRS = (
    Way("fr", True, "light", 320),
    Way("fr", True, "dark", 768),
    Way("fr", False, "light", 1280),
    Way("en", True, "dark", 1280),
    Way("en", False, "dark", 320),
    Way("en", False, "light", 768),
)
READERS = tuple(dict.fromkeys(way.reader for way in ALL))


def chosen() -> Sequence[Way]:
    """The ways of this run of the tests."""
    return ALL if extent.chosen.every_way else PAIRS


def one_of(number: int) -> Sequence[Way]:
    """For a page that was looked at already: one way by its number, in turn; every way where that is asked for."""
    return ALL if extent.chosen.every_way else (PAIRS[number % len(PAIRS)],)
