"""Made-up citizens and needs with the words of the vocabulary that ships, the same for one seed on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from matchmaker.catalogue.rules import Phrase, Resolver, Vocabulary
from matchmaker.matching.rules import CitizenProfile, Importance, NeedProfile, Place, Wanted

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def typed_texts(vocabulary: Vocabulary, count: int, seed: int = 1) -> list[str]:
    """Distinct French phrases: labels as they are, then labels with one letter wrong."""
    rng = random.Random(seed)
    labels = sorted(
        {label.text for label in vocabulary.labels if label.language == "fr" and len(label.text) < 60}
    )
    texts = dict.fromkeys(labels[:count])
    while len(texts) < count:
        text = rng.choice(labels)
        at = rng.randrange(len(text))
        texts.setdefault(text[:at] + rng.choice(LETTERS) + text[at + rng.randrange(2) :])
    return list(texts)


def resolved(resolver: Resolver, texts: Sequence[str]) -> list[Phrase]:
    """Each text with what it was resolved to."""
    return [resolver.phrase(text, language="fr") for text in texts]


def citizens(
    phrases: Sequence[Phrase], count: int, territories: int, seed: int = 2
) -> Iterator[CitizenProfile]:
    """Citizens with five skills each, who answered most questions."""
    rng = random.Random(seed)
    for number in range(count):
        territory = number % territories
        yield CitizenProfile(
            id=f"c{number}",
            territory_id=f"t{territory}",
            phrases=tuple(rng.choices(phrases, k=5)),
            place=_place(territory, rng),
            radius_km=rng.choice((5.0, 10.0, 20.0, 40.0)),
            hours=rng.choice((None, 1.0, 2.0, 4.0, 8.0)),
            challenge_ids=frozenset((f"d{rng.randrange(5)}",)),
        )


def needs(phrases: Sequence[Phrase], count: int, territories: int, seed: int = 3) -> Iterator[NeedProfile]:
    """Needs that ask for four skills, the last two only nice to have."""
    rng = random.Random(seed)
    for number in range(count):
        territory = number % territories
        title, *asked = rng.choices(phrases, k=5)
        yield NeedProfile(
            id=f"n{number}",
            territory_id=f"t{territory}",
            title=title,
            wanted=tuple(
                Wanted(phrase=phrase, importance=Importance.MUST if at < 2 else Importance.NICE)
                for at, phrase in enumerate(asked)
            ),
            place=_place(territory, rng),
            hours=rng.choice((None, 2.0, 4.0)),
            challenge_id=f"d{rng.randrange(5)}",
        )


def _place(territory: int, rng: random.Random) -> Place:
    """A point within some fifteen kilometres of a territory's own."""
    return Place(
        latitude=43 + territory % 40 * 0.15 + rng.uniform(-0.13, 0.13),
        longitude=-1 + territory // 40 * 0.2 + rng.uniform(-0.18, 0.18),
    )
