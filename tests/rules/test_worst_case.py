"""The worst that somebody can type costs little more than an ordinary phrase.

Work is counted in calls of functions, which are the same on every machine, and in the letters that a comparison is given.
"""

import gc
import random
import string
import sys
from collections.abc import Callable
from types import FrameType

import pytest

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.base.text import fold, inclusive_forms
from matchmaker.matching.rules import CitizenProfile, Matcher, NeedProfile, Wanted
from matchmaker.vocabulary.rules import LIMITS, PhraseTooLongError, Resolver, TooManyPhrasesError
from matchmaker.vocabulary.rules.limits import check_phrases

ORDINARY = [
    "gestoin de projt",
    "reparer des vélos anciens",
    "aide aux devoir le soir",
    "cuisinne végétarienne",
]


def hostile(seed: int) -> dict[str, str]:
    """Phrases of the greatest length, each of another kind of nastiness."""
    rng = random.Random(seed)

    def words(length: int) -> str:
        return " ".join("".join(rng.choices(string.ascii_lowercase, k=length)) for _ in range(64))

    texts = {
        "one word": "".join(rng.choices(string.ascii_lowercase, k=64)),
        "one letter": rng.choice(string.ascii_lowercase) * 64,
        "words of one letter": words(1),
        "words of two letters": words(2),
        "words of five letters": words(5),
        # One sign that folds to 28 letters in five words.
        "signs that grow": "\ufdfa" * 63 + rng.choice(string.ascii_lowercase),
        "marks of inclusive writing": "".join(f"{rng.choice('bcdf')}abc·e" for _ in range(11)),
        "brackets": "".join(f"abc{rng.choice('dfgh')}(e)" for _ in range(9)),
        "slashes": "/".join(rng.choices(string.ascii_lowercase, k=32)),
        "emoji": "\N{BICYCLE}" * 63 + rng.choice(string.ascii_lowercase),
        "no latin letter": "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(64)),
    }
    return {name: text[: LIMITS.phrase] for name, text in texts.items()}


def calls(act: Callable[[], object]) -> int:
    """How many functions were called, of Python and of C, and none of those that collecting garbage calls."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    gc.disable()
    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.fixture(scope="module")
def ordinary(resolver: Resolver) -> int:
    """The work of the hardest ordinary phrase that is no label."""
    resolver.warm_up()
    return max(calls(lambda text=text: resolver.candidates(text, language="fr", top=10)) for text in ORDINARY)  # type: ignore[misc]


@pytest.mark.parametrize("kind", hostile(0))
def test_no_phrase_costs_more_than_some_ordinary_ones(kind: str, resolver: Resolver, ordinary: int) -> None:
    one, two, three, four = (hostile(seed)[kind] for seed in (1, 2, 3, 4))
    assert calls(lambda: resolver.candidates(one, language="fr", top=10)) < 12 * ordinary
    assert calls(lambda: resolver.alike(two, three, language="fr")) < 24 * ordinary
    assert calls(lambda: resolver.suggest(four, language="fr")) < 12 * ordinary


@pytest.mark.parametrize("kind", hostile(0))
def test_what_is_compared_stays_short(kind: str) -> None:
    phrase = hostile(5)[kind]
    forms = inclusive_forms(phrase)
    assert len(forms) <= 2
    assert all(len(fold(form)) <= 28 * LIMITS.phrase for form in forms)


def test_emoji_are_no_words() -> None:
    assert fold("\N{SEEDLING} Jardinage\N{SEEDLING}") == "jardinage"
    assert fold("\N{BICYCLE}" * 64) == ""


def test_too_much_is_refused_before_anything_is_compared(resolver: Resolver) -> None:
    def refused(text: str) -> None:
        with pytest.raises(PhraseTooLongError):
            resolver.candidates(text, language="fr", top=10)

    few = calls(lambda: refused("a" * 65))
    assert calls(lambda: refused("a b " * 1_000_000)) == few < 100
    with pytest.raises(TooManyPhrasesError):
        check_phrases(["a"] * 31)


def test_full_profiles_cost_no_more_than_their_pairs(resolver: Resolver, matcher: Matcher) -> None:
    def pair(seed: int, size: int) -> tuple[NeedProfile, CitizenProfile]:
        phrases = [
            resolver.phrase(text, language="fr")
            for number in range(seed, seed + 6)
            for text in hostile(number).values()
        ]
        asked = tuple(Wanted(phrase=phrase) for phrase in phrases[:size])
        return (
            NeedProfile(id=NeedId(1), territory_id=None, title=phrases[0], wanted=asked),
            CitizenProfile(id=CitizenId(1), territory_id=None, phrases=tuple(phrases[-size:])),
        )

    small, large = pair(100, 6), pair(200, LIMITS.phrases)
    first = calls(lambda: matcher.score(*small))
    assert calls(lambda: matcher.score(*large)) < 1.5 * first * (LIMITS.phrases / 6) ** 2
