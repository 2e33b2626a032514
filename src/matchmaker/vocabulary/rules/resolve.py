"""From a phrase as people type it to concepts of the vocabulary: labels first, nearness only afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache

from rapidfuzz import fuzz

from matchmaker.base.text import fold, folded_forms, inclusive_forms, words
from matchmaker.vocabulary.rules.agreement import agree, coverage
from matchmaker.vocabulary.rules.frames import is_vague, lent, unframed
from matchmaker.vocabulary.rules.label_table import UNSURE, table_of
from matchmaker.vocabulary.rules.limits import LIMITS, Limits, check_phrase
from matchmaker.vocabulary.rules.nearness import nearness_of
from matchmaker.vocabulary.rules.phrases import asserted, says_no, split_phrases
from matchmaker.vocabulary.rules.resolution import Phrase, Resolution, Suggestion
from matchmaker.vocabulary.rules.starts import starts_of
from matchmaker.vocabulary.rules.verdicts import Decisions
from matchmaker.vocabulary.rules.vocabulary import Verdict, VerdictKind, Vocabulary

CONFIDENT = 0.3
"""Below this score for the best concept a phrase stays unresolved and counts by its words alone."""

WORTH_KEEPING = 0.05
"""Below this score a second meaning is not kept."""

SURE = 0.9
"""From this score on the best concept is the only answer, unless another one has the very same label."""

DOUBTED = 0.895
"""The most that is believed of a label that is not the same words: the person is asked."""

WHOLE = 0.7
"""From this likelihood on, and with as many of its words in one label, a line that looks like a list is one skill."""

COMPARED = 20
"""Likeliest concepts of each phrase that are compared to tell whether two phrases mean the same."""


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

        A phrase of several skills gives those of each of them. With a label that scores at least ``enough``, the
        concepts that are only near are not looked for.
        """
        check_phrase(phrase, self._limits)
        language = language or self.language_of(phrase)
        skills = self._skills_in(phrase)
        scores: dict[str, tuple[float, str]] = {}
        for skill in skills:
            ranked = self._scores(skill, language, top=top, enough=enough, doubting=True)
            _keep_best(scores, [(one, *found) for one, found in _best_first(ranked)[:top]])
        return tuple(
            Resolution(concept_id=concept_id, score=round(score, 6), label=label)
            for concept_id, (score, label) in _best_first(scores)[: max(top, len(skills))]
        )

    def _scores(
        self, text: str, language: str, *, top: int, enough: float, doubting: bool
    ) -> dict[str, tuple[float, str]]:
        """Scores and labels of what one skill may mean, by concept; as they are believed where ``doubting``."""
        core = unframed(text)
        forms = tuple(dict.fromkeys((*folded_forms(text), *folded_forms(core))))
        scores: dict[str, tuple[float, str]] = {}
        if not forms:
            return scores
        thing = lent(text)
        for reading in dict.fromkeys((text, thing or core, core)):
            for form in inclusive_forms(reading):
                _keep_best(scores, self._table.exact(form, language))
            if scores:
                if thing and reading == core:
                    scores = {one: (min(UNSURE, score), label) for one, (score, label) in scores.items()}
                break
        known = max((score for score, _ in scores.values()), default=0.0)
        if len(scores) < top and self._best(forms, scores) < enough:
            for reading in dict.fromkeys((text, thing or core)):
                read = self._table.respaced(fold(inclusive_forms(reading)[0]))
                found = nearness_of(self.vocabulary).near(read, language)
                if known >= SURE:
                    found = [(one, score / 2, label) for one, score, label in found]
                elif doubting:
                    found = [
                        (one, self._believed(read, score, label, language), label)
                        for one, score, label in found
                    ]
                _keep_best(scores, found)
        self._apply(forms, scores)
        return scores

    def _believed(self, read: str, score: float, label: str, language: str) -> float:
        """What is near is sure only where it is the same words, with slips of the finger."""
        if score < DOUBTED or any(
            agree(read, form, language, is_known=self._table.is_word) for form in folded_forms(label)
        ):
            return score
        return DOUBTED * score

    def _skills_in(self, phrase: str) -> tuple[str, ...]:
        """What a phrase says that its writer can do; none for a refusal, several for a line of several skills."""
        if self.is_label(phrase) or any(
            form in layer for layer in self.decisions.layers for form in folded_forms(phrase)
        ):
            return (phrase,)
        return tuple(
            text
            for text in self.split(phrase)
            if not self._denies(text) and (self.is_label(text) or not is_vague(text))
        )

    def is_label(self, text: str) -> bool:
        """Whether a text is, as it stands, a label of the vocabulary in any language."""
        return any(self._table.named(form) for form in folded_forms(text))

    def is_refusal(self, phrase: str) -> bool:
        """Whether a phrase says what its writer cannot do, and nothing beside it: "pas de permis" is never a skill."""
        if self.is_label(phrase) or asserted(phrase) == phrase:
            return False
        return all(self._denies(text) or is_vague(text) for text in self.split(phrase))

    def _denies(self, text: str) -> bool:
        return says_no(text) and not self.is_label(text)

    def split(self, line: str) -> tuple[str, ...]:
        """The phrases that a line lists, in their order and as written; refusals are among them."""
        parts = split_phrases(line, is_label=self.is_label, is_skill=self._is_skill)
        whole = len(parts) > 1 and not all(map(self._is_skill, parts)) and self._is_one_skill(line)
        return (" ".join(line.split()),) if whole else parts

    def _is_one_skill(self, line: str) -> bool:
        """Whether what looks like a list is nearly the words of one label, as "eau, gaz et électricité" may be."""
        language = self.language_of(line)
        read = fold(line)
        found = nearness_of(self.vocabulary).near(read, language) if len(line) <= self._limits.phrase else []
        _, likely, label = max(found, key=lambda one: (one[1], one[0]), default=("", 0.0, ""))
        return likely >= WHOLE and any(
            coverage(read, form, language, is_known=self._table.is_word) >= WHOLE
            for form in folded_forms(label)
        )

    @lru_cache(maxsize=1 << 12)  # noqa: B019
    def _is_skill(self, text: str) -> bool:
        """Whether a text is a label in other forms, or in a frame."""
        language = self.language_of(text)
        return any(
            self._table.exact(form, language)
            for one in (text, unframed(text))
            for form in inclusive_forms(one)
        )

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
        mine, theirs = (self._meanings_of(text, language) for text in (one, other))
        same = sum(mine[concept] * theirs[concept] for concept in sorted(mine.keys() & theirs.keys()))
        written = fuzz.token_sort_ratio(fold(one), fold(other)) / 100
        return round(0.9 * min(1.0, same) + 0.1 * written, 6)

    def _meanings_of(self, phrase: str, language: str | None) -> dict[str, float]:
        """How likely a phrase means each of the likeliest concepts."""
        language = language or self.language_of(phrase)
        found: dict[str, float] = {}
        for skill in self._skills_in(phrase):
            scores = self._scores(skill, language, top=COMPARED, enough=2.0, doubting=False)
            for concept_id, (score, _) in _best_first(scores)[:COMPARED]:
                found[concept_id] = max(round(score, 6), found.get(concept_id, 0.0))
        return found

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


def _best_first(scores: Mapping[str, tuple[float, str]]) -> list[tuple[str, tuple[float, str]]]:
    return sorted(scores.items(), key=lambda item: (-item[1][0], item[0]))
