"""The skill vocabulary as values: concepts, what people call them, and how they relate."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from matchmaker.base.i18n import Labelled, mark

T = TypeVar("T")


class RelationKind(StrEnum):
    """How two concepts relate; `ESSENTIAL` and `OPTIONAL` go from an occupation to a skill it uses."""

    BROADER = "broader"
    RELATED = "related"
    ESSENTIAL = "essential"
    OPTIONAL = "optional"


class LabelKind(StrEnum):
    """The label that a person sees, or a word that people type."""

    PREFERRED = "preferred"
    WORD = "word"


class VerdictKind(Labelled):
    """What people have decided about two phrases."""

    SAME = "same", mark("means the same as")
    NEVER = "never", mark("is never the same as")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A skill, a piece of knowledge, an occupation or a group of them."""

    id: str
    kind: str = "skill"
    family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One name of a concept in one language, as written (who looks it up expands inclusive forms)."""

    concept_id: str
    language: str
    kind: LabelKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """`source` has this relation to `target`: a BROADER target is the more general one."""

    source: str
    target: str
    kind: RelationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A human decision about two phrases, the same in both directions; `other` may be a concept's id."""

    kind: VerdictKind
    phrase: str
    other: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """Concepts with labels, relations and shipped verdicts (false friends are NEVER verdicts).

    Large, so it is compared by identity; equal content has an equal `version`.
    """

    concepts: tuple[Concept, ...]
    labels: tuple[Label, ...]
    relations: tuple[Relation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal characters of the content; row order and process do not change it."""
        digest = hashlib.sha256()
        lines = [f"c|{c.id}|{c.kind}|{c.family}" for c in self.concepts]
        lines += [f"l|{x.concept_id}|{x.language}|{x.kind}|{x.text}" for x in self.labels]
        lines += [f"r|{r.source}|{r.target}|{r.kind}" for r in self.relations]
        lines += [f"v|{v.kind}|{v.phrase}|{v.other}" for v in self.verdicts]
        digest.update("\n".join(sorted(lines)).encode())
        return digest.hexdigest()[:12]

    @cached_property
    def by_id(self) -> Mapping[str, Concept]:
        """Each concept by its id."""
        return MappingProxyType({concept.id: concept for concept in self.concepts})

    @cached_property
    def _preferred(self) -> Mapping[tuple[str, str], str]:
        preferred: dict[tuple[str, str], str] = {}
        for label in self.labels:
            key = (label.concept_id, label.language)
            if label.kind is LabelKind.PREFERRED:
                preferred[key] = min(preferred.get(key, label.text), label.text)
        return preferred

    def concept(self, concept_id: str) -> Concept:
        """The concept of that id; KeyError when there is none."""
        return self.by_id[concept_id]

    @cached_property
    def _kinds(self) -> Mapping[str, frozenset[str]]:
        kinds: dict[str, set[str]] = {}
        for relation in self.relations:
            if relation.kind is RelationKind.BROADER:
                kinds.setdefault(relation.target, set()).add(relation.source)
        return {concept_id: frozenset(found) for concept_id, found in kinds.items()}

    def with_kinds(self, concept_ids: Iterable[str]) -> frozenset[str]:
        """Some concepts and all that are kinds of them, and kinds of these."""
        found: set[str] = set()
        waiting = list(concept_ids)
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._kinds.get(one, ())
        return frozenset(found)

    def label(self, concept_id: str, language: str) -> str:
        """The preferred label in that language, else in another one, else the id itself."""
        for tongue in (language, "fr", "en"):
            found = self._preferred.get((concept_id, tongue))
            if found is not None:
                return found
        return concept_id


def merge(first: Vocabulary, *others: Vocabulary) -> Vocabulary:
    """All of several vocabularies as one; a concept that two of them know is kept as the earlier one says."""
    concepts: dict[str, Concept] = {}
    for vocabulary in (first, *others):
        for concept in vocabulary.concepts:
            concepts.setdefault(concept.id, concept)
    every = (first, *others)
    return Vocabulary(
        concepts=tuple(concepts.values()),
        labels=_distinct(label for vocabulary in every for label in vocabulary.labels),
        relations=_distinct(relation for vocabulary in every for relation in vocabulary.relations),
        verdicts=_distinct(verdict for vocabulary in every for verdict in vocabulary.verdicts),
    )


def _distinct(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


Skill = tuple[str, str | None]
"""A skill in a person's own words, and the concept that they chose for it, if they did."""
