"""How much text one person may hand in: counted before any scorer sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class LimitExceededError(ValueError):
    """More than allowed was handed in; `limit` and `actual` count characters or phrases."""

    def __init__(self, *, limit: int, actual: int) -> None:
        super().__init__(f"{actual} is more than the {limit} allowed")
        self.limit = limit
        self.actual = actual


class PhraseTooLongError(LimitExceededError):
    """A skill has too many characters."""


class TooManyPhrasesError(LimitExceededError):
    """A profile or a need lists too many skills."""


class DescriptionTooLongError(LimitExceededError):
    """A description has too many characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Characters of a phrase, phrases of a profile, characters of a description."""

    phrase: int = 64
    phrases: int = 30
    description: int = 5000


LIMITS = Limits()
"""What a person may type into the service."""

FILE_LIMITS = Limits(phrase=256, phrases=64, description=20_000)
"""What a line of an organiser's file may hold: official labels are longer than what people type."""


def check_phrase(text: str, limits: Limits = LIMITS) -> None:
    """Raise PhraseTooLongError for a phrase over the limit."""
    if len(text) > limits.phrase:
        raise PhraseTooLongError(limit=limits.phrase, actual=len(text))


def check_phrases(texts: Sequence[str], limits: Limits = LIMITS) -> None:
    """Raise TooManyPhrasesError, or PhraseTooLongError for the first phrase over the limit."""
    if len(texts) > limits.phrases:
        raise TooManyPhrasesError(limit=limits.phrases, actual=len(texts))
    for text in texts:
        check_phrase(text, limits)


def check_description(text: str, limits: Limits = LIMITS) -> None:
    """Raise DescriptionTooLongError for a description over the limit."""
    if len(text) > limits.description:
        raise DescriptionTooLongError(limit=limits.description, actual=len(text))
