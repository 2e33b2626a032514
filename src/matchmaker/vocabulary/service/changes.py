"""What another edition of the vocabulary that ships would make of the phrases that people have typed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.vocabulary.loading import STARTER
from matchmaker.vocabulary.models import Concept, ResolvedPhrase
from matchmaker.vocabulary.rules import Resolver, Vocabulary, merge
from matchmaker.vocabulary.rules.resolve import SURE
from matchmaker.vocabulary.service.lexicon import lexicon

Answer = tuple[tuple[str, bool], ...]
"""Concepts by their ids, best first, each with whether it is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAnswer:
    """A phrase that people typed, and what it was and would be resolved to."""

    phrase: str
    language: str
    before: Answer
    after: Answer


def changed_answers(session: Session, vocabulary: Vocabulary) -> Iterator[ChangedAnswer]:
    """The kept phrases that would be answered otherwise if ``vocabulary`` were loaded as what ships, by phrase.

    Other vocabularies, as ESCO's, stay as they are loaded. Nothing is changed.
    """
    words = lexicon(session)
    ours = set(session.scalars(select(Concept.id).where(Concept.source == STARTER.name)))
    resolver = Resolver(merge(vocabulary, _without(words.vocabulary, ours)))
    kept = session.execute(
        select(ResolvedPhrase.phrase, ResolvedPhrase.language, ResolvedPhrase.resolutions)
        .where(ResolvedPhrase.vocabulary_version == words.key)
        .order_by(ResolvedPhrase.phrase, ResolvedPhrase.language)
    )
    for phrase, language, resolutions in kept:
        before = tuple((concept_id, score >= SURE) for concept_id, score in resolutions)
        found = resolver.resolve(phrase, language=language)
        after = tuple((one.concept_id, one.score >= SURE) for one in found)
        if before != after:
            yield ChangedAnswer(phrase=phrase, language=language, before=before, after=after)


def _without(vocabulary: Vocabulary, concepts: set[str]) -> Vocabulary:
    return replace(
        vocabulary,
        concepts=tuple(one for one in vocabulary.concepts if one.id not in concepts),
        labels=tuple(one for one in vocabulary.labels if one.concept_id not in concepts),
        relations=tuple(one for one in vocabulary.relations if one.source not in concepts),
        verdicts=(),
    )
