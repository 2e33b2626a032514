"""What the people of a territory taught about its words, from the rows of several rooms."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.text import fold
from matchmaker.citizens.models import Citizen, CitizenSkill
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.queries import judged_ranking
from matchmaker.introductions.rules import State
from matchmaker.matching.models import LoweredPair
from matchmaker.matching.rules import Cover
from matchmaker.organisers.rules import Clue, Evidence, Proposal, proposals_from
from matchmaker.vocabulary.queries import verdicts_of
from matchmaker.vocabulary.rules import Resolver, VerdictKind
from matchmaker.vocabulary.rules.resolve import SURE
from matchmaker.vocabulary.service import lexicon, territory_resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedWord:
    """What organisers decided between a phrase and a concept, which the vocabulary does not know yet."""

    phrase: str
    language: str
    concept_id: str
    kind: VerdictKind


def word_proposals(session: Session, *, territory_id: int) -> list[Proposal]:
    """What a territory may decide about its words, as several of its people said it, with nothing decided yet.

    Everything is read from what people did, so that whoever leaves takes along what they taught.
    """
    resolver = territory_resolver(session, territory_id=territory_id)

    def worth(phrase: str, concept_id: str, kind: VerdictKind) -> bool:
        others = {concept_id, *(resolver.vocabulary.label(concept_id, one) for one in ("fr", "en"))}
        if any(resolver.decisions.between(phrase, other) is not None for other in others):
            return False
        return _would_change(resolver, phrase, concept_id, kind)

    clues = (
        clue
        for clue in _clues(session, territory_id)
        if clue.concept_id in resolver.vocabulary.by_id and "@" not in clue.phrase
    )
    return proposals_from(clues, worth=worth)


def accepted_words(session: Session, *, territory_id: int) -> list[AcceptedWord]:
    """The decisions of a territory between a phrase and one concept that would change what ships, the newest first."""
    resolver = lexicon(session).resolver
    found = []
    for verdict in verdicts_of(session, territory_id=territory_id):
        for phrase, other in ((verdict.phrase, verdict.other), (verdict.other, verdict.phrase)):
            meant = _concepts_named(resolver, other)
            if len(meant) == 1 and "@" not in phrase and not _concepts_named(resolver, phrase):
                (concept_id,) = meant
                if _would_change(resolver, phrase, concept_id, verdict.kind):
                    language = resolver.language_of(phrase)
                    found.append(
                        AcceptedWord(
                            phrase=phrase, language=language, concept_id=concept_id, kind=verdict.kind
                        )
                    )
    return found


def _concepts_named(resolver: Resolver, text: str) -> frozenset[str]:
    """The concept whose id a text is, else those that have it as a label."""
    if text in resolver.vocabulary.by_id:
        return frozenset((text,))
    if not resolver.is_label(text):
        return frozenset()
    return frozenset(one.concept_id for one in resolver.resolve(text))


def _would_change(resolver: Resolver, phrase: str, concept_id: str, kind: VerdictKind) -> bool:
    found = resolver.resolve(phrase)
    if kind is VerdictKind.NEVER:
        return not resolver.is_label(phrase) and concept_id in {one.concept_id for one in found}
    return not (len(found) == 1 and found[0].concept_id == concept_id and found[0].score >= SURE)


def _clues(session: Session, territory_id: int) -> Iterator[Clue]:
    yield from _choices(session, territory_id)
    yield from _dismissals(session, territory_id)
    for introduction in judged_ranking(session, territory_id=territory_id):
        yield from _outcome(introduction)


def _choices(session: Session, territory_id: int) -> Iterator[Clue]:
    rows = session.execute(
        select(CitizenSkill.phrase, CitizenSkill.concept_id, Citizen.id)
        .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
        .where(Citizen.territory_id == territory_id, CitizenSkill.confirmed)
    )
    for phrase, concept_id, citizen_id in rows:
        if concept_id is not None:
            yield Clue(phrase=phrase, concept_id=concept_id, citizen_id=citizen_id, evidence=Evidence.CHOSEN)


def _dismissals(session: Session, territory_id: int) -> Iterator[Clue]:
    """Of "not my skill": the wanted side of a lowered pair is kept as a concept's id where it has one."""
    rows = session.execute(
        select(LoweredPair.own_text, LoweredPair.wanted, LoweredPair.citizen_id)
        .join(Citizen, Citizen.id == LoweredPair.citizen_id)
        .where(Citizen.territory_id == territory_id)
    )
    for phrase, wanted, citizen_id in rows:
        yield Clue(phrase=phrase, concept_id=wanted, citizen_id=citizen_id, evidence=Evidence.DISMISSED)


def _outcome(introduction: Introduction) -> Iterator[Clue]:
    """Of what came of an introduction: only where it was begun because two phrases may mean one skill."""
    evidence = {State.HELPED: Evidence.HELPED, State.DECLINED: Evidence.DECLINED}.get(introduction.state)
    if evidence is None or introduction.match is None or introduction.citizen_id is None:
        return
    asked = {fold(wanted.phrase): wanted.concept_id for wanted in introduction.need.wanted}
    for reason in introduction.match["reasons"]:
        concept_id = asked.get(fold(reason["wanted"]))
        if reason["own"] and concept_id and reason["how"] in (Cover.SAME, Cover.WORDS):
            yield Clue(
                phrase=reason["own"],
                concept_id=concept_id,
                citizen_id=introduction.citizen_id,
                evidence=evidence,
            )
