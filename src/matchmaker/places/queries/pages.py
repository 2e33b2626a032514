"""Reads about the pages that territories write."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.places.models import TerritoryPage
from matchmaker.places.rules import PageKind


def own_pages(session: Session, *, territory_id: int) -> Mapping[tuple[PageKind, str], TerritoryPage]:
    """The pages that a territory has in its own words, by their kind and language."""
    found = session.scalars(select(TerritoryPage).where(TerritoryPage.territory_id == territory_id))
    return {(page.kind, page.locale): page for page in found}
