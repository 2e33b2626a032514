"""Where somebody lives: the form, and what is left to ask of it."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired

from matchmaker.base.i18n import format_number, gettext, lazy
from matchmaker.places import queries, service
from matchmaker.places.models import Territory
from matchmaker.places.queries import CommuneAnswer
from matchmaker.places.service import Place
from matchmaker.web import reading
from matchmaker.web.forms import AtMost, BaseForm, choices, one_line

COMMUNE_LENGTH = 80


def read_commune_field(
    session: Session, field: StringField, *, code: HiddenField, territory: Territory | None
) -> CommuneAnswer:
    """The commune that a field and the hidden code beside it mean, of ``territory`` where that leaves no doubt.

    Where it is not one alone, the reason then stands at the field and the code is emptied.
    """
    answer = queries.read_commune(session, typed=field.data or "", code=code.data, territory=territory)
    if answer.commune is None:
        code.data = ""
        if answer.guessed:
            reason = gettext("We do not know a commune of this name. Is yours one of these?")
        elif answer.choices:
            reason = gettext("Several communes fit. Choose yours, or write more of its name.")
        else:
            reason = gettext("We do not know this commune. Check its name, or write its postal code.")
        field.errors = [reason]
    return answer


def commune_choices(answer: CommuneAnswer) -> tuple[dict[str, str], ...]:
    """The communes that an answer leaves to choose from, as the template's radio buttons take them."""
    return tuple(
        {
            "value": commune.code,
            "text": commune.name,
            "aside": ", ".join((commune.department_name, *(code.code for code in commune.postal_codes[:3]))),
        }
        for commune in answer.choices
    )


class PlaceForm(BaseForm):
    """Where somebody lives. ``territory`` has choices only where the commune leaves a question."""

    commune = StringField(
        lazy("Your commune"),
        [
            DataRequired(lazy("Please write the name or the postal code of your commune.")),
            AtMost(COMMUNE_LENGTH),
        ],
        filters=[one_line],
    )
    commune_code = HiddenField()
    territory = RadioField(
        lazy("In which territory would you like to take part?"), choices=[], validate_choice=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceQuestion:
    """What is left to ask about a commune: which one is meant, or in which territory to take part.

    ``outside`` is the commune's name if it is in no territory.
    """

    communes: tuple[dict[str, str], ...] = ()
    hints: dict[str, str]
    outside: str | None = None


NO_QUESTION = PlaceQuestion(hints={})


def place_page(
    template: str, form: PlaceForm, *, question: PlaceQuestion, **context: object
) -> ResponseReturnValue:
    """The page of a form with a place: 422 as long as something is wrong or left to ask."""
    open_question = bool(form.errors or form.territory.choices)
    return render_template(template, form=form, question=question, **context), 422 if open_question else 200


def locate(form: PlaceForm, *, asked: str | None) -> Place | PlaceQuestion:
    """Where a valid form says somebody lives, or what is still to be asked; an error then stands beside its field.

    ``asked`` is the slug of a territory that the person has in mind, as for ``service.territory_for``. Who takes part in
    a territory of which their commune is no part is told from where their way counts.
    """
    territory = queries.find_territory(reading(), slug=asked) if asked else None
    answer = read_commune_field(reading(), form.commune, code=form.commune_code, territory=territory)
    if answer.commune is None:
        return PlaceQuestion(communes=commune_choices(answer), hints={})
    form.commune_code.data = answer.commune.code
    found = service.territory_for(reading(), answer.commune, asked=asked, chosen=form.territory.data)
    if isinstance(found, Place):
        return found
    if not found.options:
        form.commune.errors = [gettext("There is no territory yet. Please come back later.")]
        return NO_QUESTION
    form.territory.choices = choices(*((near.territory.slug, near.territory.name) for near in found.options))
    form.territory.data = asked
    hints = {
        near.territory.slug: gettext(
            "%(km)s km from you. We count your way from %(commune)s, its commune nearest to yours.",
            km=format_number(round(near.km) if near.km >= 1 else 1),
            commune=near.commune_name,
        )
        for near in found.options
        if near.commune_code != answer.commune.code
    }
    return PlaceQuestion(hints=hints, outside=answer.commune.name if found.outside else None)
