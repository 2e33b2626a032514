"""What somebody can do: the form, and what the territory understands by it beside its rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from wtforms import Field, HiddenField, StringField
from wtforms.validators import ValidationError

from matchmaker.base.i18n import get_locale, gettext, lazy
from matchmaker.vocabulary import service
from matchmaker.vocabulary.rules import LIMITS, NO_LEVELS, Level, Levels, Skill
from matchmaker.web import reading
from matchmaker.web.forms import AtMost, BaseForm, FieldList, trimmed

# More rows are read than allowed, so that somebody who sends too many is told so.
ROWS_READ = 2 * LIMITS.phrases


LINE_LENGTH = 2000
"""How much one line is read of: a list of all that somebody can do, pasted into it."""

TEXT_LENGTH = 2 * LINE_LENGTH
"""How much all lines together are read of."""


class PhraseRows(FieldList):
    """Rows of phrases; one in which several are listed becomes several, and one that says no is left out.

    ``spread`` says that rows were made out of one, and ``left_out`` has what was no skill: the page then comes back, so
    that its writer sees how they were understood. ``number`` counts the phrases. ``phrase_in`` names the field of the
    phrase in rows that have more than one.
    """

    def __init__(self, row: Any, label: str, *, phrase_in: str | None = None, **bound: Any) -> None:
        super().__init__(row, label, max_entries=ROWS_READ, min_entries=3, **bound)
        self.type = "FieldList"
        self.spread = False
        self.left_out: tuple[str, ...] = ()
        self.number = 0
        self._phrase_in = phrase_in
        self._sent_as: dict[int, str] = {}
        self._rows: dict[int, str] = {}
        self.kept_levels: Levels = NO_LEVELS

    def process(self, formdata: Any, *args: Any, **named: Any) -> None:
        """Read the rows as sent, then part those that list several phrases."""
        super().process(formdata, *args, **named)
        written = [self.phrase_of(entry) for entry in self.entries]
        self.number = sum(map(bool, written))
        if formdata and 0 < sum(map(len, written)) <= TEXT_LENGTH and max(map(len, written)) <= LINE_LENGTH:
            self._part(written)

    def _compact_indices(self) -> None:
        self._sent_as = {id(entry): entry.name for entry in self.entries}
        self._rows = dict(self._sent_as)
        super()._compact_indices()  # type: ignore[misc]

    @property
    def looked_over(self) -> bool:
        """Whether the rows are as their writer sent them."""
        return not self.spread and not self.left_out

    def phrase_of(self, entry: Field) -> str:
        """The phrase of a row, "" for an empty one."""
        return self._own_field(entry).data or ""

    def choice_of(self, entry: Field) -> str | None:
        """What was chosen beside a row, if the row is still as it was sent."""
        sent = self._sent_as.get(id(entry))
        return request.form.get(f"{sent}-choice") if sent else None

    def level_of(self, entry: Field) -> Level | None:
        """What is ticked beside a row: as it was sent, also for all that was made out of one row; else as it is kept."""
        sent = self._rows.get(id(entry))
        ticked = request.form.get(f"{sent}-level") if sent else None
        if ticked is None:
            return self.kept_levels.get(self.phrase_of(entry))
        return Level(ticked) if ticked in set(Level) else None

    def _part(self, written: Sequence[str]) -> None:
        resolver = service.lexicon(reading()).resolver
        parted = [resolver.split(text) for text in written]
        self.left_out = tuple(text for texts in parted for text in texts if resolver.is_refusal(text))
        kept = [[text for text in texts if text not in self.left_out] for texts in parted]
        self.number = sum(map(len, kept))
        if self.number > ROWS_READ:
            return
        self.spread = any(len(texts) > 1 for texts in parted)
        if self.looked_over:
            for entry, texts in zip(self.entries, kept, strict=True):
                if texts:
                    self._own_field(entry).data = texts[0]
            return
        rows, sent_as = self.entries, self._sent_as
        self.entries, self.last_index, self._sent_as, self._rows = [], -1, {}, {}
        for row, texts in zip(rows, kept, strict=True):
            for text in texts:
                self.append_entry({**row.data, self._phrase_in: text} if self._phrase_in else text)
                if id(row) in sent_as:
                    self._rows[id(self.entries[-1])] = sent_as[id(row)]
                if len(texts) == 1 and id(row) in sent_as:
                    self._sent_as[id(self.entries[-1])] = sent_as[id(row)]
        while len(self.entries) < self.min_entries:
            self.append_entry()

    def _own_field(self, entry: Any) -> Any:
        return entry.form[self._phrase_in] if self._phrase_in else entry


class SkillsForm(BaseForm):
    """Up to 30 skills in somebody's own words, a line each. ``asked`` is set once the questions were shown."""

    skills = PhraseRows(
        StringField(lazy("Skill"), [AtMost(LIMITS.phrase)], filters=[trimmed]), lazy("Your skills")
    )
    asked = HiddenField()
    levels = tuple(Level)

    def validate_skills(self, field: PhraseRows) -> None:
        """Refuse more skills than a profile holds."""
        if field.number > LIMITS.phrases:
            raise ValidationError(
                gettext(
                    "At most %(max)d skills; these are %(num)d. Keep those that you like best.",
                    max=LIMITS.phrases,
                    num=field.number,
                )
            )


OWN_WORDS = "own"
SPARE_ROWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillsAnswer:
    """The skills of a form, each once; by row number the questions that are left, and labels that say it in other words.

    ``looked_over`` is False where a row was parted or left out, which its writer has not seen yet.
    """

    skills: tuple[Skill, ...]
    questions: dict[int, list[dict[str, str]]]
    understood: dict[int, str]
    looked_over: bool
    levels: Levels = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether nothing is left to ask, and the rows are as their writer sent them."""
        return self.looked_over and not self.questions


def filled_form(skills: Sequence[Skill], levels: Levels = NO_LEVELS) -> SkillsForm:
    """The form as sent; when opened, with the skills and levels kept so far and a spare line."""
    form = SkillsForm(skills=[text for text, _ in skills])
    form.skills.kept_levels = levels
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
    choices = {row: form.skills.choice_of(entry) for row, entry in rows.items()}
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
    levels: dict[str, Level] = {}
    for row, entry in rows.items():
        key = service.phrase_key(entry.data)
        meaning = meanings[key]
        if meaning.label and service.phrase_key(meaning.label) != key:
            understood[row] = meaning.label
        if key not in skills and meaning.options and not choices[row] and not form.asked.data:
            own_words = {"value": OWN_WORDS, "text": gettext("Keep my own words"), "aside": ""}
            questions[row] = [*option_choices(meaning.options), own_words]
        level = form.skills.level_of(entry)
        if key not in skills and level is not None:
            levels[entry.data] = level
        skills.setdefault(key, (entry.data, meaning.concept_id if meaning.chosen else None))
    return SkillsAnswer(
        skills=tuple(skills.values()),
        questions=questions,
        understood=understood,
        looked_over=form.skills.looked_over,
        levels=levels,
    )


def option_choices(options: Sequence[service.Option]) -> list[dict[str, str]]:
    """The concepts that a phrase may mean, as the template's radio buttons take them."""
    return [{"value": one.concept_id, "text": one.label, "aside": one.family} for one in options]
