"""Forms of relays, for their territory's organisers."""

from wtforms import (
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired

from matchmaker.base.i18n import lazy
from matchmaker.places.forms import COMMUNE_LENGTH, PlaceForm
from matchmaker.relays.rules import REACH_LENGTH, RELAY_NAME_LENGTH, TELEPHONE_LENGTH, RelayKind
from matchmaker.web.forms import (
    AtMost,
    BaseForm,
    labelled_choices,
    one_line,
)


class RelayForm(PlaceForm):
    """What a relay is called, what it is, and where. Its territory is known."""

    name = StringField(
        lazy("Name of the relay"),
        [
            DataRequired(lazy("Please give the relay a name.")),
            AtMost(RELAY_NAME_LENGTH),
        ],
        filters=[one_line],
    )
    kind = SelectField(lazy("Kind"), choices=labelled_choices(RelayKind))
    commune = StringField(
        lazy("Commune"),
        [
            DataRequired(lazy("Please write the name or the postal code of the commune.")),
            AtMost(COMMUNE_LENGTH),
        ],
        filters=[one_line],
    )


class ReachForm(BaseForm):
    """How people reach a relay."""

    telephone = StringField(lazy("Telephone"), [AtMost(TELEPHONE_LENGTH)], filters=[one_line])
    postal_address = StringField(lazy("Address"), [AtMost(REACH_LENGTH)], filters=[one_line])
    opening_hours = StringField(lazy("Opening hours"), [AtMost(REACH_LENGTH)], filters=[one_line])
