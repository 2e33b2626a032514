"""Forms about groups, invitations and needs."""

from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from matchmaker.base.i18n import gettext, lazy
from matchmaker.citizens.forms import hours_choices
from matchmaker.groups.rules import (
    DESCRIPTION_LENGTH,
    LEVELS_ASKED,
    TITLE_LENGTH,
    Importance,
    NeedKind,
    Role,
    Stage,
)
from matchmaker.invitations.forms import InviteForm
from matchmaker.vocabulary.forms import PhraseRows
from matchmaker.vocabulary.rules import LIMITS
from matchmaker.web.days import DayField
from matchmaker.web.forms import (
    AtMost,
    BareForm,
    BaseForm,
    choices,
    labelled_choices,
    one_line,
    optional_int,
    trimmed,
)

PLACES_AT_MOST = 500


class GroupForm(BaseForm):
    """What a group says of itself. The view sets the choices of ``challenge``."""

    name = StringField(
        lazy("Name of the group"),
        [DataRequired(lazy("Please give the group a name.")), AtMost(80)],
        filters=[one_line],
    )
    pitch = StringField(
        lazy("In one sentence"),
        [DataRequired(lazy("Please say in one sentence what the group is about.")), AtMost(200)],
        filters=[one_line],
    )
    description = TextAreaField(
        lazy("What do you want to build?"), [AtMost(DESCRIPTION_LENGTH)], filters=[trimmed]
    )
    challenge = SelectField(lazy("Challenge"), coerce=int)
    stage = SelectField(lazy("How far are you?"), choices=labelled_choices(Stage))


class GroupsForm(BareForm):
    """Which groups of a territory somebody looks for; nothing of it must be said. The view sets the défis."""

    q = StringField(lazy("What are you looking for?"), [AtMost(100)], filters=[one_line])
    challenge = SelectField(lazy("Challenge"), [Optional()], default="")
    stage = SelectField(
        lazy("How far they are"),
        [Optional()],
        choices=[*choices(("", lazy("All"))), *labelled_choices(Stage)],
        default="",
    )


class GroupInviteForm(InviteForm):
    """Whom to invite, as what."""

    role = RadioField(lazy("Role"), choices=labelled_choices(Role), default=Role.MEMBER.value)


class WantedForm(BareForm):
    """One wanted skill; an empty line counts for nothing."""

    phrase = StringField(lazy("Skill"), [AtMost(LIMITS.phrase)], filters=[trimmed])
    importance = SelectField(
        lazy("How much it matters"), choices=labelled_choices(Importance), default=Importance.MUST.value
    )
    level = SelectField(
        lazy("Level asked"),
        choices=choices(
            ("", lazy("any level")), *((level.value, lazy(words)) for level, words in LEVELS_ASKED.items())
        ),
        default="",
    )


class NeedForm(BaseForm):
    """One thing that a group asks for."""

    title = StringField(
        lazy("What do you need?"),
        [DataRequired(lazy("Please say in a few words what you need.")), AtMost(TITLE_LENGTH)],
        filters=[one_line],
    )
    kind = SelectField(lazy("Kind"), choices=labelled_choices(NeedKind))
    description = TextAreaField(lazy("Tell more"), [AtMost(DESCRIPTION_LENGTH)], filters=[trimmed])
    wanted = PhraseRows(FormField(WantedForm), lazy("Skills that you look for"), phrase_in="phrase")
    places = IntegerField(
        lazy("How many do you need?"),
        [
            InputRequired(lazy("Please write a number.")),
            NumberRange(min=1, max=PLACES_AT_MOST, message=lazy("A number between %(min)s and %(max)s.")),
        ],
        default=1,
    )
    hours_a_week = SelectField(lazy("Time asked"), coerce=optional_int, choices=hours_choices)
    commune = StringField(lazy("Where?"), [AtMost(80)], filters=[one_line])
    commune_code = HiddenField()
    remote = BooleanField(lazy("It can also be done from home"))
    until = DayField(lazy("Until when?"), [Optional()])

    def validate_wanted(self, field: PhraseRows) -> None:
        """Refuse more wanted skills than a need may have."""
        if field.number > LIMITS.phrases:
            raise ValidationError(
                gettext("At most %(max)d skills; these are %(num)d.", max=LIMITS.phrases, num=field.number)
            )


class ActionForm(BaseForm):
    """What to do with a need."""

    action = HiddenField(validators=[DataRequired()])
