"""How long somebody has owed an answer, and what that leads to. Days on which they were away do not count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

LONGEST_ABSENCE = timedelta(days=92)
"""A summer. Whoever is away for longer takes back what they offered, or others would wait for ever."""


class Step(IntEnum):
    """How far the clock has come with an introduction; each step is taken once."""

    ASKED = 0
    REMINDED = 1
    REMINDED_AGAIN = 2
    ON_THE_BOARD = 3
    CLOSED = 4


STEPS = (
    (timedelta(days=45), Step.CLOSED),
    (timedelta(days=21), Step.ON_THE_BOARD),
    (timedelta(days=9), Step.REMINDED_AGAIN),
    (timedelta(days=3), Step.REMINDED),
)
"""After how long somebody owes an answer each step is due, the last one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which somebody answers nothing: from `start` up to, but not including, `end`."""

    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether somebody is away at a moment."""
        return self.start <= moment < self.end


def waited(since: datetime, now: datetime, absences: Iterable[Absence] = ()) -> timedelta:
    """The time from `since` to `now` without the absences in it, which may overlap; never negative."""
    left = max(now - since, timedelta())
    reached = since
    for absence in sorted(absences, key=lambda one: one.start):
        start, end = max(absence.start, reached), min(absence.end, now)
        if end > start:
            left -= end - start
            reached = end
    return left


def step_after(time: timedelta) -> Step:
    """The step that is due when somebody has owed an answer for so long."""
    return next((step for least, step in STEPS if time >= least), Step.ASKED)


def is_away(now: datetime, absences: Iterable[Absence]) -> bool:
    """Whether one of the absences is now."""
    return any(absence.covers(now) for absence in absences)
