"""What somebody can do: the form, and the way from typed skills to the concepts that people mean by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from wtforms import (
    HiddenField,
    StringField,
)
from wtforms.validators import Length, ValidationError

from matchmaker.base.i18n import get_locale, gettext, lazy
from matchmaker.vocabulary import queries, service
from matchmaker.vocabulary.rules import LIMITS, Resolution, Resolver, Skill
from matchmaker.vocabulary.rules.resolve import SURE
from matchmaker.web import reading
from matchmaker.web.forms import (
    BaseForm,
    FieldList,
    one_line,
)

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
SUGGESTIONS_AT_MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsAnswer:
    """The skills of a filled-in form, each once, and the questions that it leaves: choices by row number."""

    skills: tuple[Skill, ...]
    questions: dict[int, list[dict[str, str]]]


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
    """What a valid form says, as the territory understands it. A concept that was chosen before stays with its words.

    A phrase is asked about when it is not surely one concept and some come near; no answer to that means "my own
    words". Equal phrases count once.
    """
    resolver = service.territory_resolver(reading(), territory_id=territory_id)
    chosen_before = {service.phrase_key(text): concept_id for text, concept_id in kept if concept_id}
    skills: dict[str, Skill] = {}
    questions: dict[int, list[dict[str, str]]] = {}
    for row, entry in enumerate(form.skills.entries):
        text = entry.data or ""
        key = service.phrase_key(text)
        if not text or key in skills:
            continue
        choice = request.form.get(f"{entry.name}-choice")
        concept_id = chosen_before.get(key)
        if concept_id is None or choice:
            options = _suggestions(resolver, text)
            concept_id = choice if choice in {option["value"] for option in options} else None
            if options and not choice and not form.asked.data:
                own_words = {"value": OWN_WORDS, "text": gettext("Keep my own words"), "aside": ""}
                questions[row] = [*options, own_words]
        skills[key] = (text, concept_id)
    return SkillsAnswer(skills=tuple(skills.values()), questions=questions)


def understood(form: SkillsForm, kept: Sequence[Skill], *, territory_id: int) -> Mapping[int, str]:
    """By row number, the label of what the territory understood where it is not what was written."""
    resolver = service.territory_resolver(reading(), territory_id=territory_id)
    chosen = {service.phrase_key(text): concept_id for text, concept_id in kept if concept_id}
    labels: dict[int, str] = {}
    for row, entry in enumerate(form.skills.entries):
        text = entry.data or ""
        if not text or len(text) > LIMITS.phrase:
            continue
        concept_id = chosen.get(service.phrase_key(text))
        if concept_id is None:
            found = resolver.resolve(text, language=get_locale())
            concept_id = found[0].concept_id if _is_sure(found) else None
        if concept_id is not None:
            label = _label(resolver, concept_id)
            if label and service.phrase_key(label) != service.phrase_key(text):
                labels[row] = label
    return labels


def _suggestions(resolver: Resolver, text: str) -> list[dict[str, str]]:
    """Concepts to offer for a phrase that is not surely one of them."""
    locale = get_locale()
    found = resolver.resolve(text, language=locale)
    if _is_sure(found):
        return []
    near = [resolution.concept_id for resolution in found]
    near += [suggestion.concept_id for suggestion in resolver.suggest(text, language=locale)]
    names = queries.families(reading())
    options = []
    for concept_id in list(dict.fromkeys(near))[:SUGGESTIONS_AT_MOST]:
        concept = resolver.vocabulary.concept(concept_id)
        family = names.get(concept.family)
        options.append(
            {
                "value": concept_id,
                "text": resolver.vocabulary.label(concept_id, locale),
                "aside": family.label(locale) if family else "",
            }
        )
    return options


def _is_sure(found: Sequence[Resolution]) -> bool:
    return len(found) == 1 and found[0].score >= SURE


def _label(resolver: Resolver, concept_id: str) -> str | None:
    vocabulary = resolver.vocabulary
    try:
        vocabulary.concept(concept_id)
    except KeyError:
        return None
    return vocabulary.label(concept_id, get_locale())
