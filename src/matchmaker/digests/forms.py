"""Forms about the weekly letter."""

from wtforms import DateField, RadioField
from wtforms.validators import Optional

from matchmaker.digests.rules import Frequency
from matchmaker.forms import BaseForm, labelled_choices
from matchmaker.i18n import lazy


class WishesForm(BaseForm):
    """How often somebody wants letters, and until when none."""

    frequency = RadioField(
        lazy("How often do you want a letter?"),
        choices=labelled_choices(Frequency),
    )
    paused_until = DateField(lazy("No letters until (the last day without)"), [Optional()])
