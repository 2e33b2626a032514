"""What the people of a territory decide about its words: declared, withdrawn, and read by whatever resolves or judges."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.base import db
from matchmaker.base.text import fold
from matchmaker.base.work import Missing, Work
from matchmaker.vocabulary.models import TerritoryVerdict
from matchmaker.vocabulary.rules import Resolver, Verdict, VerdictKind, are_one_phrase, can_be_judged
from matchmaker.vocabulary.rules.verbs import WordVerb
from matchmaker.vocabulary.service.lexicon import lexicon


class InvalidVerdict(ValueError):
    """Two texts about which nothing can be decided; ``str()`` says why."""


class AlreadyDecided(Exception):
    """The territory has a verdict about these two phrases; it must be withdrawn before another is declared."""


def declare_verdict(
    work: Work, *, territory_id: int, account_id: int, phrase: str, other: str, kind: VerdictKind
) -> TerritoryVerdict:
    """Decide for a territory that two phrases mean the same, or never do. Which of the two comes first is all one.

    ``other`` may be a concept's id. Raises InvalidVerdict and AlreadyDecided.
    """
    phrase, other = (" ".join(text.split()) for text in (phrase, other))
    if not (can_be_judged(phrase) and can_be_judged(other)):
        raise InvalidVerdict("a phrase is too long, or has neither a letter nor a digit")
    if are_one_phrase(phrase, other):
        raise InvalidVerdict("these are one phrase")
    folded_a, folded_b = sorted((fold(phrase), fold(other)))
    verdict = TerritoryVerdict(
        territory_id=territory_id,
        phrase=phrase,
        other=other,
        folded_a=folded_a,
        folded_b=folded_b,
        kind=kind,
        decided_by_id=account_id,
        decided_at=work.now,
    )
    work.session.add(verdict)
    try:
        work.session.flush()
    except IntegrityError as error:
        if db.violates(error, "uq_verdicts_one_a_pair"):
            raise AlreadyDecided from error
        raise
    work.record(WordVerb.DECLARED, TerritoryVerdict, verdict.id, territory_id=territory_id, kind=kind.value)
    return verdict


def withdraw_verdict(work: Work, *, territory_id: int, verdict_id: int) -> None:
    """Take a territory's verdict back. Raises Missing when it has none of that id."""
    withdrawn = work.session.execute(
        delete(TerritoryVerdict)
        .where(TerritoryVerdict.id == verdict_id, TerritoryVerdict.territory_id == territory_id)
        .returning(TerritoryVerdict.id)
    )
    if withdrawn.one_or_none() is None:
        raise Missing(verdict_id)
    work.record(WordVerb.WITHDRAWN, TerritoryVerdict, verdict_id, territory_id=territory_id)


def verdicts_in_force(session: Session, territory_ids: Collection[int]) -> Mapping[int, tuple[Verdict, ...]]:
    """The verdicts of territories by their id, in a fixed order; equal ones are equal values in every process."""
    rows = session.execute(
        select(
            TerritoryVerdict.territory_id,
            TerritoryVerdict.kind,
            TerritoryVerdict.phrase,
            TerritoryVerdict.other,
        )
        .where(TerritoryVerdict.territory_id.in_(sorted(territory_ids)))
        .order_by(TerritoryVerdict.id)
    )
    found: dict[int, list[Verdict]] = {number: [] for number in territory_ids}
    for number, kind, phrase, other in rows:
        found[number].append(Verdict(kind=kind, phrase=phrase, other=other))
    return {number: tuple(verdicts) for number, verdicts in found.items()}


def territory_resolver(session: Session, *, territory_id: int) -> Resolver:
    """What resolves a phrase as a territory understands it: by the loaded vocabulary and its own verdicts."""
    (verdicts,) = verdicts_in_force(session, [territory_id]).values()
    return lexicon(session).resolver.with_verdicts(verdicts)
