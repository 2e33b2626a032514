"""When a territory's weekly letter is due, and of which week it is."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from matchmaker.base.i18n import Labelled, mark

CATCH_UP = timedelta(hours=48)


class RunState(Labelled):
    """What became of a week's run."""

    PREPARING = "preparing", mark("Being prepared")
    SENDING = "sending", mark("Sent")
    PAUSED = "paused", mark("Paused")
    EXPIRED = "expired", mark("Missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A territory's weekly moment: ISO weekday (1 is Monday), hour of the local day, IANA time zone."""

    weekday: int
    hour: int
    time_zone: str


def iso_week(moment: datetime, time_zone: str) -> str:
    """The ISO week of the local day at ``moment``, as "2026-W48" (ISO 8601: 2027-01-03 is in "2026-W53")."""
    year, week, _ = moment.astimezone(ZoneInfo(time_zone)).isocalendar()
    return f"{year}-W{week:02d}"


def moment_of_week(moment: datetime, schedule: Schedule) -> datetime:
    """When the letter of the week of ``moment`` is due, aware and in the territory's zone.

    In the night of a change of clocks an hour that does not exist counts as the one after it, an hour that comes
    twice as its first coming.
    """
    zone = ZoneInfo(schedule.time_zone)
    local = moment.astimezone(zone)
    day = local.date() + timedelta(days=schedule.weekday - local.isoweekday())
    return datetime.combine(day, time(schedule.hour), tzinfo=zone)


def letter_lasts(iso_week: str, time_zone: str, *, now: datetime) -> timedelta:
    """How long a letter of a week that is written now may leave: until the week ends, and two days at least.

    After that the next week's letter tells what is new, so that nobody gets two at once after an outage.
    """
    last_day = date.fromisocalendar(int(iso_week[:4]), int(iso_week[-2:]), 7)
    ends = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=ZoneInfo(time_zone))
    return max(ends - now, CATCH_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A week whose run is due; ``too_late`` when its 48 hours of catching up are over."""

    iso_week: str
    too_late: bool


def due_week(moment: datetime, schedule: Schedule, *, since: datetime) -> Due | None:
    """The week whose moment passed last before ``moment``, by level and not by edge; None if that was before ``since``.

    The week before counts too: a letter of Sunday evening can still be caught up on Monday. ``since`` is when the schedule
    came into force, so that no moment is caught up which lies before its change.
    """
    for day in (moment, moment - timedelta(days=7)):
        due_at = moment_of_week(day, schedule)
        if since <= due_at <= moment:
            return Due(iso_week=iso_week(due_at, schedule.time_zone), too_late=moment - due_at > CATCH_UP)
    return None


def lost_weeks(moment: datetime, before: Schedule, after: Schedule, *, since: datetime) -> list[str]:
    """The weeks that lose their letter when ``after`` takes the place of ``before``, which counted ``since``.

    Their letter was still to come by ``before``, or due by it, and its moment by ``after`` has passed.
    """
    due = due_week(moment, before, since=since)
    lost = []
    for day in (moment - timedelta(days=7), moment):
        week = iso_week(moment_of_week(day, after), after.time_zone)
        expected = moment_of_week(day, before) > moment or (due is not None and due.iso_week == week)
        if expected and moment_of_week(day, after) <= moment:
            lost.append(week)
    return lost


def next_moment(moment: datetime, schedule: Schedule, *, weeks_run: Set[str]) -> datetime:
    """When the next letter is due after ``moment``, in the first week that is not in ``weeks_run``.

    These are the weeks that have a run already or are skipped.
    """
    weeks = (moment_of_week(moment + timedelta(days=7 * ahead), schedule) for ahead in count())
    return next(
        due_at
        for due_at in weeks
        if due_at > moment and iso_week(due_at, schedule.time_zone) not in weeks_run
    )
