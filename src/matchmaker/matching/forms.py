"""Forms about matches."""

from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from matchmaker.base.i18n import lazy
from matchmaker.matching.rules import DismissReason
from matchmaker.web.forms import BaseForm, labelled_choices


class DismissForm(BaseForm):
    """Why a need is not for somebody."""

    reason = RadioField(
        lazy("Why is it not for you?"),
        [InputRequired(lazy("Please choose a reason: it decides what you are shown next."))],
        choices=labelled_choices(DismissReason),
    )
    nearer = BooleanField(lazy("Show me only nearer needs from now on"))
