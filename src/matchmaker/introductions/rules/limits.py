"""What protects people from being asked too much, and figures from saying too much about few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

ASKED_A_MONTH = 2
"""How often a citizen is asked in a month of the calendar, by all groups together."""

UNANSWERED_AT_MOST = 3
"""A group that owes so many people an answer meets nobody new."""

MESSAGE_LENGTH = 4000

FEWEST_FOR_SPEED = 5
FEWEST_FOR_BAND = 20
BAND_WIDTH = 20
"""Points of score in one band of the organisers' board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSpeed:
    """How a group answers: the share (0 to 1) of those who were answered, and the median of the days that it took."""

    share: float
    days: float | None


def answer_speed(waits: Sequence[timedelta | None]) -> AnswerSpeed | None:
    """How fast answers came, None standing for one that did not; nothing is said of fewer than five cases."""
    if len(waits) < FEWEST_FOR_SPEED:
        return None
    answered = [wait / timedelta(days=1) for wait in waits if wait is not None]
    return AnswerSpeed(share=len(answered) / len(waits), days=median(answered) if answered else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Introductions whose score is at least `least` and below `below` (the last holds 100), and how they ended.

    `ended` and `helped` are None where there are too few to tell without telling of somebody.
    """

    least: int
    below: int
    ended: int | None
    helped: int | None


def outcome_bands(outcomes: Sequence[tuple[float, bool]]) -> tuple[Band, ...]:
    """Endings by band of score, from the highest down: each outcome is a score (0 to 100) and whether there was help."""
    bands = []
    for least in range(100 - BAND_WIDTH, -1, -BAND_WIDTH):
        below = least + BAND_WIDTH
        found = [
            helped for score, helped in outcomes if least <= score < below or (score >= 100 and below >= 100)
        ]
        told = len(found) >= FEWEST_FOR_BAND
        bands.append(
            Band(
                least=least,
                below=below,
                ended=len(found) if told else None,
                helped=sum(found) if told else None,
            )
        )
    return tuple(bands)
