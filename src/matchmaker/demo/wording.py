"""The shipped vocabulary as people type it: one of a concept's words, inflected, hurried, misspelt."""

import unicodedata
from collections import defaultdict
from functools import cached_property
from random import Random

from matchmaker.base.text import fold, inclusive_forms
from matchmaker.vocabulary.rules import LIMITS, Vocabulary
from matchmaker.vocabulary.rules.vocabulary import LabelKind, RelationKind

LEAST_WORD = 6
"""Letters that a word must have to be misspelt; shorter ones would become another word."""


class Wording:
    """The words of one vocabulary, by concept and language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._preferred: dict[tuple[str, str], str] = {}
        self._words: dict[tuple[str, str], list[str]] = defaultdict(list)
        for label in vocabulary.labels:
            key = (label.concept_id, label.language)
            if label.kind is LabelKind.PREFERRED:
                self._preferred[key] = label.text
            else:
                self._words[key].append(label.text)

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """The ids of the concepts of each family, sorted."""
        found: dict[str, list[str]] = defaultdict(list)
        for concept in self._vocabulary.concepts:
            found[concept.family].append(concept.id)
        return {family: tuple(sorted(members)) for family, members in found.items()}

    @cached_property
    def _by_fold(self) -> dict[str, str]:
        return {
            fold(form): label.concept_id
            for label in self._vocabulary.labels
            for form in inclusive_forms(label.text)
        }

    @cached_property
    def _near(self) -> dict[str, dict[RelationKind, list[str]]]:
        found: dict[str, dict[RelationKind, list[str]]] = defaultdict(lambda: defaultdict(list))
        for relation in self._vocabulary.relations:
            found[relation.source][relation.kind].append(relation.target)
        return found

    def named(self, phrase: str) -> str | None:
        """The concept that has this very label, or None."""
        return next(
            (found for form in inclusive_forms(phrase) if (found := self._by_fold.get(fold(form)))), None
        )

    def broader(self, concept_id: str) -> tuple[str, ...]:
        """The more general concepts of a concept."""
        return tuple(self._near[concept_id][RelationKind.BROADER])

    def related(self, concept_id: str) -> tuple[str, ...]:
        """The concepts that go with a concept."""
        return tuple(self._near[concept_id][RelationKind.RELATED])

    def label(self, concept_id: str, language: str) -> str:
        """The clear label that a reader sees, not inflected."""
        return self._preferred[concept_id, language]

    def say(self, random: Random, concept_id: str, *, language: str, gender: str) -> str:
        """One of a concept's words, or its label, in the gender f or m; x writes both."""
        words = self._words[concept_id, language]
        plain = not words or random.random() < 0.2
        text = self._preferred[concept_id, language] if plain else random.choice(words)
        forms = inclusive_forms(text)
        if gender != "x" or len(text) > LIMITS.phrase:
            text = forms[-1] if gender == "f" else forms[0]
        return text if len(text) <= LIMITS.phrase else forms[0][: LIMITS.phrase]


def hurry(random: Random, text: str) -> str:
    """The text as somebody types it: mostly as it is, now and then without accents, in capitals or misspelt."""
    chance = random.random()
    if chance < 0.12:
        return without_accents(text)
    if chance < 0.22:
        return text[:1].upper() + text[1:]
    if chance < 0.24:
        return text.upper()
    if chance < 0.26:
        return misspell(random, text)
    return text


def without_accents(text: str) -> str:
    """The text without accents and ligatures, its case and punctuation kept."""
    parts = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "Oe"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def misspell(random: Random, text: str) -> str:
    """The text with one slip inside its longest word: a letter doubled, dropped or swapped; short words stay."""
    word = max(text.split(" "), key=len)
    if len(word) < LEAST_WORD or not word.isalpha():
        return text
    at = random.randrange(1, len(word) - 2)
    slip = random.choice(
        (
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    changed = text.replace(word, slip, 1)
    return changed if len(changed) <= LIMITS.phrase else text
