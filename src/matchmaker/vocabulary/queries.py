"""Reads about the vocabulary and the verdicts of a territory."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.vocabulary.models import SkillFamily, TerritoryVerdict, VocabularySource


def families(session: Session) -> dict[str, SkillFamily]:
    """Every family of skills by its id."""
    return {family.id: family for family in session.scalars(select(SkillFamily))}


def vocabulary_sources(session: Session) -> Sequence[VocabularySource]:
    """The loaded vocabularies, by name."""
    return session.scalars(select(VocabularySource).order_by(VocabularySource.name)).all()


def verdicts_of(session: Session, *, territory_id: int) -> Sequence[TerritoryVerdict]:
    """The verdicts of a territory with who decided them, the newest first."""
    return session.scalars(
        select(TerritoryVerdict)
        .where(TerritoryVerdict.territory_id == territory_id)
        .order_by(TerritoryVerdict.decided_at.desc(), TerritoryVerdict.id.desc())
        .options(joinedload(TerritoryVerdict.decided_by))
    ).all()
