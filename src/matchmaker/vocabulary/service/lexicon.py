"""The vocabulary that is loaded, and resolving what people type to it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from matchmaker.base.db import in_parts, insert_into
from matchmaker.base.work import Work
from matchmaker.vocabulary.models import (
    Concept,
    ConceptLabel,
    ConceptRelation,
    FalseFriend,
    ResolvedPhrase,
    VocabularySource,
)
from matchmaker.vocabulary.rules import Concept as ConceptValue
from matchmaker.vocabulary.rules import (
    Label,
    Phrase,
    Relation,
    Resolution,
    Resolver,
    Verdict,
    VerdictKind,
    Vocabulary,
)
from matchmaker.vocabulary.service.sentences import PACKAGE, encoder_version, sentences_of

SEMANTIC = "semantic"
"""Under this name a session tells whether its installation reads by the sense of sentences too."""


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """The loaded vocabulary, ready to resolve; ``key`` changes whenever any source is loaded anew.

    A ``semantic`` one has another key, and its resolver reads by the sense of sentences too.
    """

    key: str
    vocabulary: Vocabulary
    semantic: bool = False

    @cached_property
    def resolver(self) -> Resolver:
        """The resolver over this vocabulary."""
        return Resolver(self.vocabulary, reader=sentences_of(self.vocabulary) if self.semantic else None)

    def chosen_phrase(self, *, text: str, language: str, concept_id: str) -> Phrase:
        """A text whose concept a person chose."""
        label = self.vocabulary.label(concept_id, language)
        return Phrase(
            text=text,
            language=language,
            resolutions=(Resolution(concept_id=concept_id, score=1.0, label=label),),
        )


_lexicons: dict[str, Lexicon] = {}
_lexicons_lock = Lock()
_LEXICONS_KEPT = 4


def lexicon(session: Session) -> Lexicon:
    """The vocabulary in the database, built once a process for each state of its sources."""
    key = lexicon_key(session)
    with _lexicons_lock:
        known = _lexicons.get(key)
        if known is None:
            known = Lexicon(key=key, vocabulary=_read_vocabulary(session), semantic=_is_semantic(session))
            while len(_lexicons) >= _LEXICONS_KEPT:
                _lexicons.pop(next(iter(_lexicons)))
            _lexicons[key] = known
    return known


def lexicon_key(session: Session) -> str:
    """What stands for the vocabulary in the database, and for how it is read.

    Another one whenever any source is loaded anew, and where the sense of sentences helps.
    """
    sources = session.execute(
        select(VocabularySource.name, VocabularySource.version).order_by(VocabularySource.name)
    )
    lines = [f"{name}:{version}" for name, version in sources]
    if _is_semantic(session):
        lines.append(f"{PACKAGE}:{encoder_version()}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _is_semantic(session: Session) -> bool:
    return bool(session.info.get(SEMANTIC))


def phrase_key(text: str) -> str:
    """The form by which equal phrases are resolved once: lower case, words separated by one space."""
    return " ".join(text.lower().split())


def resolve_phrases(work: Work, texts: Iterable[str], *, language: str) -> tuple[Phrase, ...]:
    """Each text with its concepts, in the given order; what was not known yet is resolved and kept for everybody."""
    wanted = tuple(texts)
    words = lexicon(work.session)
    known = kept_resolutions(work.session, ((text, language) for text in wanted))
    strange: dict[str, str] = {}
    for text in wanted:
        if (phrase_key(text), language) not in known:
            strange.setdefault(phrase_key(text), text)
    each = words.resolver.resolve_each(list(strange.values()), language=language)
    for key, resolved in zip(strange, each, strict=True):
        found = tuple(
            replace(item, label=words.vocabulary.label(item.concept_id, language)) for item in resolved
        )
        work.session.execute(
            insert_into(work.session, ResolvedPhrase)
            .values(
                phrase=key,
                language=language,
                vocabulary_version=words.key,
                resolutions=[(item.concept_id, item.score) for item in found],
            )
            .on_conflict_do_nothing()
        )
        known[key, language] = found
    return tuple(
        Phrase(text=text, language=language, resolutions=known[phrase_key(text), language]) for text in wanted
    )


def forget_phrases(
    work: Work, used_in: Iterable[InstrumentedAttribute[str]], *, among: Iterable[str] | None = None
) -> None:
    """Forget what phrases were resolved to that are in no column of ``used_in``: all of them, or some ``among`` them.

    They are resolved again when somebody types them again.
    """
    kept = select(ResolvedPhrase.phrase).distinct()
    unused = set(work.session.scalars(kept) if among is None else map(phrase_key, among))
    for column in used_in:
        if not unused:
            return
        unused.difference_update(map(phrase_key, work.session.scalars(select(column).distinct())))
    for some in in_parts(sorted(unused)):
        work.session.execute(delete(ResolvedPhrase).where(ResolvedPhrase.phrase.in_(some)))


def kept_resolutions(
    session: Session, texts: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Resolution, ...]]:
    """What (text, language) pairs were resolved to by the vocabulary in force, by (phrase key, language)."""
    words = lexicon(session)
    kept: dict[tuple[str, str], tuple[Resolution, ...]] = {}
    for keys in in_parts(sorted({phrase_key(text) for text, _ in texts})):
        rows = session.execute(
            select(ResolvedPhrase.phrase, ResolvedPhrase.language, ResolvedPhrase.resolutions).where(
                ResolvedPhrase.vocabulary_version == words.key,
                ResolvedPhrase.phrase.in_(keys),
            )
        )
        for phrase, language, resolutions in rows:
            kept[phrase, language] = tuple(
                Resolution(
                    concept_id=concept_id, score=score, label=words.vocabulary.label(concept_id, language)
                )
                for concept_id, score in resolutions
            )
    return kept


def chosen_phrase(session: Session, *, text: str, language: str, concept_id: str) -> Phrase:
    """A text whose concept a person chose."""
    return lexicon(session).chosen_phrase(text=text, language=language, concept_id=concept_id)


def _read_vocabulary(session: Session) -> Vocabulary:
    concepts = session.execute(select(Concept.id, Concept.kind, Concept.family).order_by(Concept.id))
    labels = session.execute(
        select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.kind, ConceptLabel.text).order_by(
            ConceptLabel.id
        )
    )
    relations = session.execute(
        select(ConceptRelation.source_id, ConceptRelation.target_id, ConceptRelation.kind)
    )
    friends = session.execute(select(FalseFriend.word_a, FalseFriend.word_b))
    return Vocabulary(
        concepts=tuple(
            ConceptValue(id=number, kind=kind, family=family or "") for number, kind, family in concepts
        ),
        labels=tuple(
            Label(concept_id=number, language=language, kind=kind, text=text)
            for number, language, kind, text in labels
        ),
        relations=tuple(
            Relation(source=source, target=target, kind=kind) for source, target, kind in relations
        ),
        verdicts=tuple(
            Verdict(kind=VerdictKind.NEVER, phrase=word_a, other=word_b) for word_a, word_b in friends
        ),
    )
