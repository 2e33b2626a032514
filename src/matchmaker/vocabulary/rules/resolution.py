"""What a phrase was resolved to, and what is offered while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matchmaker.base.text import fold
from matchmaker.vocabulary.rules.levels import Level, level_of

CONFIDENT = 0.3
"""Below this score for the best concept a phrase stays unresolved and counts by its words alone."""

WORTH_KEEPING = 0.05
"""Below this score a second meaning is not kept."""

Scores = dict[str, tuple[float, str]]
"""By concept how sure it is, and the label that was met."""

Near = tuple[str, float, str]
"""A concept, how sure it is, and the label that was met."""

Reader = Callable[[str, Scores], Scores]
"""What another way of reading makes of the scores of a skill that is in no label, none of which is sure."""


class Known(NamedTuple):
    """One skill by its labels: its folded forms, the scores, and the folded readings to be compared with all labels.

    ``core`` is what stands in its frame.
    """

    core: str
    forms: tuple[str, ...]
    scores: Scores
    compared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A concept that a phrase means, how sure that is (0 to 1), and the label that was met."""

    concept_id: str
    score: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What somebody wrote, as written, beside what it was resolved to (best first; empty when unknown).

    ``not_for`` names what its writer said that it does not cover, as ``Phrase.key`` names it. ``level`` is what they ticked
    beside it.
    """

    text: str
    language: str
    resolutions: tuple[Resolution, ...] = ()
    not_for: frozenset[str] = frozenset()
    level: Level | None = None

    @property
    def told_level(self) -> Level | None:
        """How well, as it was ticked, else as the words tell it."""
        return self.level or level_of(self.text)

    @property
    def key(self) -> str:
        """What a decision about the phrase is kept under: its best concept, or its folded text where it has none."""
        return self.resolutions[0].concept_id if self.resolutions else fold(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A concept to offer while somebody types: its label in their language, and what their letters met."""

    concept_id: str
    label: str
    family: str
    matched: str


def keep_best(scores: Scores, found: Sequence[Near]) -> None:
    """Take what was found into the scores, the better of two for one concept."""
    for concept_id, score, label in found:
        if concept_id not in scores or score > scores[concept_id][0]:
            scores[concept_id] = (score, label)


def best_first(scores: Scores) -> list[tuple[str, tuple[float, str]]]:
    """Concepts with their scores and labels, the best first, ties by id."""
    return sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))


def kept(ranked: tuple[Resolution, ...], *, sure: float, skills: int) -> tuple[Resolution, ...]:
    """What a phrase is resolved to, of its nearest concepts, best first: the sure ones alone where there are some.

    Of a phrase that names several skills, those that are likely.
    """
    if not ranked or ranked[0].score < CONFIDENT:
        return ()
    of_one = sure if ranked[0].score >= sure else WORTH_KEEPING
    least = CONFIDENT if skills > 1 else of_one
    return tuple(found for found in ranked if found.score >= least)
