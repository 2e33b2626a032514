"""What is wrong with the labels of a vocabulary, told before anybody types: one word for two things, above all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from matchmaker.base.text import fold, inclusive_forms
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.vocabulary import Label, LabelKind, RelationKind, Vocabulary

LONGEST_TYPED = 42
"""Characters of a word: what is longer nobody types."""

_AS_LEARNING = {
    "fr": re.compile(r"(?:apprendre|apprentissage d[eu]s?|s'initier|débuter|me former|se former)\b", re.I),
    "en": re.compile(r"learn(?:ing)? (?!disab|diffic)", re.I),
}
# "Apprendre le tricot à des enfants" can only be teaching.
_TO_SOMEBODY = re.compile(r"\b(?:aux|à (?:des|d'autres|mes|nos|son|quelqu'un|autrui))\b", re.I)

Twins = frozenset[frozenset[str]]
"""Folded labels that are allowed two meanings, in pairs; a label of two concepts is a pair of itself alone."""


class Flaw(StrEnum):
    """What can be wrong with labels."""

    TWINS = "one label of two concepts"
    NEAR_TWINS = "the same words in another form, of two concepts that are not related"
    LONG = "longer than people type"
    LEARNING = "may be read as wanting to learn it"
    NEEDLESS = "allowed as twins, and there are none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A flaw, and the labels that have it."""

    flaw: Flaw
    labels: tuple[Label, ...] = ()
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [f"{label.text} ({label.concept_id}, {label.language})" for label in self.labels]
        return f"{self.flaw}: {' / '.join((*told, *self.words))}"


def twins_from_rows(rows: Iterable[Mapping[str, str]]) -> Twins:
    """Rows `word_a,word_b` of labels that may be told of two concepts, because they mean two things."""
    return frozenset(frozenset((fold(row["word_a"]), fold(row["word_b"]))) for row in rows)


def findings(vocabulary: Vocabulary, *, twins: Twins) -> tuple[Finding, ...]:
    """Everything that is wrong, and the twins that are allowed though there are none."""
    table = table_of(vocabulary)
    related = _related(vocabulary)
    found: dict[tuple[Flaw, frozenset[str]], Finding] = {}
    for labels in table.by_fold.values():
        for one, other in _of_two_concepts(labels):
            found.setdefault((Flaw.TWINS, _pair(one, other)), Finding(flaw=Flaw.TWINS, labels=(one, other)))
    for alike in table.answered_together():
        for one, other in _of_two_concepts(alike):
            pair = _pair(one, other)
            if (Flaw.TWINS, pair) not in found and not _kin(related, one.concept_id, other.concept_id):
                found.setdefault((Flaw.NEAR_TWINS, pair), Finding(flaw=Flaw.NEAR_TWINS, labels=(one, other)))
    needless = twins - {pair for _, pair in found}
    return (
        *(finding for (_, pair), finding in found.items() if pair not in twins),
        *_badly_worded(vocabulary),
        *(
            Finding(flaw=Flaw.NEEDLESS, words=tuple(sorted(pair)))
            for pair in sorted(needless, key=lambda pair: sorted(pair))
        ),
    )


def _of_two_concepts(labels: Sequence[Label]) -> Iterator[tuple[Label, Label]]:
    for one, other in combinations(labels, 2):
        if one.concept_id != other.concept_id:
            yield one, other


def _pair(one: Label, other: Label) -> frozenset[str]:
    """The folded labels, in the form that both have if there is one, else in their first form."""
    mine, theirs = ([fold(form) for form in inclusive_forms(label.text)] for label in (one, other))
    shared = sorted(set(mine) & set(theirs))
    return frozenset(shared[:1] or (mine[0], theirs[0]))


def _related(vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """The concepts that each concept is related to, and those above it, for siblings."""
    near: dict[str, set[str]] = {}
    for relation in vocabulary.relations:
        near.setdefault(relation.source, set()).add(relation.target)
        if relation.kind is not RelationKind.BROADER:
            near.setdefault(relation.target, set()).add(relation.source)
    return {concept_id: frozenset(others) for concept_id, others in near.items()}


def _kin(related: Mapping[str, frozenset[str]], one: str, other: str) -> bool:
    mine, theirs = related.get(one, frozenset()), related.get(other, frozenset())
    return one in theirs or other in mine or bool(mine & theirs)


def _badly_worded(vocabulary: Vocabulary) -> Iterator[Finding]:
    for label in vocabulary.labels:
        longest = max(map(len, inclusive_forms(label.text)))
        if label.kind is LabelKind.WORD and longest > LONGEST_TYPED:
            yield Finding(flaw=Flaw.LONG, labels=(label,))
        pattern = _AS_LEARNING.get(label.language)
        if pattern and pattern.match(label.text) and not _TO_SOMEBODY.search(label.text):
            yield Finding(flaw=Flaw.LEARNING, labels=(label,))
