"""Where what a page tells of a week to come is from: a plan made for it, or the draft that is kept."""

from dataclasses import dataclass
from datetime import timedelta

from matchmaker.base import heartbeats
from matchmaker.digests import queries
from matchmaker.digests.access import Desk
from matchmaker.digests.models import DraftedWeek
from matchmaker.web import now, reading

PLANNED_AT_ONCE = 100
"""The people of a territory whose week a page plans by itself, as long as nobody has drafted it."""

RENEWED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The draft of a week, if there is one, and the one that is asked for; ``by_page`` when the page plans by itself.

    An ``outdated`` one is to be asked for; ``awake`` says whether a scheduler is there to draw it.
    """

    by_page: bool
    draft: DraftedWeek | None
    asked_for: DraftedWeek | None
    outdated: bool
    awake: bool

    @property
    def under_way(self) -> bool:
        """Whether another draft is to come."""
        return self.outdated or self.asked_for is not None


def drawing_of(desk: Desk) -> Drawing:
    """Where a page takes the week that leaves next from."""
    territory_id = desk.territory.id
    draft = queries.find_draft(reading(), territory_id=territory_id, week=desk.week)
    asked_for = queries.find_draft_asked_for(reading(), territory_id=territory_id)
    by_page = (
        draft is None
        and asked_for is None
        and not queries.has_more_people_than(reading(), PLANNED_AT_ONCE, territory_id=territory_id)
    )
    old = draft is None or draft.drafted_at is None or draft.drafted_at <= now() - RENEWED_AFTER
    waits = asked_for is not None and asked_for.iso_week == desk.week
    return Drawing(
        by_page=by_page,
        draft=draft,
        asked_for=asked_for,
        outdated=not by_page and old and not waits,
        awake=heartbeats.is_alive(reading(), now=now()),
    )
