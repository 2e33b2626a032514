"""How easy the French is to read: the formula of Kandel and Moles, page by page.

L. Kandel and A. Moles, *Application de l'indice de Flesch à la langue française*, Cahiers d'études de
radio-télévision 19 (1958): 207 - 1.015 × words a sentence - 73.6 × syllables a word. As on Flesch's scale, 70 to 80
is read easily at twelve or thirteen, above 80 before that, and 60 to 70 is the newspaper.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matchmaker.base.i18n import CATALOGUES
from matchmaker.translations.messages import PLACEHOLDER, read

AT_LEAST = 70
LONGEST = 30
"""Words of one sentence."""

FEWEST = 30
"""Words of which a formula can tell something; what has fewer is read with all the others."""

_VOWELS = "aeiouyàâäéèêëîïôöùûüœæ"
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ease:
    """How easy a page's sentences are (`score`: higher is easier), how many words it has, and its longest sentence."""

    place: str
    score: float
    words: int
    longest: str

    @property
    def is_hard(self) -> bool:
        """Whether a reader of twelve would stumble."""
        return (self.words >= FEWEST and self.score < AT_LEAST) or len(_words(self.longest)) > LONGEST


def syllables(word: str) -> int:
    """The spoken syllables of a French word: its groups of vowels, without a mute e at its end."""
    word = word.lower()
    count = len(re.findall(f"[{_VOWELS}]+", word)) + len(re.findall("é(?:[aâiouô]|e[rz])|[aeou]ï", word))
    if count > 1 and re.search(f"[^{_VOWELS}](e|es|ent)$", word):
        count -= 1
    return max(count, 1)


def kandel_moles(sentences: Sequence[str]) -> float:
    """The score of some sentences, of which each has a word."""
    words = [word for sentence in sentences for word in _words(sentence)]
    return (
        207 - 1.015 * len(words) / len(sentences) - 73.6 * sum(syllables(word) for word in words) / len(words)
    )


def ease_of_pages(locale: str = "fr", top: Path = CATALOGUES) -> Iterator[Ease]:
    """Each template and module with a whole sentence in it, the hardest first, and then all of them together.

    Labels and buttons are no sentences, and are left out: they would make every page look easier.
    """
    by_place: dict[str, list[str]] = {}
    for message in read(locale, top):
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for sentence in _sentences(forms[-1] if message.id and forms else ""):
            for place, _ in message.locations:
                by_place.setdefault(place, []).append(sentence)
    pages = [_ease(place, sentences) for place, sentences in by_place.items()]
    yield from sorted(pages, key=lambda page: page.score)
    yield _ease("all", [sentence for sentences in by_place.values() for sentence in sentences])


def _ease(place: str, sentences: Sequence[str]) -> Ease:
    return Ease(
        place=place,
        score=kandel_moles(sentences),
        words=sum(len(_words(sentence)) for sentence in sentences),
        longest=max(sentences, key=lambda sentence: len(_words(sentence))),
    )


def _sentences(text: str) -> list[str]:
    """What ends as a sentence does and has at least three words; a placeholder is read as one short word."""
    parts = re.split(r"(?<=[.!?:;])\s+", PLACEHOLDER.sub("cela", text).strip())
    return [part for part in parts if part[-1:] in {".", "!", "?"} and len(_words(part)) >= 3]


def _words(sentence: str) -> list[str]:
    return _WORD.findall(sentence)
