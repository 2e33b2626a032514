"""What somebody can do: the form, and what the territory understands by it beside its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from wtforms import HiddenField, StringField
from wtforms.validators import Length, ValidationError

from matchmaker.base.i18n import get_locale, gettext, lazy
from matchmaker.vocabulary import service
from matchmaker.vocabulary.rules import LIMITS, Skill
from matchmaker.web import reading
from matchmaker.web.forms import BaseForm, FieldList, one_line

# More rows are read than allowed, so that somebody who sends too many is told so.
ROWS_READ = 2 * LIMITS.phrases


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


OWN_WORDS = "own"
SPARE_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsAnswer:
    """The skills of a form, each once; by row number the questions that are left, and labels that say it in other words."""

    skills: tuple[Skill, ...]
    questions: dict[int, list[dict[str, str]]]
    understood: dict[int, str]


def filled_form(skills: Sequence[Skill]) -> SkillsForm:
    """The form as sent; when opened, with the skills kept so far and a spare line."""
    form = SkillsForm(skills=[text for text, _ in skills])
    if not form.is_submitted() and skills:
        add_rows(form, 1)
    return form


def add_rows(form: SkillsForm, number: int = SPARE_ROWS) -> None:
    """Give a form empty lines at its end, as far as there is room."""
    for _ in range(min(number, LIMITS.phrases - len(form.skills.entries))):
        form.skills.append_entry()


def read_skills(form: SkillsForm, kept: Sequence[Skill], *, territory_id: int) -> SkillsAnswer:
    """What a form says whose phrases are of a length that is allowed, as the territory understands them.

    Who leaves a question unanswered once keeps their own words, and what was chosen in ``kept`` stays with its words.
    """
    rows = {row: entry for row, entry in enumerate(form.skills.entries) if entry.data}
    choices = {row: request.form.get(f"{entry.name}-choice") for row, entry in rows.items()}
    meanings = service.meanings(
        reading(),
        [(entry.data, choices[row]) for row, entry in rows.items()],
        territory_id=territory_id,
        language=get_locale(),
        kept=kept,
    )
    skills: dict[str, Skill] = {}
    questions: dict[int, list[dict[str, str]]] = {}
    understood: dict[int, str] = {}
    for row, entry in rows.items():
        key = service.phrase_key(entry.data)
        meaning = meanings[key]
        if meaning.label and service.phrase_key(meaning.label) != key:
            understood[row] = meaning.label
        if key not in skills and meaning.options and not choices[row] and not form.asked.data:
            own_words = {"value": OWN_WORDS, "text": gettext("Keep my own words"), "aside": ""}
            questions[row] = [*option_choices(meaning.options), own_words]
        skills.setdefault(key, (entry.data, meaning.concept_id if meaning.chosen else None))
    return SkillsAnswer(skills=tuple(skills.values()), questions=questions, understood=understood)


def option_choices(options: Sequence[service.Option]) -> list[dict[str, str]]:
    """The concepts that a phrase may mean, as the template's radio buttons take them."""
    return [{"value": one.concept_id, "text": one.label, "aside": one.family} for one in options]
