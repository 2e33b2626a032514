"""How alike two phrases are by their words alone, rare words counting more than filler."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from matchmaker.base.text import fold, inclusive_forms, telling_words
from matchmaker.vocabulary.rules import Phrase
from matchmaker.vocabulary.rules.meaning import Meanings
from matchmaker.vocabulary.rules.phrases import asserted

_WRITTEN_WORD = re.compile(r"[^\W_][\w+#]*")


SEEN = 4
"""So many letters at the beginning make a word look like another one."""


class Term(NamedTuple):
    """A word of a phrase: what it counts as, and its weight (rarity times how far it was read with certainty)."""

    name: str
    weight: float


class Wording:
    """Reads phrases as sets of terms: known words by their stem, misspelt ones as the word that was meant."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings

    @lru_cache(maxsize=1 << 16)  # noqa: B019
    def terms(self, phrase: Phrase) -> tuple[Term, ...]:
        """The distinct terms of a phrase in alphabetical order: order and repetition of words do not matter.

        What its writer says that they cannot do is no part of it.
        """
        found: dict[str, float] = {}
        told = asserted(phrase.text) or (phrase.text if phrase.resolutions else "")
        for word in telling_words(inclusive_forms(told)[0]):
            name, believed, rarity = self._meanings.term(word, phrase.language)
            found[name] = max(found.get(name, 0.0), round(believed * rarity, 6))
        return tuple(Term(name, weight) for name, weight in sorted(found.items()))

    def likeness(self, one: Phrase, other: Phrase) -> float:
        """The share (0 to 1) of both phrases' weight that lies in terms which they share: a Dice coefficient."""
        mine, theirs = self.terms(one), dict(self.terms(other))
        shared = sum(term.weight + theirs[term.name] for term in mine if term.name in theirs)
        whole = sum(term.weight for term in mine) + sum(theirs.values())
        return round(shared / whole, 6) if whole else 0.0

    def shared_words(self, phrase: Phrase, other: Phrase) -> list[str]:
        """Words of a phrase, as written, that the other one has too, perhaps in another form."""
        theirs: dict[str, list[str]] = defaultdict(list)
        for written in written_words(other):
            for part in fold(written).split(" "):
                theirs[self._meanings.term(part, other.language)[0]].append(part)
        return [
            written
            for written in written_words(phrase)
            if any(
                _one_word(part, own)
                for part in fold(written).split(" ")
                for own in theirs.get(self._meanings.term(part, phrase.language)[0], ())
            )
        ]


def _one_word(one: str, other: str) -> bool:
    """Whether a reader sees one word in both: a stem alone joins "amis" and "amiante"."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short[:SEEN]) and (len(short) >= SEEN or len(long) - len(short) <= 1)


def written_words(phrase: Phrase) -> list[str]:
    """Words of a phrase as written, without fillers."""
    telling = set(telling_words(phrase.text))
    return [
        written
        for written in _WRITTEN_WORD.findall(phrase.text)
        if any(part in telling for part in fold(written).split(" "))
    ]
