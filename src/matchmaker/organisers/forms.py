"""Forms of the desk."""

from wtforms import Field, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, ValidationError

from matchmaker.base.i18n import gettext, lazy
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
