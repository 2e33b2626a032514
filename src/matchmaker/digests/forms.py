"""Forms about the weekly letter."""

import re

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from matchmaker.base.i18n import lazy, mark
from matchmaker.digests.rules import Frequency
from matchmaker.web.days import DayField
from matchmaker.web.forms import AtMost, BaseForm, choices, labelled_choices, optional_int, trimmed

PARAGRAPH_LENGTH = 1000
WEEKDAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
TIME_ZONES = (
    ("Europe/Paris", mark("Mainland France")),
    ("America/Guadeloupe", mark("Guadeloupe")),
    ("America/Martinique", mark("Martinique")),
    ("America/Cayenne", mark("French Guiana")),
    ("Indian/Reunion", mark("Réunion")),
    ("Indian/Mayotte", mark("Mayotte")),
    ("America/Miquelon", mark("Saint-Pierre-et-Miquelon")),
    ("America/St_Barthelemy", mark("Saint-Barthélemy")),
    ("America/Marigot", mark("Saint-Martin")),
    ("Pacific/Noumea", mark("New Caledonia")),
    ("Pacific/Tahiti", mark("French Polynesia (Tahiti)")),
    ("Pacific/Marquesas", mark("French Polynesia (Marquesas)")),
    ("Pacific/Gambier", mark("French Polynesia (Gambier)")),
    ("Pacific/Wallis", mark("Wallis and Futuna")),
)
"""The time zones of France's territories; one that a territory has beside these stays among its choices."""

_BLANK_LINES = re.compile(r"\n\s*\n")


def spaced(value: str | None) -> str | None:
    """A text with one blank line between two paragraphs, however many were typed."""
    text = trimmed(value)
    return None if text is None else _BLANK_LINES.sub("\n\n", text)


class WishesForm(BaseForm):
    """How often somebody wants the weekly letter, until when none, and whether they want those about introductions."""

    frequency = RadioField(
        lazy("How often do you want a letter?"),
        choices=labelled_choices(Frequency),
    )
    paused_until = DayField(lazy("No letters until (the last day without)"), [Optional()])
    about_introductions = BooleanField(
        lazy("Also write to me when somebody asks me, answers me or sends me a message")
    )


class ParagraphForm(BaseForm):
    """A paragraph of the organisers' in both languages. The view sets the choices of ``challenge``."""

    challenge = SelectField(lazy("Who reads it?"), coerce=optional_int)
    text_fr = TextAreaField(
        lazy("In French"),
        [
            DataRequired(lazy("Please write it in French too.")),
            AtMost(PARAGRAPH_LENGTH),
        ],
        filters=[spaced],
    )
    text_en = TextAreaField(
        lazy("In English"),
        [
            DataRequired(lazy("Please write it in English too.")),
            AtMost(PARAGRAPH_LENGTH),
        ],
        filters=[spaced],
    )


class ScheduleForm(BaseForm):
    """When a territory's letters leave. The view sets the choices of ``time_zone`` and ``skipped``."""

    weekday = SelectField(
        lazy("Day"),
        coerce=int,
        choices=choices(*((str(day), lazy(name)) for day, name in enumerate(WEEKDAYS, start=1))),
    )
    hour = SelectField(
        lazy("Hour"), coerce=int, choices=choices(*((str(hour), f"{hour:02d}:00") for hour in range(24)))
    )
    time_zone = SelectField(lazy("Time zone"))
    skipped = SelectMultipleField(
        lazy("Weeks without a letter"), widget=ListWidget(), option_widget=CheckboxInput()
    )


class SettleForm(BaseForm):
    """Whether a letter in doubt arrived."""

    arrived = HiddenField(validators=[AnyOf(["yes", "no"])])
