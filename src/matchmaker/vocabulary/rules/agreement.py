"""Whether two phrases are the same words but for their forms and slips of the finger: only then is one surely the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from matchmaker.base.text import singular, stem, telling_words

SLIP = 7
"""Letters of a word from which on one slip leaves no doubt which word was meant."""

ALIKE = 78
"""From this `ratio` on a word may be a misspelling of another one."""

IsKnown = Callable[[str], bool]


def agree(phrase: str, label: str, language: str | None, *, is_known: IsKnown) -> bool:
    """Whether each telling word of either folded text has its own form in the other.

    ``language`` is that of both, or None for a label of another one, whose words are no derivations of ours: then they
    only inflect. ``is_known`` tells words of the vocabulary, which are no slips of another one: "couture" is not "culture".
    """
    mine, theirs = telling_words(phrase), telling_words(label)
    alone = len(mine) == 1 or len(theirs) == 1
    if alone and " " in label:
        # "La Montagne" is more than its one telling word.
        return False
    return len(mine) == len(theirs) and _all_met(mine, theirs, None if alone else language, is_known)


def coverage(phrase: str, label: str, language: str, *, is_known: IsKnown) -> float:
    """The share of a folded phrase's telling words that have a form in a folded label."""
    mine, theirs = telling_words(phrase), telling_words(label)
    met = sum(any(_one_word(word, one, language, is_known) for one in theirs) for word in mine)
    return met / max(len(mine), 1)


def leaves_strange(phrase: str, label: str, *, is_known: IsKnown) -> bool:
    """Whether a folded phrase has a word that nobody knows and that is like none of a label's words."""
    theirs = telling_words(label)
    return any(
        not is_known(word)
        and not any(other.startswith(word) or fuzz.ratio(word, other) >= ALIKE for other in theirs)
        for word in telling_words(phrase)
    )


def _all_met(mine: Sequence[str], theirs: Sequence[str], language: str | None, is_known: IsKnown) -> bool:
    left = list(theirs)
    for word in mine:
        met = next((one for one in left if _one_word(word, one, language, is_known)), None)
        if met is None:
            return False
        left.remove(met)
    return True


def _one_word(word: str, other: str, language: str | None, is_known: IsKnown) -> bool:
    if singular(word) == singular(other):
        return True
    if language and stem(word, language) == stem(other, language):
        return True
    return not is_known(word) and is_slip(word, other)


@lru_cache(maxsize=1 << 14)
def is_slip(word: str, other: str) -> bool:
    """Whether a long word is another one with a letter too many, one too few, or two that changed places.

    Another letter, and another beginning or ending, make other words: "moquettiste" is no "maquettiste".
    """
    if min(len(word), len(other)) < SLIP or word[0] != other[0] or word[-2:] != other[-2:]:
        return False
    swapped = len(word) != len(other) or sorted(word) == sorted(other)
    return swapped and OSA.distance(word, other, score_cutoff=1) == 1
