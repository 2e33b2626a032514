"""Time as a test wants it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.builders import NOW


@dataclass
class MovableClock:
    """A clock that stands still until a test sets it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The moment that it shows."""
        return self.now

    def advance(self, time: timedelta) -> None:
        """Let ``time`` pass."""
        self.now += time
