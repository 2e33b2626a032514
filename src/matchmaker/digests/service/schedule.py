"""When a territory's letters leave: its weekly moment, and the weeks without."""

from collections.abc import Collection

from sqlalchemy import delete

from matchmaker.catalogue.models import Territory
from matchmaker.digests.models import SkippedWeek
from matchmaker.digests.rules import Schedule
from matchmaker.digests.service.runs import schedule_of
from matchmaker.work import Work


def set_schedule(
    work: Work, *, territory_id: int, schedule: Schedule, offered: Collection[str], skipped: Collection[str]
) -> None:
    """Choose the weekly moment, and of the ``offered`` weeks those that are ``skipped``; other weeks stay as they were.

    Another moment counts from now on: one that has passed already is not caught up, and a week never runs twice.
    """
    # Organisers who save at once go one after the other.
    territory = work.session.get_one(Territory, territory_id, with_for_update=True, populate_existing=True)
    if schedule != schedule_of(territory):
        territory.digest_weekday, territory.digest_hour = schedule.weekday, schedule.hour
        territory.time_zone = schedule.time_zone
        territory.digest_since = work.now
    work.session.execute(
        delete(SkippedWeek).where(
            SkippedWeek.territory_id == territory_id, SkippedWeek.iso_week.in_(sorted(offered))
        )
    )
    work.session.add_all(SkippedWeek(territory_id=territory_id, iso_week=week) for week in sorted(skipped))
    work.session.flush()
