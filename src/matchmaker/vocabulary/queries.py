"""Reads about the vocabulary and the verdicts of a territory."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.base.paging import BEGINNING, ROWS, Order, Page, Place, page_of
from matchmaker.vocabulary.models import SkillFamily, TerritoryVerdict, VocabularySource


def families(session: Session) -> dict[str, SkillFamily]:
    """Every family of skills by its id."""
    return {family.id: family for family in session.scalars(select(SkillFamily))}


def vocabulary_sources(session: Session) -> Sequence[VocabularySource]:
    """The loaded vocabularies, by name."""
    return session.scalars(select(VocabularySource).order_by(VocabularySource.name)).all()


def verdicts_of(session: Session, *, territory_id: int) -> Sequence[TerritoryVerdict]:
    """All verdicts of a territory with who decided them, the newest first."""
    order = (TerritoryVerdict.decided_at.desc(), TerritoryVerdict.id.desc())
    return session.scalars(_verdicts(territory_id).order_by(*order)).all()


def some_verdicts_of(
    session: Session, *, territory_id: int, place: Place = BEGINNING, size: int = ROWS
) -> Page[TerritoryVerdict]:
    """A page of the verdicts of a territory with who decided them, the newest first."""
    order = Order(keys=(TerritoryVerdict.decided_at, TerritoryVerdict.id), descending=True)
    return page_of(session, _verdicts(territory_id), order=order, place=place, size=size)


def _verdicts(territory_id: int) -> Select[TerritoryVerdict]:
    decided_by = joinedload(TerritoryVerdict.decided_by)
    return select(TerritoryVerdict).where(TerritoryVerdict.territory_id == territory_id).options(decided_by)
