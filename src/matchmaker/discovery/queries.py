"""The pages that everybody may find."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries import open_on
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day

MOST = 10_000
"""Groups, and needs, of a sitemap: with each page in two languages it stays below the 50,000 that a sitemap may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPages:
    """What the sitemap tells: territories by slug, groups and open needs by id, the newest first."""

    territories: Sequence[str]
    groups: Sequence[int]
    needs: Sequence[int]


def public_pages(session: Session, *, now: datetime) -> PublicPages:
    """The pages of territories, of their groups, and of the needs that are open today."""
    territories = session.execute(select(Territory.id, Territory.slug, Territory.time_zone)).all()
    needs = [
        need_id
        for territory_id, _, time_zone in territories
        for need_id in session.scalars(
            select(Need.id)
            .where(Need.territory_id == territory_id, open_on(local_day(now, time_zone)))
            .order_by(Need.id.desc())
            .limit(MOST)
        )
    ]
    return PublicPages(
        territories=[slug for _, slug, _ in territories],
        groups=session.scalars(
            select(StartupGroup.id)
            .where(StartupGroup.closed_at.is_(None))
            .order_by(StartupGroup.id.desc())
            .limit(MOST)
        ).all(),
        needs=sorted(needs, reverse=True)[:MOST],
    )
