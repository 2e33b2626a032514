"""Who sees whom for a need. It is decided here alone, for a list, for one person by their number, and for a letter."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.groups.models import Need
from matchmaker.matching.rules import Match
from matchmaker.matching.service.lists import citizens_for_need

IN_SIGHT = 20
"""How many people are shown for a need, however many fit it: nobody can read a territory by asking for everything."""


def citizens_in_sight(session: Session, need: Need, *, now: datetime) -> Sequence[Match]:
    """Whom the group of a need sees for it, and organisers: the best of those whom no gate keeps out, if it is open.

    The gates hold the territory, or help from home; how far and how much somebody helps; that they said no to the need,
    or hide from the group. Whoever shows these people records them, with ``record_showings``.
    """
    return citizens_for_need(session, need, now=now, limit=IN_SIGHT)


def citizen_in_sight(session: Session, need: Need, *, citizen_id: int, now: datetime) -> Match | None:
    """One of those whom the group of a need sees for it; None for everybody else, whether they exist or not."""
    seen = citizens_in_sight(session, need, now=now)
    return next((match for match in seen if match.citizen_id == citizen_id), None)
