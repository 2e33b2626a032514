"""A field for a day."""

from datetime import date, timedelta
from typing import Any

import wtforms

from matchmaker.base.days import read_day
from matchmaker.base.i18n import gettext
from matchmaker.web.site import now

FARTHEST = timedelta(days=2 * 366)
"""How far ahead a day may be: what is farther is a slip of the finger, as 2206 for 2026."""

SHOWN_AT_MOST = 100
"""Characters of what is no day that are looked at, and shown again."""


class DayField(wtforms.DateField):
    """A day as people write it, also where the browser has a field for days of its own; at most two years ahead.

    What cannot be read has one error, with an example.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was sent. Raises ValueError for what is no day, or one that is too far away."""
        text = " ".join(valuelist)
        if len(text) > SHOWN_AT_MOST:
            text = f"{text[:SHOWN_AT_MOST]}…"
            self.raw_data = [text]
        self.data = None
        if not text.strip():
            return
        today = now().date()
        found = read_day(text, today=today)
        example = date(today.year, 12, 31).strftime("%d/%m/%Y")
        if found is None:
            raise ValueError(gettext("Write a day like %(example)s.", example=example))
        if found > today + FARTHEST:
            raise ValueError(
                gettext("This is more than two years away. Write a day like %(example)s.", example=example)
            )
        self.data = found
