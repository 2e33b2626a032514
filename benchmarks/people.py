"""Made-up citizens and needs with the words of the vocabulary that ships, the same for one seed on every machine."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate

from matchmaker.base.ids import ChallengeId, CitizenId, NeedId, TerritoryId
from matchmaker.matching.rules import CitizenProfile, Importance, NeedProfile, Place, Wanted
from matchmaker.vocabulary.rules import Phrase, Resolver, Vocabulary

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FIRST = "200068781"
"""Valence Romans Agglo: where everybody lives when there is one territory."""


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
    return resolver.phrases(texts, language="fr")


def citizens(
    phrases: Sequence[Phrase], count: int, territories: int, seed: int = 2
) -> Iterator[CitizenProfile]:
    """Citizens with five skills each, who answered most questions."""
    rng = random.Random(seed)
    for number in range(count):
        territory = number % territories
        yield CitizenProfile(
            id=CitizenId(number),
            territory_id=TerritoryId(territory),
            phrases=tuple(rng.choices(phrases, k=5)),
            place=_place(territory, rng),
            radius_km=rng.choice((5.0, 10.0, 20.0, 40.0)),
            hours=rng.choice((None, 1.0, 2.0, 4.0, 8.0)),
            challenge_ids=frozenset((ChallengeId(rng.randrange(5)),)),
        )


def needs(phrases: Sequence[Phrase], count: int, territories: int, seed: int = 3) -> Iterator[NeedProfile]:
    """Needs that ask for four skills, the last two only nice to have."""
    rng = random.Random(seed)
    for number in range(count):
        territory = number % territories
        title, *asked = rng.choices(phrases, k=5)
        yield NeedProfile(
            id=NeedId(number),
            territory_id=TerritoryId(territory),
            title=title,
            wanted=tuple(
                Wanted(phrase=phrase, importance=Importance.MUST if at < 2 else Importance.NICE)
                for at, phrase in enumerate(asked)
            ),
            place=_place(territory, rng),
            hours=rng.choice((None, 2.0, 4.0)),
            challenge_id=ChallengeId(rng.randrange(5)),
        )


def _place(territory: int, rng: random.Random) -> Place:
    """A commune of the intercommunalité of that number, the more populous the likelier."""
    places, weights = _territories()[territory]
    return rng.choices(places, cum_weights=weights)[0]


@cache
def _territories() -> list[tuple[list[Place], list[int]]]:
    """The communes of each intercommunalité with their added-up population, from the table that ships."""
    packed = (resources.files("matchmaker.places") / "data" / "communes.csv.gz").read_bytes()
    members: dict[str, list[tuple[Place, int]]] = defaultdict(list)
    with io.TextIOWrapper(gzip.open(io.BytesIO(packed)), encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            place = Place(latitude=float(row["latitude"]), longitude=float(row["longitude"]))
            members[row["epci"]].append((place, int(row["population"])))
    members.pop("", None)
    return [
        ([place for place, _ in members[code]], list(accumulate(people for _, people in members[code])))
        for code in sorted(members, key=lambda code: (code != FIRST, code))
    ]
