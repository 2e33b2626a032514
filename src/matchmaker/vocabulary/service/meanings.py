"""What people's words mean in a territory: one concept for sure, the one that they chose, or a question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.base.search import tokens_of
from matchmaker.vocabulary import queries
from matchmaker.vocabulary.models import SkillFamily
from matchmaker.vocabulary.rules import LIMITS, Resolution, Resolver, Skill
from matchmaker.vocabulary.rules.resolve import SURE
from matchmaker.vocabulary.service.lexicon import phrase_key
from matchmaker.vocabulary.service.verdicts import territory_resolver

OPTIONS_AT_MOST = 4
OFFERED_AT_MOST = 40
"""Concepts of whose labels what was typed may be a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A concept that a phrase may mean, with its label and the name of its family in the reader's language."""

    concept_id: str
    label: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a phrase means: the concept that its writer chose, else the one that it surely is, else some to ask about.

    ``label`` is that of ``concept_id`` in the reader's language; None for a concept that the vocabulary has lost.
    """

    concept_id: str | None = None
    chosen: bool = False
    label: str | None = None
    options: tuple[Option, ...] = ()


def meanings(
    session: Session,
    typed: Iterable[Skill],
    *,
    territory_id: int,
    language: str,
    kept: Iterable[Skill] = (),
) -> dict[str, Meaning]:
    """What some phrases mean as the territory understands them, by ``phrase_key``: equal phrases count once.

    Beside each phrase stands what its writer chose now: one of its options, or anything else for their own words. None
    is no choice, and then what was chosen in ``kept`` stays with its words. Raises PhraseTooLongError.
    """
    resolver = territory_resolver(session, territory_id=territory_id)
    families = queries.families(session)
    before = {phrase_key(text): concept_id for text, concept_id in kept if concept_id}
    found: dict[str, Meaning] = {}
    for text, choice in typed:
        key = phrase_key(text)
        if key in before and not choice:
            found.setdefault(key, _meant(resolver, before[key], language, chosen=True))
        elif key not in found:
            found[key] = _meaning(resolver, families, text, choice, language)
    return found


def looked_for(session: Session, typed: str, *, territory_id: int, language: str) -> frozenset[str]:
    """The concepts that somebody may look for who typed this, with all their kinds, as the territory understands it.

    Those of which some label has all the words are among them: who looks for "vélo" finds the repair of bicycles. None
    for what is longer than a phrase.
    """
    if len(typed) > LIMITS.phrase:
        return frozenset()
    resolver = territory_resolver(session, territory_id=territory_id)
    meant = [one.concept_id for one in resolver.resolve(typed, language=language)]
    tokens = set(tokens_of(typed))
    offered = resolver.suggest(typed, language=language, limit=OFFERED_AT_MOST)
    meant += [one.concept_id for one in offered if tokens <= set(tokens_of(one.matched))]
    return resolver.vocabulary.with_kinds(meant)


def _meaning(
    resolver: Resolver, families: Mapping[str, SkillFamily], text: str, choice: str | None, language: str
) -> Meaning:
    resolved = resolver.resolve(text, language=language)
    if len(resolved) == 1 and resolved[0].score >= SURE:
        return _meant(resolver, resolved[0].concept_id, language, chosen=False)
    options = _options(resolver, families, text, resolved, language)
    if choice in {option.concept_id for option in options}:
        return _meant(resolver, str(choice), language, chosen=True)
    return Meaning(options=options)


def _meant(resolver: Resolver, concept_id: str, language: str, *, chosen: bool) -> Meaning:
    vocabulary = resolver.vocabulary
    label = vocabulary.label(concept_id, language) if concept_id in vocabulary.by_id else None
    return Meaning(concept_id=concept_id, chosen=chosen, label=label)


def _options(
    resolver: Resolver,
    families: Mapping[str, SkillFamily],
    text: str,
    resolved: Iterable[Resolution],
    language: str,
) -> tuple[Option, ...]:
    near = [one.concept_id for one in resolved]
    near += [one.concept_id for one in resolver.suggest(text, language=language)]
    options = []
    for concept_id in list(dict.fromkeys(near))[:OPTIONS_AT_MOST]:
        family = families.get(resolver.vocabulary.concept(concept_id).family)
        options.append(
            Option(
                concept_id=concept_id,
                label=resolver.vocabulary.label(concept_id, language),
                family=family.label(language) if family else "",
            )
        )
    return tuple(options)
