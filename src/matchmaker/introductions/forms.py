"""Forms about introductions."""

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Optional, ValidationError

from matchmaker.base.i18n import gettext, lazy
from matchmaker.citizens.rules import InvalidNumber, canonical_number
from matchmaker.introductions.rules import MESSAGE_LENGTH, REASONS, Action, Party
from matchmaker.introductions.service import Sharing
from matchmaker.web.days import DayField
from matchmaker.web.forms import AtMost, BaseForm, labelled_choices, one_line, trimmed


class ShareForm(BaseForm):
    """What the other side sees once both have accepted."""

    share_address = BooleanField(lazy("My e-mail address"))
    telephone = StringField(
        lazy("My telephone number"),
        [Optional(), AtMost(30)],
        filters=[one_line],
    )

    def validate_telephone(self, field: StringField) -> None:
        """Refuse what is no number that somebody could be called at."""
        if field.data:
            try:
                canonical_number(field.data)
            except InvalidNumber as error:
                raise ValidationError(
                    gettext("This is not a telephone number. Write it as 06 12 34 56 78.")
                ) from error

    @property
    def sharing(self) -> Sharing:
        """What a valid form says."""
        number = canonical_number(self.telephone.data) if self.telephone.data else None
        return Sharing(address=self.share_address.data, telephone=number)


class DeclineForm(BaseForm):
    """Why somebody of a side says no."""

    reason = RadioField(
        lazy("Why not?"),
        [InputRequired(lazy("Please choose a reason. It helps the other side not to wonder."))],
    )

    def __init__(self, party: Party = Party.CITIZEN, **named: Any) -> None:
        super().__init__(**named)
        self.reason.choices = labelled_choices(REASONS.get(party, ()))


class StepForm(BaseForm):
    """One step."""

    action = HiddenField(validators=[AnyOf(list(Action))])


class MessageForm(BaseForm):
    """Something to say to the other side."""

    body = TextAreaField(
        lazy("Your message"),
        [
            DataRequired(lazy("Please write something.")),
            AtMost(MESSAGE_LENGTH),
        ],
        filters=[trimmed],
    )


class AbsenceForm(BaseForm):
    """From when to when somebody is away, both days included."""

    first_day = DayField(lazy("First day away"), [InputRequired(lazy("Please choose a day."))])
    last_day = DayField(lazy("Last day away"), [InputRequired(lazy("Please choose a day."))])
