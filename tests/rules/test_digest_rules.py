"""When a week is due, of which week it is, and what one reader is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from matchmaker.base.ids import AccountId, CitizenId, GroupId, NeedId
from matchmaker.digests.rules import (
    Due,
    Frequency,
    LineKind,
    PlannedLine,
    Reader,
    ReaderId,
    Schedule,
    Silence,
    due_week,
    iso_week,
    lines_of,
    moment_of_week,
    next_moment,
    silence_of,
)

PARIS = ZoneInfo("Europe/Paris")
TUESDAY_8 = Schedule(weekday=2, hour=8, time_zone="Europe/Paris")
SUNDAY_2 = Schedule(weekday=7, hour=2, time_zone="Europe/Paris")
SUNDAY_20 = Schedule(weekday=7, hour=20, time_zone="Europe/Paris")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def paris(*parts: int, fold: int = 0) -> datetime:
    """A moment as a clock in Paris shows it, in UTC as services get it."""
    return datetime(*parts, tzinfo=PARIS, fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (paris(2026, 12, 31, 12), "2026-W53"),
        (paris(2027, 1, 3, 23, 59), "2026-W53"),
        (paris(2027, 1, 4, 0, 0), "2027-W01"),
        (paris(2026, 1, 1, 0, 0), "2026-W01"),
        (paris(2024, 12, 30, 8), "2025-W01"),
    ],
)
def test_the_iso_week_is_that_of_the_local_day(moment: datetime, week: str) -> None:
    assert iso_week(moment, "Europe/Paris") == week


def test_the_week_changes_at_local_midnight_not_in_utc() -> None:
    just_after = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)

    assert iso_week(just_after, "Europe/Paris") == "2026-W49"
    assert iso_week(just_after, "UTC") == "2026-W48"
    assert iso_week(just_after, "America/Martinique") == "2026-W48"


def test_an_hour_that_does_not_exist_counts_as_the_one_after_it() -> None:
    night = moment_of_week(paris(2026, 3, 28, 12), SUNDAY_2)

    assert night.astimezone(UTC) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert night.astimezone(UTC).astimezone(PARIS).hour == 3


def test_an_hour_that_comes_twice_is_due_at_its_first_coming() -> None:
    night = moment_of_week(paris(2026, 10, 24, 12), SUNDAY_2)

    assert night.astimezone(UTC) == datetime(2026, 10, 25, 0, tzinfo=UTC)


@pytest.mark.parametrize("start", [paris(2026, 3, 27, 12), paris(2026, 10, 23, 12), paris(2026, 12, 30, 12)])
@pytest.mark.parametrize("schedule", [TUESDAY_8, SUNDAY_2, SUNDAY_20])
def test_each_week_is_due_exactly_once_whatever_the_clocks_do(start: datetime, schedule: Schedule) -> None:
    seen: list[str] = []
    for quarter in range(4 * 24 * 21):
        due = due_week(start + quarter * timedelta(minutes=15), schedule, since=start)
        if due is not None and not due.too_late and due.iso_week not in seen:
            seen.append(due.iso_week)

    assert len(seen) == 3
    assert seen == sorted(seen)


def test_nothing_is_due_before_the_territory_has_lived_through_its_hour() -> None:
    since = paris(2026, 11, 24, 9)

    assert due_week(paris(2026, 11, 24, 10), TUESDAY_8, since=since) is None
    assert due_week(paris(2026, 12, 1, 8), TUESDAY_8, since=since) == Due(iso_week="2026-W49", too_late=False)


@pytest.mark.parametrize(
    ("late", "too_late"), [(timedelta(hours=48), False), (timedelta(hours=48, seconds=1), True)]
)
def test_a_late_start_catches_up_for_48_hours(late: timedelta, too_late: bool) -> None:
    due = due_week(paris(2026, 11, 24, 8) + late, TUESDAY_8, since=LONG_AGO)

    assert due == Due(iso_week="2026-W48", too_late=too_late)


def test_a_letter_of_sunday_evening_is_caught_up_on_monday_for_its_own_week() -> None:
    due = due_week(paris(2026, 11, 30, 7), SUNDAY_20, since=LONG_AGO)

    assert due == Due(iso_week="2026-W48", too_late=False)


def test_the_next_moment_is_this_week_until_it_has_passed_or_run() -> None:
    monday = paris(2026, 11, 23, 12)

    assert next_moment(monday, TUESDAY_8, weeks_run=set()) == paris(2026, 11, 24, 8)
    assert next_moment(monday, TUESDAY_8, weeks_run={"2026-W48"}) == paris(2026, 12, 1, 8)
    assert next_moment(paris(2026, 11, 24, 8), TUESDAY_8, weeks_run=set()) == paris(2026, 12, 1, 8)
    assert next_moment(paris(2026, 10, 24, 12), SUNDAY_20, weeks_run={"2026-W43"}) == paris(2026, 11, 1, 20)


READER = Reader(reader_id=ReaderId(AccountId(7)), recipient_key="k", consents=True, member=False)
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (READER, None),
        (replace(READER, consents=False), Silence.NO_CONSENT),
        (replace(READER, consents=False, member=True), None),
        (replace(READER, consents=False, member=True, frequency=Frequency.OFF), Silence.OFF),
        (replace(READER, frequency=Frequency.OFF), None),
        (replace(READER, paused_until=TUESDAY), Silence.PAUSED),
        (replace(READER, paused_until=TUESDAY - timedelta(days=1)), None),
        (replace(READER, frequency=Frequency.MONTHLY), None),
        (replace(READER, came_back=True), Silence.CAME_BACK),
        (
            replace(READER, frequency=Frequency.MONTHLY, last_letter=TUESDAY - timedelta(days=21)),
            Silence.MONTHLY,
        ),
        (replace(READER, frequency=Frequency.MONTHLY, last_letter=TUESDAY - timedelta(days=28)), None),
    ],
)
def test_who_wants_no_letter_today_and_why(reader: Reader, why: Silence | None) -> None:
    assert silence_of(reader, today=TUESDAY, had_one=False) == why


def test_nobody_has_two_letters_in_a_week() -> None:
    assert silence_of(READER, today=TUESDAY, had_one=True) is Silence.HAD_ONE


def test_each_section_has_its_limit_and_leaves_out_what_was_told() -> None:
    needs = [
        PlannedLine(kind=LineKind.NEED, need_id=NeedId(number), citizen_id=CitizenId(7))
        for number in range(8)
    ]
    helpers = [
        PlannedLine(kind=LineKind.HELPER, need_id=NeedId(1), citizen_id=CitizenId(number))
        for number in range(12)
    ]
    news = [PlannedLine(kind=LineKind.NEWS, group_id=GroupId(number)) for number in range(5)]

    lines = lines_of(needs, helpers, news, told={"need:1", "helper:1:0", "group:0"})

    assert [line.subject for line in lines] == [
        *(f"need:{number}" for number in (0, 2, 3, 4, 5)),
        *(f"helper:1:{number}" for number in range(1, 11)),
        *(f"group:{number}" for number in (1, 2, 3)),
    ]


def test_the_next_moment_passes_every_week_without_a_letter() -> None:
    monday = paris(2026, 11, 23, 12)

    assert next_moment(monday, TUESDAY_8, weeks_run={"2026-W48", "2026-W49", "2026-W50"}) == paris(
        2026, 12, 15, 8
    )
    assert next_moment(monday, TUESDAY_8, weeks_run={"2026-W49"}) == paris(2026, 11, 24, 8)
