"""Forms of the sign-up and of the profile."""

from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)

from matchmaker.accounts.forms import address_field, first_name_field, language_field
from matchmaker.base.i18n import LOCALES, get_locale, gettext, lazy, ngettext
from matchmaker.citizens.rules import HOURS_A_WEEK, RADII_KM, WEEKLY_LETTER_TEXT
from matchmaker.places.forms import PlaceForm
from matchmaker.web.forms import (
    UNKNOWN_CHOICE,
    BaseForm,
    choices,
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


class ConsentBox(BooleanField):
    """A box beside words that somebody agrees to; what it sends is the language in which they were shown."""

    @property
    def value(self) -> str:
        """What the box sends when it is ticked."""
        return get_locale()

    @property
    def shown_in(self) -> str:
        """The language of the words beside the box, which need not be that of the page by now."""
        sent = str(self.raw_data[0]) if self.raw_data else ""
        return sent if sent in LOCALES else get_locale()


class WeeklyLetterForm(BaseForm):
    """The consent to the weekly letter, on its own."""

    weekly_letter = ConsentBox(lazy(WEEKLY_LETTER_TEXT))

    @property
    def consent_locale(self) -> str | None:
        """The language of the words that somebody agreed to; None for who did not."""
        return self.weekly_letter.shown_in if self.weekly_letter.data else None


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
