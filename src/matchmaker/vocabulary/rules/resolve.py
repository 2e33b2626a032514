"""From a phrase as people type it to concepts of the vocabulary: labels first, nearness only afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from rapidfuzz import fuzz

from matchmaker.base.text import fold, folded_forms, inclusive_forms, words
from matchmaker.vocabulary.rules.agreement import agree, leaves_strange
from matchmaker.vocabulary.rules.frames import deed, lent, unframed
from matchmaker.vocabulary.rules.label_table import UNSURE, table_of
from matchmaker.vocabulary.rules.limits import LIMITS, Limits, check_phrase
from matchmaker.vocabulary.rules.lines import Lines
from matchmaker.vocabulary.rules.nearness import TOGETHER, nearness_of
from matchmaker.vocabulary.rules.resolution import (
    WORTH_KEEPING,
    Known,
    Near,
    Phrase,
    Reader,
    Resolution,
    Scores,
    Suggestion,
    best_first,
    keep_best,
    kept,
)
from matchmaker.vocabulary.rules.starts import starts_of
from matchmaker.vocabulary.rules.verdicts import Decisions
from matchmaker.vocabulary.rules.vocabulary import Verdict, VerdictKind, Vocabulary

SURE = 0.9
"""From this score on the best concept is the only answer, unless another one has the very same label."""

DOUBTED = 0.895
"""The most that is believed of a label that is not the same words: the person is asked."""

STRANGE = 0.8
"""What is left of a likelihood when the phrase has a word that nobody knows."""

COMPARED = 20
"""Likeliest concepts of each phrase that are compared to tell whether two phrases mean the same."""


class Resolver:
    """Looks phrases up in one vocabulary. Build it once for a vocabulary's version; threads may share it."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        verdicts: Iterable[Verdict] = (),
        limits: Limits = LIMITS,
        reader: Reader | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self._reader = reader
        self._limits = limits
        self._table = table_of(vocabulary)
        self._lines = Lines(vocabulary, longest=limits.phrase)
        self.decisions = Decisions(vocabulary.verdicts, verdicts)

    def with_verdicts(self, verdicts: Iterable[Verdict]) -> Resolver:
        """The same resolver, index and all, with verdicts of a territory, which win over those that ship."""
        judged = copy(self)
        judged.decisions = self.decisions.with_declared(verdicts)
        return judged

    def warm_up(self) -> None:
        """Build now what the first phrase that is no label, and who types it, would have to wait for."""
        self._table.warm_up()
        starts_of(self.vocabulary)
        self.candidates("abcdef ghijkl", language="fr", top=1)

    def phrases(self, texts: Sequence[str], *, language: str | None = None) -> list[Phrase]:
        """Each text with its resolutions, as ``phrase`` has it."""
        each = self.resolve_each(texts, language=language)
        return [
            Phrase(text=text, language=language or self.language_of(text), resolutions=resolutions)
            for text, resolutions in zip(texts, each, strict=True)
        ]

    def phrase(self, text: str, *, language: str | None = None) -> Phrase:
        """The text with its resolutions; its language is guessed when it is not given."""
        return self.phrases([text], language=language)[0]

    def resolve(self, phrase: str, *, language: str | None = None, top: int = 2) -> tuple[Resolution, ...]:
        """Concepts for a phrase, best first; only one when it is sure, none when nothing is near.

        Raises PhraseTooLongError before anything is compared.
        """
        return self.resolve_each([phrase], language=language, top=top)[0]

    def resolve_each(
        self, phrases: Sequence[str], *, language: str | None = None, top: int = 2
    ) -> list[tuple[Resolution, ...]]:
        """The same of many phrases, for less than half of the time."""
        return [
            kept(ranked, sure=SURE, skills=skills)
            for ranked, skills in self._candidates_each(phrases, language=language, top=top, enough=SURE)
        ]

    def candidates(
        self, phrase: str, *, language: str | None = None, top: int, enough: float = 2.0
    ) -> tuple[Resolution, ...]:
        """The nearest concepts whatever their score, best first, ties by id; none for a refusal.

        A phrase of several skills gives those of each of them. With a label that scores at least ``enough``, the
        concepts that are only near are not looked for.
        """
        return self._candidates_each([phrase], language=language, top=top, enough=enough)[0][0]

    def _candidates_each(
        self, phrases: Sequence[str], *, language: str | None, top: int, enough: float
    ) -> list[tuple[tuple[Resolution, ...], int]]:
        """For each phrase its nearest concepts, best first, and how many skills it names."""
        each = self._scores_each(phrases, language, top=top, enough=enough, doubting=True)
        return [
            (
                tuple(
                    Resolution(concept_id=concept_id, score=round(score, 6), label=label)
                    for concept_id, (score, label) in best_first(scores)[: max(top, skills)]
                ),
                skills,
            )
            for scores, skills in each
        ]

    def _scores_each(
        self, phrases: Sequence[str], language: str | None, *, top: int, enough: float, doubting: bool
    ) -> Iterator[tuple[Scores, int]]:
        """For each phrase the scores and labels of what it may mean, by concept, and how many skills it names.

        Near concepts are as they are believed where ``doubting``, else as the evidence has them.
        """
        for phrase in phrases:
            check_phrase(phrase, self._limits)
        for start in range(0, len(phrases), TOGETHER):
            block = phrases[start : start + TOGETHER]
            spoken = [language or self.language_of(phrase) for phrase in block]
            known = [
                [self._known(skill, tongue, top, enough) for skill in self._skills_in(phrase)]
                for phrase, tongue in zip(block, spoken, strict=True)
            ]
            asked = dict.fromkeys(
                (read, tongue)
                for skills, tongue in zip(known, spoken, strict=True)
                for skill in skills
                for read in skill.compared
            )
            near = dict(
                zip(asked, nearness_of(self.vocabulary).near_each(list(asked)) if asked else (), strict=True)
            )
            for skills, tongue in zip(known, spoken, strict=True):
                scores: Scores = {}
                for skill in skills:
                    found = self._scores(skill, tongue, near, doubting=doubting)
                    keep_best(scores, [(one, *best) for one, best in best_first(found)[:top]])
                yield scores, len(skills)

    def _known(self, text: str, language: str, top: int, enough: float) -> Known:
        """What labels say of one skill, and what is compared with all of them if that is not enough."""
        core, thing = unframed(text), lent(text) or deed(text, is_known=self._table.is_word)
        forms = tuple(dict.fromkeys((*folded_forms(text), *folded_forms(core))))
        scores: Scores = {}
        for reading in dict.fromkeys((text, thing or core, core)):
            for form in inclusive_forms(reading):
                keep_best(scores, self._table.exact(form, language))
            if scores:
                if thing and reading == core != thing:
                    scores = {one: (min(UNSURE, score), label) for one, (score, label) in scores.items()}
                break
        if not forms or len(scores) >= top or self._best(forms, scores) >= enough:
            return Known(core, forms, scores, ())
        readings = [inclusive_forms(one)[0] for one in dict.fromkeys((text, thing or core))]
        return Known(core, forms, scores, tuple(self._table.respaced(fold(one)) for one in readings))

    def _scores(
        self, skill: Known, language: str, near: Mapping[tuple[str, str], list[Near]], *, doubting: bool
    ) -> Scores:
        scores = dict(skill.scores)
        sure = max((score for score, _ in scores.values()), default=0.0) >= SURE
        for read in skill.compared:
            found = near[read, language]
            if sure:
                found = [(one, score / 2, label) for one, score, label in found]
            elif doubting:
                found = [
                    (one, self._believed(read, score, label, language), label) for one, score, label in found
                ]
            keep_best(scores, found)
        if self._reader and skill.compared and doubting and self._best((), scores) < SURE:
            scores = self._reader(skill.core, scores)
        self._apply(skill.forms, scores)
        return scores

    def _believed(self, read: str, score: float, label: str, language: str) -> float:
        """What is near is sure only where it is the same words, and less likely where a word stays strange."""
        if score < WORTH_KEEPING:
            return score
        known, forms = self._table.is_word, folded_forms(label)
        tongue = self._table.tongue_of
        if score >= DOUBTED and any(agree(read, one, tongue(one, language), is_known=known) for one in forms):
            return score
        strange = all(leaves_strange(read, form, is_known=known) for form in forms)
        return min(score, DOUBTED) * (STRANGE if strange else 1.0)

    def _skills_in(self, phrase: str) -> tuple[str, ...]:
        kinds = self.decisions.kinds(phrase)
        whole = VerdictKind.SAME in kinds or (kinds and not self._lines.says_nothing(phrase))
        return (phrase,) if whole else self._lines.skills_in(phrase)

    def is_label(self, text: str) -> bool:
        """Whether a text is, as it stands, a label of the vocabulary in any language."""
        return self._lines.is_label(text)

    def is_refusal(self, phrase: str) -> bool:
        """Whether a phrase says what its writer cannot do, and nothing beside it: "pas de permis" is never a skill."""
        return self._lines.is_refusal(phrase)

    def split(self, line: str) -> tuple[str, ...]:
        """The phrases that a line lists, in their order and as written; refusals are among them."""
        return self._lines.split(line)

    def _best(self, forms: Sequence[str], scores: Scores) -> float:
        """The best of the scores once the verdicts have spoken; 0 when they leave none."""
        judged = dict(scores)
        self._apply(forms, judged)
        return max((score for score, _ in judged.values()), default=0.0)

    def _apply(self, forms: Sequence[str], scores: Scores) -> None:
        """Give concepts that people called the same the score 1, and take out those called never.

        What was declared comes after what ships, so that it has the last word.
        """
        for layer in self.decisions.layers:
            decided = [(form, other, kind) for form in forms for other, kind in layer.get(form, ())]
            for _, other, kind in sorted(decided):
                if kind is VerdictKind.SAME:
                    for concept_id in self._meant(other):
                        scores[concept_id] = (1.0, other)
            for form, other, kind in decided:
                if kind is VerdictKind.NEVER:
                    for concept_id in self._meant(other) - self._table.named(form):
                        scores.pop(concept_id, None)

    def _meant(self, other: str) -> frozenset[str]:
        if other in self._table.numbers:
            return frozenset((other,))
        return frozenset[str]().union(*(self._table.named(form) for form in folded_forms(other)))

    def alike(self, one: str, other: str, *, language: str | None = None) -> float:
        """How alike two phrases mean, 0 to 1 and the same in both directions.

        Nine tenths are the chance that both mean one concept, the rest is how alike they are written.
        """
        check_phrase(one, self._limits)
        check_phrase(other, self._limits)
        if fold(one) == fold(other):
            return float(bool(fold(one)))
        verdict = self.decisions.between(one, other)
        if verdict is not None:
            return float(verdict is VerdictKind.SAME)
        mine, theirs = (self._meanings_of(text, language) for text in (one, other))
        same = sum(mine[concept] * theirs[concept] for concept in sorted(mine.keys() & theirs.keys()))
        written = fuzz.token_sort_ratio(fold(one), fold(other)) / 100
        return round(0.9 * min(1.0, same) + 0.1 * written, 6)

    def _meanings_of(self, phrase: str, language: str | None) -> dict[str, float]:
        """How likely a phrase means each of the likeliest concepts."""
        ((scores, _),) = self._scores_each([phrase], language, top=COMPARED, enough=2.0, doubting=False)
        return {concept_id: round(score, 6) for concept_id, (score, _) in best_first(scores)[:COMPARED]}

    def language_of(self, text: str) -> str:
        """`fr` or `en`, by the language of the labels that have its words; French in doubt."""
        return self._table.language_of(words(text))

    def suggest(self, typed: str, *, language: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Concepts to offer for what has been typed so far; none under two characters."""
        check_phrase(typed, self._limits)
        folded = fold(typed)
        if len(folded) < 2:
            return ()
        found: dict[str, str] = {}
        for concept_id, label in starts_of(self.vocabulary).of(folded, language, enough=4 * limit):
            found.setdefault(concept_id, label)
        if len(found) < limit and len(folded) > 3:
            for resolution in self.resolve(typed, language=language, top=limit):
                found.setdefault(resolution.concept_id, resolution.label)
        return tuple(
            Suggestion(
                concept_id=concept_id,
                label=self.vocabulary.label(concept_id, language),
                family=self.vocabulary.concept(concept_id).family,
                matched=label,
            )
            for concept_id, label in list(found.items())[:limit]
        )
