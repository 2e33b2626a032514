"""The judge: how well one citizen answers one need, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from matchmaker.base.text import fold, inclusive_forms
from matchmaker.matching.rules.explain import (
    Covered,
    TitleCover,
    best_change,
    highlights,
    parts_of,
    reasons_of,
)
from matchmaker.matching.rules.kinship import kinship_of
from matchmaker.matching.rules.score_parts import Met, Shares, add_up, circumstances, shares
from matchmaker.matching.rules.values import CitizenProfile, Cover, Likeness, Match, NeedProfile
from matchmaker.matching.rules.weights import WEIGHTS, Weights
from matchmaker.matching.rules.wording import Wording
from matchmaker.vocabulary.rules import (
    Decisions,
    Level,
    Phrase,
    Verdict,
    VerdictKind,
    Vocabulary,
)
from matchmaker.vocabulary.rules.meaning import meanings_of

DECIMALS = 6
"""Strengths are rounded, so that one pair at a time and whole arrays come to the same numbers."""


MOST_STEPS = len(Level) - 1
"""From the least level to the most."""


def steps_below(asked: Level | None, own: Level | None) -> int:
    """How many steps an own level is below an asked one; 0 where a side tells none."""
    return 0 if asked is None or own is None else max(0, asked.rank - own.rank)


class Meant(NamedTuple):
    """An own concept beside a wanted phrase: `strength` is the `relation` times the certainty with which that was read.

    `near` is that certainty alone where the relation is near enough to cover the concept `asked`, else 0.
    """

    strength: float
    relation: float
    near: float
    how: Cover
    asked: str


class Matcher:
    """Scores with one vocabulary, one set of weights and one list of verdicts; the same in every process.

    ``verdicts`` win over those that ship with the vocabulary.
    """

    def __init__(
        self, vocabulary: Vocabulary, *, weights: Weights = WEIGHTS, verdicts: Iterable[Verdict] = ()
    ) -> None:
        self.vocabulary = vocabulary
        self.weights = weights
        self.kinship = kinship_of(vocabulary, weights)
        self.decisions = Decisions(vocabulary.verdicts, verdicts)

    @property
    def wording(self) -> Wording:
        """How phrases are compared by their words; made when it is first needed."""
        return _wording_of(self.vocabulary)

    def meant(self, wanted: Phrase) -> Mapping[str, Meant]:
        """What each own concept that covers a wanted phrase in some way is to it."""
        found: dict[str, Meant] = {}
        for asked in wanted.resolutions:
            for concept_id, (relation, how) in self.kinship.of(asked.concept_id).items():
                sure = round(relation * asked.score, DECIMALS)
                near = asked.score if relation >= self.weights.covered_from else 0.0
                known = found.get(concept_id)
                if known is None or sure > known.strength:
                    found[concept_id] = Meant(
                        sure, relation, max(near, known.near if known else 0.0), how, asked.concept_id
                    )
                elif near > known.near:
                    found[concept_id] = known._replace(near=near)
        return found

    def likeness(self, wanted: Phrase, own: Phrase) -> Likeness | None:
        """How an own phrase covers a wanted one, the larger of concepts and words; None if it does not.

        Who tells a lower level than is asked covers it a little less.
        """
        found = self._likeness(wanted, own)
        steps = steps_below(wanted.told_level, own.told_level) if found is not None else 0
        if found is None or not steps:
            return found
        return replace(found, strength=round(found.strength * self.kept_below(steps), DECIMALS))

    def kept_below(self, steps: int) -> float:
        """The share of a strength that is kept so many steps below the level that is asked."""
        return 1 - self.weights.level * steps / MOST_STEPS

    def _likeness(self, wanted: Phrase, own: Phrase) -> Likeness | None:
        if own.not_for and wanted.key in own.not_for:
            return None
        one, other = fold(wanted.text), fold(own.text)
        verdict = VerdictKind.SAME if one == other and one else self.decisions.between(wanted.text, own.text)
        if verdict is VerdictKind.NEVER:
            return None
        if verdict is VerdictKind.SAME:
            concept = wanted.resolutions[0].concept_id if wanted.resolutions else None
            return Likeness(strength=1.0, certainty=1.0, covers=True, how=Cover.SAME, concept_id=concept)
        best = self._by_concepts(wanted, own)
        by_words = self.by_words(self.wording.likeness(wanted, own))
        covers = (best is not None and best.covers) or by_words >= self.weights.covered_from > 0
        if by_words > (best.strength if best else 0.0):
            best = Likeness(strength=by_words, certainty=1.0, covers=covers, how=Cover.WORDS, concept_id=None)
        elif best is not None:
            best = replace(best, covers=covers)
        return best if best is not None and best.strength >= self.weights.least else None

    def _by_concepts(self, wanted: Phrase, own: Phrase) -> Likeness | None:
        """The chance that both mean one concept, or related ones times the strength of that relation."""
        meant = self.meant(wanted) if own.resolutions else {}
        met = [(meant[x.concept_id], x.score) for x in own.resolutions if x.concept_id in meant]
        if not met:
            return None
        best, _ = max(met, key=lambda pair: pair[0].strength * pair[1])
        strength = round(min(1.0, sum(found.strength * score for found, score in met)), DECIMALS)
        # A relation is near enough or not, whatever the doubt about the words; the doubt is then asked for itself.
        near = round(sum(found.near * score for found, score in met), DECIMALS)
        return Likeness(
            strength=strength,
            certainty=min(1.0, strength / best.relation),
            covers=near >= self.weights.covered_from,
            how=best.how,
            concept_id=best.asked,
        )

    def by_words(self, likeness: float) -> float:
        """What a likeness of words counts: sharpened and damped."""
        return round(self.weights.words * float(likeness**self.weights.sharpness), DECIMALS)

    def cover(self, wanted: Phrase, phrases: Sequence[Phrase]) -> Covered:
        """The own phrase that covers a wanted one best, ties by its text; None when none does."""
        found = [(phrase, likeness) for phrase in phrases if (likeness := self.likeness(wanted, phrase))]
        return min(found, key=lambda pair: (-pair[1].strength, pair[0].text), default=None)

    def _met(self, wanted: Phrase, best: Covered, phrases: Sequence[Phrase]) -> Met:
        """How far a wanted skill is met: the phrase that covers it need not be the strongest."""
        if best is None:
            return Met(0.0, covered=False)
        covered = best[1].covers or any(
            found.covers for phrase in phrases if (found := self.likeness(wanted, phrase)) is not None
        )
        return Met(best[1].strength, covered=covered)

    def theme(self, title: Phrase) -> Mapping[str, float]:
        """How far concepts belong to the field of a title, the larger of its masculine and feminine form."""
        found: dict[str, float] = {}
        for form in inclusive_forms(title.text):
            for concept_id, near in meanings_of(self.vocabulary).theme(form, title.language).items():
                found[concept_id] = max(near, found.get(concept_id, 0.0))
        return found

    def title_cover(self, title: Phrase, phrases: Sequence[Phrase], field: float) -> TitleCover:
        """How much of a title phrases cover: the best of them, and all that belong to its field a little more."""
        best = self.cover(title, phrases)
        theme = self.theme(title)
        touching = [
            (
                round(
                    sum(theme.get(one.concept_id, 0.0) * one.score for one in phrase.resolutions), DECIMALS
                ),
                phrase,
            )
            for phrase in phrases
        ]
        whole = round((best[1].strength if best else 0.0) + field * sum(t for t, _ in touching), DECIMALS)
        if best is None and whole > 0:
            most, phrase = min(touching, key=lambda pair: (-pair[0], pair[1].text))
            best = (
                phrase,
                Likeness(
                    strength=min(1.0, most),
                    certainty=1.0,
                    covers=False,
                    how=Cover.RELATED,
                    concept_id=None,
                ),
            )
        return TitleCover(min(1.0, whole), best)

    def shares(self, need: NeedProfile) -> Shares:
        """How a need's hundred points are shared out."""
        return shares(
            [wanted.importance for wanted in need.wanted],
            [f"{wanted.phrase.text} {wanted.phrase.language}" for wanted in need.wanted],
            [max((one.score for one in wanted.phrase.resolutions), default=0.0) for wanted in need.wanted],
            self.weights,
        )

    def score(self, need: NeedProfile, citizen: CitizenProfile) -> Match:
        """The match of a citizen for a need. Gates are not asked here: see `why_not`."""
        covers = [self.cover(wanted.phrase, citizen.phrases) for wanted in need.wanted]
        met = [
            self._met(wanted.phrase, cover, citizen.phrases)
            for wanted, cover in zip(need.wanted, covers, strict=True)
        ]
        around = circumstances(need, citizen)
        share = self.shares(need)
        title = self.title_cover(need.title, citizen.phrases, share.theme)
        added = add_up(share, met, title.strength, around, self.weights)
        mark_need, mark_citizen = highlights(need, covers, title.best, self.wording)
        uncovered = [wanted for wanted, one in zip(need.wanted, met, strict=True) if not one.covered]
        return Match(
            need_id=need.id,
            citizen_id=citizen.id,
            total=added.total / 100,
            weights_version=self.weights.version,
            vocabulary_version=self.vocabulary.version,
            reasons=reasons_of(need, covers, title, added, share),
            parts=parts_of(added, around, citizen),
            highlight_need=mark_need,
            highlight_citizen=mark_citizen,
            missing=tuple(w.phrase.text for w in sorted(uncovered, key=lambda w: w.importance)),
            best_change=best_change(need, citizen, share, met, title.strength, added.total, self.weights),
        )


@lru_cache(maxsize=8)
def _wording_of(vocabulary: Vocabulary) -> Wording:
    return Wording(meanings_of(vocabulary))
