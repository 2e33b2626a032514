"""Forms of the sign-up and of the profile."""

from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from matchmaker.accounts.forms import address_field, first_name_field, language_field
from matchmaker.base.i18n import gettext, lazy, ngettext
from matchmaker.citizens.rules import (
    HOURS_A_WEEK,
    RADII_KM,
    RELAY_CHANNELS,
    RELAY_NAME_LENGTH,
    WEEKLY_LETTER_TEXT,
    InvalidNumber,
    RelayKind,
    canonical_number,
)
from matchmaker.places.forms import COMMUNE_LENGTH, PlaceForm
from matchmaker.vocabulary.forms import SkillsForm
from matchmaker.web.forms import (
    UNKNOWN_CHOICE,
    BaseForm,
    choices,
    labelled_choices,
    one_line,
    optional_int,
)


def hours_choices() -> list[SelectChoice]:
    """The hours a week that can be given or asked for, and "I don't know"."""
    known = (
        (str(hours), ngettext("about %(num)s hour a week", "about %(num)s hours a week", hours))
        for hours in HOURS_A_WEEK
    )
    return choices(UNKNOWN_CHOICE, *known)


def _radius_choices() -> list[SelectChoice]:
    known = ((str(km), gettext("up to %(km)s km", km=km)) for km in RADII_KM)
    return choices(UNKNOWN_CHOICE, *known)


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
        [Optional(), Length(max=40, message=lazy("At most %(max)d characters.")), check_telephone],
        filters=[one_line],
        render_kw={"type": "tel", "inputmode": "tel"},
    )


def _channel_field() -> RadioField:
    return RadioField(
        lazy("How was the yes given?"),
        [InputRequired(lazy("Please say how the yes was given."))],
        choices=labelled_choices(RELAY_CHANNELS),
    )


class ChallengesForm(BaseForm):
    """The défis that somebody cares about; none is an answer."""

    challenges = SelectMultipleField(lazy("Challenges that you care about"), coerce=int, choices=[])


class TimeForm(BaseForm):
    """How much time somebody has, and how far they go."""

    hours_a_week: SelectField = RadioField(
        lazy("How much time could you give?"), coerce=optional_int, choices=hours_choices
    )
    radius_km: SelectField = RadioField(
        lazy("How far would you go?"), coerce=optional_int, choices=_radius_choices
    )
    remote = BooleanField(lazy("I can also help from home, by telephone or on a screen"))


class WeeklyLetterForm(BaseForm):
    """The consent to the weekly letter, on its own."""

    weekly_letter = BooleanField(lazy(WEEKLY_LETTER_TEXT))


class FinishForm(WeeklyLetterForm):
    """Who signs up, and where the link goes."""

    first_name = first_name_field()
    address = address_field(lazy("E-mail address"))
    locale = language_field()


class FoldedTimeForm(TimeForm):
    """The same on a page with much else: the long lists of choices are folded."""

    hours_a_week = SelectField(
        lazy("How much time could you give?"), coerce=optional_int, choices=hours_choices
    )
    radius_km = SelectField(lazy("How far would you go?"), coerce=optional_int, choices=_radius_choices)


class ProfileForm(PlaceForm, FoldedTimeForm, ChallengesForm, WeeklyLetterForm):
    """All of a profile but the skills."""


class RelayForm(PlaceForm):
    """What a relay is called, what it is, and where. Its territory is known."""

    name = StringField(
        lazy("Name of the relay"),
        [
            DataRequired(lazy("Please give the relay a name.")),
            Length(max=RELAY_NAME_LENGTH, message=lazy("At most %(max)d characters.")),
        ],
        filters=[one_line],
    )
    kind = SelectField(lazy("Kind"), choices=labelled_choices(RelayKind))
    commune = StringField(
        lazy("Commune"),
        [
            DataRequired(lazy("Please write the name or the postal code of the commune.")),
            Length(max=COMMUNE_LENGTH, message=lazy("At most %(max)d characters.")),
        ],
        filters=[one_line],
    )


class RelayInviteForm(BaseForm):
    """Whom to invite to a relay."""

    address = address_field(lazy("E-mail address"))


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
