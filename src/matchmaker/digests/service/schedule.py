"""When a territory's letters leave: its weekly moment, the weeks without, and who is about to get one."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from matchmaker.base.work import Work
from matchmaker.digests import queries
from matchmaker.digests.models import DigestRun, SkippedWeek
from matchmaker.digests.rules import (
    Frequency,
    RunState,
    Schedule,
    iso_week,
    lost_weeks,
    moment_of_week,
)
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.coming import coming, schedule_of
from matchmaker.digests.service.runs import miss_week
from matchmaker.places import queries as places
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day

SOON = timedelta(hours=24)
"""How long before a weekly letter whatever else there is to tell waits for it."""


def set_schedule(
    work: Work, *, territory_id: int, schedule: Schedule, offered: Collection[str], skipped: Collection[str]
) -> None:
    """Choose the weekly moment, and of the ``offered`` weeks those that are ``skipped``; other weeks stay as they were.

    Another moment counts from now on: one that has passed already is not caught up, and a week never runs twice. A week
    that loses its letters by the change is recorded as missed, until another change lets them leave after all.
    """
    # Organisers who save at once go one after the other.
    territory = work.session.get_one(Territory, territory_id, with_for_update=True, populate_existing=True)
    before, since = schedule_of(territory), territory.digest_since or territory.created_at
    work.session.execute(
        delete(SkippedWeek).where(
            SkippedWeek.territory_id == territory_id, SkippedWeek.iso_week.in_(sorted(offered))
        )
    )
    work.session.add_all(SkippedWeek(territory_id=territory_id, iso_week=week) for week in sorted(skipped))
    if schedule != before:
        territory.digest_weekday, territory.digest_hour = schedule.weekday, schedule.hour
        territory.time_zone = schedule.time_zone
        territory.digest_since = work.now
        work.session.flush()
        _put_right_what_is_missed(work, territory, before, since)
    work.record(DigestVerb.SCHEDULED, Territory, territory_id, territory_id=territory_id)


def _put_right_what_is_missed(work: Work, territory: Territory, before: Schedule, since: datetime) -> None:
    """Record which weeks would have had letters by the moment before, and have none by the one that counts now."""
    schedule = schedule_of(territory)
    moment = moment_of_week(work.now, schedule)
    if moment > work.now:
        # Whatever was missed of this week can leave after all.
        work.session.execute(
            delete(DigestRun).where(
                DigestRun.territory_id == territory.id,
                DigestRun.iso_week == iso_week(moment, schedule.time_zone),
                DigestRun.state == RunState.EXPIRED,
            )
        )
    settled = queries.settled_weeks(work.session, territory_id=territory.id)
    for week in lost_weeks(work.now, before, schedule, since=since):
        if week not in settled:
            miss_week(work, territory=territory, week=week)


def awaiting_letter(session: Session, account_ids: Collection[int], now: datetime) -> Collection[int]:
    """Those of some accounts whose weekly letter is about to be written, or leaves within a day."""
    busy = queries.territories_writing(session)
    found: set[int] = set()
    for territory in places.territories(session):
        leaves_at = coming(session, territory, now=now).leaves_at
        if territory.id in busy or leaves_at - now <= SOON:
            today = local_day(now, territory.time_zone)
            at_home = queries.readers_at_home(session, territory_id=territory.id, account_ids=account_ids)
            found |= {
                one.account_id
                for one in queries.recipients_by_id(session, at_home).values()
                if one.account_id is not None
                and (one.profiles or one.group_ids)
                and one.frequency is Frequency.WEEKLY
                and (one.paused_until is None or one.paused_until < today)
            }
    return found
