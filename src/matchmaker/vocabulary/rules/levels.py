"""How well somebody can do something, as a phrase tells or asks it: "je débute en couture", "menuisier de métier"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from matchmaker.base.i18n import Labelled, mark
from matchmaker.base.text import fold


class Level(Labelled):
    """How well, from the least on. That beginners are welcome asks for no more than the first."""

    BEGINNER = "beginner", mark("beginner")
    AT_EASE = "at_ease", mark("at ease")
    TRADE = "trade", mark("by trade")

    @property
    def rank(self) -> int:
        """Its place among the levels, from 0 on."""
        return list(Level).index(self)


Levels = Mapping[str, Level]
"""What was ticked beside some phrases, by their words."""

NO_LEVELS: Levels = MappingProxyType({})


def kept_levels(skills: Iterable[tuple[str, object]], levels: Levels) -> dict[str, str]:
    """The levels of some skills as JSON can keep them."""
    return {text: levels[text].value for text, _ in skills if text in levels}


_BEGINNER = re.compile(
    r"\bje debute\b"
    # Who teaches beginners is none.
    r"|(?<!pour )(?<!aux )(?<!les )(?<!des )(?<!de )(?<!pas )(?<!non )\bdebutante?s?\b"
    r"|(?<!for )(?<!with )(?<!teach )(?<!teaching )(?<!not a )\bbeginners?\b"
    r"|\bnotions? (?:de|d|du|des|en)\b|\bbasics (?:of|in)\b"
    r"|\b(?:les|des|quelques) bases (?:de|d|du|en) (?!donnees\b)"
    r"|\bniveau (?:debutant|scolaire|a[12])\b"
)
_TRADE = re.compile(
    r"\b(?:de|par) (?:metier|profession)\b|\b(?:mon|comme) metier\b|\bma profession\b|\bby (?:trade|profession)\b"
    r"|\bexperte?s? (?:en|de|d|du|dans|in|at)\b|\bpro (?:de|d|du|en)\b|\bniveau (?:expert|pro|professionnel)\b"
)
_AT_EASE = re.compile(
    r"\ba l aise\b|\bconfirmee?s?\b|\bexperimentee?s?\b|\bintermediaire\b|\b(?:bon|tres bon|good) (?:niveau|level)\b"
    r"|\bniveau (?:moyen|avance|b[12]|c[12])\b|\b(?:avancee?s?|advanced|fluent|courant|bilingue|bilingual)$"
    r"|\bcouramment\b|\bme debrouille\b|\bexperienced\b|\bgood at\b"
)
_LONG = re.compile(r"(?:[3-9]|[1-9]\d) (?:bonnes )?(?:ans|annees|years)\b")


@lru_cache(maxsize=1 << 16)
def level_of(text: str) -> Level | None:
    """The level that a phrase tells; None where it tells none. Three years of something are as good as being at ease."""
    said = fold(text)
    for level, told in ((Level.BEGINNER, _BEGINNER), (Level.TRADE, _TRADE), (Level.AT_EASE, _AT_EASE)):
        if told.search(said):
            return level
    return Level.AT_EASE if _LONG.search(said) else None
