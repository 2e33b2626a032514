"""When a territory's weekly letter is due, of which week it is, and what each reader is told."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from matchmaker.i18n import Labelled, mark

LINES_AT_MOST = 5
CATCH_UP = timedelta(hours=48)


class RunState(Labelled):
    """What became of a week's run."""

    COMPOSED = "composed", mark("Letters queued")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A week whose run is due; ``too_late`` when its 48 hours of catching up are over."""

    iso_week: str
    too_late: bool


def due_week(moment: datetime, schedule: Schedule, *, since: datetime) -> Due | None:
    """The week whose moment passed last before ``moment``, by level and not by edge; None if that was before ``since``.

    The week before counts too: a letter of Sunday evening can still be caught up on Monday.
    """
    for day in (moment, moment - timedelta(days=7)):
        due_at = moment_of_week(day, schedule)
        if since <= due_at <= moment:
            return Due(iso_week=iso_week(due_at, schedule.time_zone), too_late=moment - due_at > CATCH_UP)
    return None


def next_moment(moment: datetime, schedule: Schedule, *, weeks_run: Set[str]) -> datetime:
    """When the next letter is due after ``moment``: this week's, unless it has passed or its week is in ``weeks_run``."""
    due_at = moment_of_week(moment, schedule)
    if due_at > moment and iso_week(due_at, schedule.time_zone) not in weeks_run:
        return due_at
    return moment_of_week(moment + timedelta(days=7), schedule)


class Silence(Labelled):
    """Why a citizen gets no letter this week."""

    NO_CONSENT = "no_consent", mark("Did not ask for the letter")
    NOTHING_FITS = "nothing_fits", mark("No open need fits their skills")
    ALL_TOLD = "all_told", mark("Was told before of everything that fits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A citizen as the letter sees them; ``recipient_key`` stands for the address."""

    citizen_id: str
    recipient_key: str
    consents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLetter:
    """Whom one letter goes to, and the needs that it tells of, best first. There is at least one."""

    citizen_id: str
    recipient_key: str
    need_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody who gets no letter, and why."""

    citizen_id: str
    why: Silence


def plan_letter(
    reader: Reader, ranked: Sequence[str], told: Set[str], *, lines_at_most: int = LINES_AT_MOST
) -> PlannedLetter | Silent:
    """One reader's letter: the first of the ranked needs that they have not been told of.

    ``ranked`` are ids of needs, best first, ``told`` those that this reader was told of in any week.
    """
    if not reader.consents:
        return Silent(citizen_id=reader.citizen_id, why=Silence.NO_CONSENT)
    fresh = tuple(need_id for need_id in ranked if need_id not in told)[:lines_at_most]
    if not fresh:
        why = Silence.ALL_TOLD if ranked else Silence.NOTHING_FITS
        return Silent(citizen_id=reader.citizen_id, why=why)
    return PlannedLetter(citizen_id=reader.citizen_id, recipient_key=reader.recipient_key, need_ids=fresh)
