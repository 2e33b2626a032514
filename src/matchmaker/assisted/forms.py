"""Forms that somebody at a relay fills in, for and with whom they help."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from matchmaker.accounts.forms import address_field, first_name_field, language_field
from matchmaker.base.i18n import gettext, lazy
from matchmaker.citizens.forms import ChallengesForm, FoldedTimeForm
from matchmaker.citizens.rules import (
    RELAY_CHANNELS,
    InvalidNumber,
    canonical_number,
)
from matchmaker.introductions.forms import StepForm
from matchmaker.matching.rules import Answer
from matchmaker.places.forms import PlaceForm
from matchmaker.vocabulary.forms import SkillsForm
from matchmaker.web.forms import AtMost, BaseForm, choices, labelled_choices, one_line


def check_telephone(form: BaseForm, field: StringField) -> None:  # noqa: ARG001
    """A WTForms validator: the field holds a telephone number."""
    try:
        canonical_number(field.data or "")
    except InvalidNumber as error:
        raise ValidationError(
            gettext("This does not look like a telephone number. Example: 06 12 34 56 78")
        ) from error


def telephone_field() -> StringField:
    """A field for a telephone number, which may stay empty."""
    return StringField(
        lazy("Telephone"),
        [Optional(), AtMost(40), check_telephone],
        filters=[one_line],
        render_kw={"type": "tel", "inputmode": "tel"},
    )


def _channel_field() -> RadioField:
    return RadioField(
        lazy("How was the yes given?"),
        [InputRequired(lazy("Please say how the yes was given."))],
        choices=labelled_choices(RELAY_CHANNELS),
    )


class PersonForm(PlaceForm, FoldedTimeForm, ChallengesForm):
    """Who somebody at a relay is, and what they answer; the questions are read to them as they stand."""

    first_name = first_name_field()
    locale = language_field()


class AssistedForm(PersonForm, SkillsForm):
    """All that somebody answers who signs up at a relay."""

    address = address_field(lazy("E-mail address"), required=False)


class CorrectionForm(PersonForm):
    """All of a profile at a relay but the skills."""

    telephone = telephone_field()


class LetterAgreementForm(BaseForm):
    """The yes to the weekly letter, said at a relay."""

    channel = _channel_field()


class AgreementForm(LetterAgreementForm):
    """What somebody says yes to at a relay, and how they can be called."""

    profile = BooleanField(
        lazy("They said yes to this"), [DataRequired(lazy("Without their yes, nothing can be kept."))]
    )
    weekly_letter = BooleanField(lazy("They said yes to this too"))
    telephone = telephone_field()


class MailedLetterForm(BaseForm):
    """The weekly letter by e-mail, for somebody at a relay who has an address."""

    weekly_letter = BooleanField(lazy("They said yes to this"))


class OwnAddressForm(MailedLetterForm):
    """The address that somebody at a relay has by now."""

    address = address_field(lazy("E-mail address"))


NOT_REACHED = "not_reached"


class AnswerForm(BaseForm):
    """What somebody answers to a need that was put to them."""

    answer = RadioField(
        lazy("What do they answer?"),
        [InputRequired(lazy("Please say what they answer."))],
        choices=labelled_choices(Answer),
    )


class CodeForm(AnswerForm):
    """The code of a need on a letter on paper, and the answer to it."""

    code = StringField(
        lazy("Code"),
        [DataRequired(lazy("Please type the code that stands beside the need.")), AtMost(40)],
        filters=[one_line],
    )


class CallForm(BaseForm):
    """How a call about a need ended."""

    outcome = RadioField(
        choices=choices(*((answer.value, answer.value) for answer in Answer), (NOT_REACHED, NOT_REACHED)),
        validators=[InputRequired()],
    )


class RelayStepForm(StepForm):
    """One step of somebody whom a relay speaks for."""

    share_telephone = BooleanField(lazy("Let the group see their telephone number"))
