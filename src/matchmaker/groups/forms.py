"""Forms about groups, invitations and needs."""

from wtforms import (
    BooleanField,
    DateField,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from matchmaker.base.i18n import gettext, lazy
from matchmaker.citizens.forms import hours_choices
from matchmaker.groups.rules import DESCRIPTION_LENGTH, TITLE_LENGTH, Importance, NeedKind, Role, Stage
from matchmaker.invitations.forms import InviteForm
from matchmaker.vocabulary.rules import LIMITS
from matchmaker.web.forms import BaseForm, FieldList, labelled_choices, one_line, optional_int, trimmed

PLACES_AT_MOST = 500
# More rows are read than allowed, so that somebody who sends too many is told so.
ROWS_READ = 2 * LIMITS.phrases


def _at_most(length: int) -> Length:
    return Length(max=length, message=lazy("At most %(max)d characters."))


class GroupForm(BaseForm):
    """What a group says of itself. The view sets the choices of ``challenge``."""

    name = StringField(
        lazy("Name of the group"),
        [DataRequired(lazy("Please give the group a name.")), _at_most(80)],
        filters=[one_line],
    )
    pitch = StringField(
        lazy("In one sentence"),
        [DataRequired(lazy("Please say in one sentence what the group is about.")), _at_most(200)],
        filters=[one_line],
    )
    description = TextAreaField(
        lazy("What do you want to build?"), [_at_most(DESCRIPTION_LENGTH)], filters=[trimmed]
    )
    challenge = SelectField(lazy("Challenge"), coerce=int)
    stage = SelectField(lazy("How far are you?"), choices=labelled_choices(Stage))


class GroupInviteForm(InviteForm):
    """Whom to invite, as what."""

    role = RadioField(lazy("Role"), choices=labelled_choices(Role), default=Role.MEMBER.value)


class WantedForm(Form):
    """One wanted skill; an empty line counts for nothing."""

    phrase = StringField(lazy("Skill"), [_at_most(LIMITS.phrase)], filters=[one_line])
    importance = SelectField(
        lazy("How much it matters"), choices=labelled_choices(Importance), default=Importance.MUST.value
    )


class NeedForm(BaseForm):
    """One thing that a group asks for."""

    title = StringField(
        lazy("What do you need?"),
        [DataRequired(lazy("Please say in a few words what you need.")), _at_most(TITLE_LENGTH)],
        filters=[one_line],
    )
    kind = SelectField(lazy("Kind"), choices=labelled_choices(NeedKind))
    description = TextAreaField(lazy("Tell more"), [_at_most(DESCRIPTION_LENGTH)], filters=[trimmed])
    wanted = FieldList(
        FormField(WantedForm), lazy("Skills that you look for"), min_entries=3, max_entries=ROWS_READ
    )
    places = IntegerField(
        lazy("For how many people?"),
        [
            InputRequired(lazy("Please write a number.")),
            NumberRange(min=1, max=PLACES_AT_MOST, message=lazy("A number between %(min)s and %(max)s.")),
        ],
        default=1,
    )
    hours_a_week = SelectField(lazy("Time asked"), coerce=optional_int, choices=hours_choices)
    commune = StringField(lazy("Where?"), [_at_most(80)], filters=[one_line])
    commune_code = HiddenField()
    remote = BooleanField(lazy("It can also be done from home"))
    # Where a browser has no field for days, people write them as in French.
    until = DateField(lazy("Until when?"), [Optional()], format=["%Y-%m-%d", "%d/%m/%Y"])

    def validate_wanted(self, field: FieldList) -> None:
        """Refuse more wanted skills than a need may have."""
        written = sum(1 for row in field.data if row["phrase"])
        if written > LIMITS.phrases:
            raise ValidationError(
                gettext("At most %(max)d skills; these are %(num)d.", max=LIMITS.phrases, num=written)
            )


class ActionForm(BaseForm):
    """What to do with a need."""

    action = HiddenField(validators=[DataRequired()])
