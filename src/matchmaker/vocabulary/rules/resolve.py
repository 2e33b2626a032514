"""From a phrase as people type it to concepts of the vocabulary: labels first, nearness only afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from rapidfuzz import fuzz

from matchmaker.base.text import fold, folded_forms, words
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.limits import LIMITS, Limits, check_phrase
from matchmaker.vocabulary.rules.nearness import nearness_of
from matchmaker.vocabulary.rules.phrases import says_no, split_phrases
from matchmaker.vocabulary.rules.starts import starts_of
from matchmaker.vocabulary.rules.verdicts import Decisions
from matchmaker.vocabulary.rules.vocabulary import Verdict, VerdictKind, Vocabulary

CONFIDENT = 0.3
"""Below this score for the best concept a phrase stays unresolved and counts by its words alone."""

WORTH_KEEPING = 0.05
"""Below this score a second meaning is not kept."""

SURE = 0.9
"""From this score on the best concept is the only answer, unless another one has the very same label."""

COMPARED = 20
"""Likeliest concepts of each phrase that are compared to tell whether two phrases mean the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A concept that a phrase means, how sure that is (0 to 1), and the label that was met."""

    concept_id: str
    score: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """What somebody wrote, as written, beside what it was resolved to (best first; empty when unknown).

    ``not_for`` names what its writer said that it does not cover, as ``Phrase.key`` names it.
    """

    text: str
    language: str
    resolutions: tuple[Resolution, ...] = ()
    not_for: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What a decision about the phrase is kept under: its best concept, or its folded text where it has none."""
        return self.resolutions[0].concept_id if self.resolutions else fold(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A concept to offer while somebody types: its label in their language, and what their letters met."""

    concept_id: str
    label: str
    family: str
    matched: str


class Resolver:
    """Looks phrases up in one vocabulary. Build it once for a vocabulary's version; threads may share it."""

    def __init__(
        self, vocabulary: Vocabulary, *, verdicts: Iterable[Verdict] = (), limits: Limits = LIMITS
    ) -> None:
        self.vocabulary = vocabulary
        self._limits = limits
        self._table = table_of(vocabulary)
        self.decisions = Decisions(vocabulary.verdicts, verdicts)

    def with_verdicts(self, verdicts: Iterable[Verdict]) -> Resolver:
        """The same resolver with verdicts of a territory, which win over those that ship; it shares the index."""
        judged = copy(self)
        judged.decisions = self.decisions.with_declared(verdicts)
        return judged

    def warm_up(self) -> None:
        """Build now what the first phrase that is no label would have to wait for."""
        self.candidates("abcdef ghijkl", language="fr", top=1)

    def phrase(self, text: str, *, language: str | None = None) -> Phrase:
        """The text with its resolutions; its language is guessed when it is not given."""
        language = language or self.language_of(text)
        return Phrase(text=text, language=language, resolutions=self.resolve(text, language=language))

    def resolve(self, phrase: str, *, language: str | None = None, top: int = 2) -> tuple[Resolution, ...]:
        """Concepts for a phrase, best first; only one when it is sure, none when nothing is near.

        Raises PhraseTooLongError before anything is compared.
        """
        ranked = self.candidates(phrase, language=language, top=top, enough=SURE)
        if not ranked or ranked[0].score < CONFIDENT:
            return ()
        least = SURE if ranked[0].score >= SURE else WORTH_KEEPING
        return tuple(found for found in ranked if found.score >= least)

    def candidates(
        self, phrase: str, *, language: str | None = None, top: int, enough: float = 2.0
    ) -> tuple[Resolution, ...]:
        """The nearest concepts whatever their score, best first, ties by id; none for a refusal.

        With a label that scores at least ``enough``, the concepts that are only near are not looked for.
        """
        check_phrase(phrase, self._limits)
        language = language or self.language_of(phrase)
        forms = folded_forms(phrase)
        if not forms or self.is_refusal(phrase):
            return ()
        scores: dict[str, tuple[float, str]] = {}
        for form in forms:
            _keep_best(scores, self._table.exact(form, language))
        sure = bool(scores)
        if len(scores) < top and not (sure and self._best(forms, scores) >= enough):
            found = nearness_of(self.vocabulary).near(forms[0], language)
            _keep_best(scores, [(one, score / 2 if sure else score, label) for one, score, label in found])
        self._apply(forms, scores)
        ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple(
            Resolution(concept_id=concept_id, score=round(score, 6), label=label)
            for concept_id, (score, label) in ranked[:top]
        )

    def is_label(self, text: str) -> bool:
        """Whether a text is, as it stands, a label of the vocabulary in any language."""
        return any(self._table.named(form) for form in folded_forms(text))

    def is_refusal(self, phrase: str) -> bool:
        """Whether a phrase says what its writer cannot do, which is never a skill: "pas de permis"."""
        return says_no(phrase) and not self.is_label(phrase)

    def split(self, line: str) -> tuple[str, ...]:
        """The phrases that a line lists, in their order and as written; refusals are among them."""
        return split_phrases(line, is_label=self.is_label)

    def _best(self, forms: Sequence[str], scores: Mapping[str, tuple[float, str]]) -> float:
        """The best of the scores once the verdicts have spoken; 0 when they leave none."""
        judged = dict(scores)
        self._apply(forms, judged)
        return max((score for score, _ in judged.values()), default=0.0)

    def _apply(self, forms: Sequence[str], scores: dict[str, tuple[float, str]]) -> None:
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
        mine = {x.concept_id: x.score for x in self.candidates(one, language=language, top=COMPARED)}
        theirs = {x.concept_id: x.score for x in self.candidates(other, language=language, top=COMPARED)}
        same = sum(mine[concept] * theirs[concept] for concept in sorted(mine.keys() & theirs.keys()))
        written = fuzz.token_sort_ratio(fold(one), fold(other)) / 100
        return round(0.9 * min(1.0, same) + 0.1 * written, 6)

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


def _keep_best(scores: dict[str, tuple[float, str]], found: Sequence[tuple[str, float, str]]) -> None:
    for concept_id, score, label in found:
        if concept_id not in scores or score > scores[concept_id][0]:
            scores[concept_id] = (score, label)
