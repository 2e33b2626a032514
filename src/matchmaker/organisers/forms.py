"""Forms of the desk: what words mean, how far ways are, and what pages say."""

from wtforms import Field, HiddenField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from matchmaker.base.i18n import gettext, lazy
from matchmaker.digests.forms import spaced
from matchmaker.places.forms import COMMUNE_LENGTH
from matchmaker.places.models import MOST_PERCENT, STRAIGHT_PERCENT
from matchmaker.places.rules import PAGE_LENGTH
from matchmaker.vocabulary.rules import LIMITS, VerdictKind, are_one_phrase, can_be_judged
from matchmaker.web.forms import AtMost, BaseForm, labelled_choices, one_line


def check_phrase(form: BaseForm, field: Field) -> None:  # noqa: ARG001
    """A WTForms validator: something can be decided about the field's text."""
    if not can_be_judged(field.data or ""):
        raise ValidationError(gettext("Please use letters or digits."))


def _phrase_field(label: str) -> StringField:
    return StringField(
        label,
        [
            DataRequired(lazy("Please write a word or a few.")),
            AtMost(LIMITS.phrase),
            check_phrase,
        ],
        filters=[one_line],
    )


class VerdictForm(BaseForm):
    """What a territory decides about two phrases."""

    phrase = _phrase_field(lazy("These words"))
    kind = RadioField(
        lazy("What you decide"), choices=labelled_choices(VerdictKind), default=VerdictKind.SAME.value
    )
    other = _phrase_field(lazy("The other words"))

    def validate_other(self, field: StringField) -> None:
        """Refuse a phrase beside itself."""
        if are_one_phrase(self.phrase.data or "", field.data or ""):
            raise ValidationError(gettext("These are the same words. Write others here."))


class MeaningForm(BaseForm):
    """Which known skill a phrase is, in words; ``concept`` is what was chosen among those that fit them."""

    phrase = HiddenField(validators=[DataRequired(), check_phrase], filters=[one_line])
    skill = _phrase_field(lazy("Which skill is it?"))
    concept = HiddenField()


def _percent_field() -> IntegerField:
    return IntegerField(
        lazy("For 100 km in a straight line, how many km do people travel?"),
        [
            InputRequired(lazy("Please write a number.")),
            NumberRange(
                min=STRAIGHT_PERCENT,
                max=MOST_PERCENT,
                message=lazy("A number between %(min)s and %(max)s."),
            ),
        ],
    )


def _commune_field(label: str) -> StringField:
    return StringField(
        label,
        [
            DataRequired(lazy("Please write the name or the postal code of the commune.")),
            AtMost(COMMUNE_LENGTH),
        ],
        filters=[one_line],
    )


class TravelForm(BaseForm):
    """How far ways are in all of a territory."""

    percent = _percent_field()


class DetourForm(BaseForm):
    """How far the way is between two communes; the codes are those of communes that were chosen."""

    one = _commune_field(lazy("From"))
    one_code = HiddenField()
    other = _commune_field(lazy("To"))
    other_code = HiddenField()
    way = _percent_field()


class ForgetDetourForm(BaseForm):
    """The codes of two communes between which no way of their own counts any more."""

    one = HiddenField(validators=[DataRequired()])
    other = HiddenField(validators=[DataRequired()])


class PageForm(BaseForm):
    """A page of a territory in both languages; an empty one is in our words."""

    text_fr = TextAreaField(lazy("In French"), [AtMost(PAGE_LENGTH)], filters=[spaced])
    text_en = TextAreaField(lazy("In English"), [AtMost(PAGE_LENGTH)], filters=[spaced])
