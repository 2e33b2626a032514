"""Forms about matches."""

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from matchmaker.base.i18n import lazy
from matchmaker.groups.rules import NeedKind
from matchmaker.matching.rules import DismissReason
from matchmaker.places.forms import COMMUNE_LENGTH
from matchmaker.web.days import DayField
from matchmaker.web.forms import (
    AtMost,
    BareForm,
    BaseForm,
    choices,
    labelled_choices,
    one_line,
    optional_int,
)

NEWEST, BEST = "newest", "best"
NEWEST_FIRST = (NEWEST, lazy("The newest first"))
BEST_FIRST = (BEST, lazy("What fits me best first"))


class DismissForm(BaseForm):
    """Why a need is not for somebody."""

    reason = RadioField(
        lazy("Why is it not for you?"),
        [InputRequired(lazy("Please choose a reason: it decides what you are shown next."))],
        choices=labelled_choices(DismissReason),
    )
    nearer = BooleanField(lazy("Show me only nearer needs from now on"))


class NeedsForm(BareForm):
    """Which needs of a territory somebody looks for, and in which order; nothing of it must be said."""

    q = StringField(lazy("What are you looking for?"), [AtMost(100)], filters=[one_line])
    challenge = SelectField(lazy("Challenge"), [Optional()], default="")
    kind = SelectField(
        lazy("What is asked for"),
        [Optional()],
        choices=[*choices(("", lazy("All"))), *labelled_choices(NeedKind)],
        default="",
    )
    commune = StringField(lazy("Commune"), [AtMost(COMMUNE_LENGTH)], filters=[one_line])
    commune_code = HiddenField()
    km = SelectField(
        lazy("How far from it"),
        [Optional()],
        coerce=optional_int,
        choices=choices(
            ("0", lazy("in this commune")),
            ("5", lazy("up to 5 km")),
            ("10", lazy("up to 10 km")),
            ("20", lazy("up to 20 km")),
            ("40", lazy("up to 40 km")),
        ),
        default=10,
    )
    home = BooleanField(lazy("Possible from home"))
    hours = SelectField(
        lazy("Time a week"),
        [Optional()],
        coerce=optional_int,
        choices=choices(
            ("", lazy("All")),
            ("1", lazy("1 hour at most")),
            ("2", lazy("2 hours at most")),
            ("4", lazy("4 hours at most")),
            ("8", lazy("8 hours at most")),
        ),
        default=None,
    )
    until = DayField(lazy("Still open on"), [Optional()])
    order = SelectField(lazy("Order"), [Optional()], choices=choices(NEWEST_FIRST), default=NEWEST)
