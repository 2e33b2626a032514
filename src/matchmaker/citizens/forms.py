"""Forms of the sign-up and of the profile."""

from sqlalchemy.orm import Session
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from matchmaker.accounts.forms import address_field, first_name_field, language_field
from matchmaker.base.i18n import gettext, lazy, ngettext
from matchmaker.catalogue.rules import LIMITS
from matchmaker.citizens import queries
from matchmaker.citizens.queries import CommuneAnswer
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
from matchmaker.web.forms import (
    UNKNOWN_CHOICE,
    BaseForm,
    FieldList,
    choices,
    labelled_choices,
    one_line,
    optional_int,
)

COMMUNE_LENGTH = 80
# More rows are read than allowed, so that somebody who sends too many is told so.
ROWS_READ = 2 * LIMITS.phrases


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


def read_commune_field(session: Session, field: StringField, *, code: HiddenField) -> CommuneAnswer:
    """The commune that a field and the hidden code beside it mean.

    Where it is not one alone, the reason then stands at the field and the code is emptied.
    """
    answer = queries.read_commune(session, typed=field.data or "", code=code.data)
    if answer.commune is None:
        code.data = ""
        field.errors = [
            gettext("Several communes fit. Choose yours, or write more of its name.")
            if answer.choices
            else gettext("We do not know this commune. Check its name, or write its postal code.")
        ]
    return answer


def commune_choices(answer: CommuneAnswer) -> tuple[dict[str, str], ...]:
    """The communes that an answer leaves to choose from, as the template's radio buttons take them."""
    return tuple(
        {
            "value": commune.code,
            "text": commune.name,
            "aside": ", ".join(code.code for code in commune.postal_codes[:3]) or commune.department,
        }
        for commune in answer.choices
    )


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


class PlaceForm(BaseForm):
    """Where somebody lives. ``territory`` has choices only where the commune leaves a question."""

    commune = StringField(
        lazy("Your commune"),
        [
            DataRequired(lazy("Please write the name or the postal code of your commune.")),
            Length(max=COMMUNE_LENGTH, message=lazy("At most %(max)d characters.")),
        ],
        filters=[one_line],
    )
    commune_code = HiddenField()
    territory = RadioField(
        lazy("In which territory would you like to take part?"), choices=[], validate_choice=False
    )


class SkillsForm(BaseForm):
    """Up to 30 skills in somebody's own words, a line each. ``asked`` is set once the questions were shown."""

    skills = FieldList(
        StringField(
            lazy("Skill"),
            [Length(max=LIMITS.phrase, message=lazy("At most %(max)d characters."))],
            filters=[one_line],
        ),
        lazy("Your skills"),
        min_entries=3,
        max_entries=ROWS_READ,
    )
    asked = HiddenField()

    def validate_skills(self, field: FieldList) -> None:
        """Refuse more skills than a profile holds."""
        written = sum(1 for text in field.data if text)
        if written > LIMITS.phrases:
            raise ValidationError(
                gettext(
                    "At most %(max)d skills; these are %(num)d. Keep those that you like best.",
                    max=LIMITS.phrases,
                    num=written,
                )
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
