"""Which of a territory's weeks leaves next, and what decides it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy.orm import Session

from matchmaker.digests import queries
from matchmaker.digests.rules import Schedule, due_week, iso_week, next_moment
from matchmaker.places.models import Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The week whose letters leave next by themselves, and when; what is due leaves now."""

    iso_week: str
    leaves_at: datetime


def coming(session: Session, territory: Territory, *, now: datetime) -> Coming:
    """The week that the clock sends next: the one that is due, else the first of a moment to come without a run.

    This is the week that organisers look at and change.
    """
    schedule = schedule_of(territory)
    settled = queries.settled_weeks(session, territory_id=territory.id)
    due = due_week(now, schedule, since=territory.digest_since or territory.created_at)
    if due is not None and not due.too_late and due.iso_week not in settled:
        return Coming(iso_week=due.iso_week, leaves_at=now)
    leaves_at = next_moment(now, schedule, weeks_run=settled)
    return Coming(iso_week=iso_week(leaves_at, schedule.time_zone), leaves_at=leaves_at)


def schedule_of(territory: Territory) -> Schedule:
    """A territory's weekly moment."""
    return Schedule(
        weekday=territory.digest_weekday, hour=territory.digest_hour, time_zone=territory.time_zone
    )


def seed_of(territory: Territory, week: str) -> int:
    """What decides between near-equal matches of a week: another one each week, the same in every process."""
    return int.from_bytes(blake2b(f"{territory.slug} {week}".encode(), digest_size=7).digest(), "big")
