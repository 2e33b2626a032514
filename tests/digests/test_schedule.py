"""When a territory's letters leave: the moment and its changes, and weeks without."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import queries, service
from matchmaker.digests.models import DigestRun, SkippedWeek
from matchmaker.digests.rules import Schedule
from tests import builders
from tests.builders import NOW, World
from tests.doors import Person, signed_in, works_of

PAGE = "/t/valence-romans/week/schedule"
# The moment of the tests is a Tuesday after eight: this week's moment is over by the schedule of the founding.
TUESDAY = Schedule(weekday=2, hour=8, time_zone="Europe/Paris")
FRIDAY = replace(TUESDAY, weekday=5)
MONDAY = replace(TUESDAY, weekday=1)
DAY = timedelta(days=1)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    return works_of(app)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    found = builders.find_world(work.session)
    found.territory.created_at = NOW - timedelta(days=100)
    # The other territory asks for nothing in these stories.
    found.other_territory.created_at = NOW + timedelta(days=100)
    work.session.commit()
    return found


@pytest.fixture
def orane(app: Flask, work: Work, world: World) -> Person:
    account = builders.add_organiser(work, world.territory)
    account.locale = "en"
    work.session.commit()
    return signed_in(app, account)


def choose(work: Work, world: World, schedule: Schedule) -> None:
    """Choose another moment, and skip nothing."""
    service.set_schedule(work, territory_id=world.territory.id, schedule=schedule, offered=(), skipped=())


def weeks(work: Work) -> list[str]:
    """The weeks that have a run."""
    work.session.expire_all()
    return list(work.session.scalars(select(DigestRun.iso_week).order_by(DigestRun.id)))


def states(work: Work) -> dict[str, str]:
    """What became of each week."""
    work.session.expire_all()
    return {run.iso_week: run.state.value for run in work.session.scalars(select(DigestRun))}


def test_a_later_day_in_a_week_that_has_run_makes_no_second_run(
    works: WorkFactory, work: Work, world: World
) -> None:
    assert service.request_due(works) == 1
    choose(work, world, FRIDAY)
    work.session.commit()

    assert service.request_due(replace(works, clock=lambda: NOW + 4 * DAY)) == 0
    assert service.request_due(replace(works, clock=lambda: NOW + 11 * DAY)) == 1
    assert weeks(work) == ["2026-W48", "2026-W49"]


def test_an_earlier_day_that_has_passed_is_not_caught_up(
    works: WorkFactory, work: Work, world: World
) -> None:
    world.territory.digest_weekday = 5
    service.request_week(replace(work, now=NOW - 4 * DAY), territory_id=world.territory.id, started_by=None)
    choose(work, world, MONDAY)
    work.session.commit()

    assert service.request_due(works) == 0, "Monday of this week lies before the change"
    assert service.request_due(replace(works, clock=lambda: NOW + 6 * DAY)) == 1
    assert weeks(work) == ["2026-W47", "2026-W48", "2026-W49"]
    assert states(work) == {"2026-W47": "preparing", "2026-W48": "expired", "2026-W49": "preparing"}


@pytest.mark.parametrize("moves", [1, 2, 7, 30])
def test_however_often_the_moment_is_moved_on_its_day_no_week_is_without_a_record(
    works: WorkFactory, work: Work, world: World, moves: int
) -> None:
    world.territory.digest_hour, world.territory.created_at = 23, NOW - DAY
    work.session.commit()
    now = NOW
    for number in range(moves):
        now += timedelta(minutes=20)
        hour = 8 if number % 2 == 0 else 23
        choose(replace(work, now=now), world, Schedule(weekday=2, hour=hour, time_zone="Europe/Paris"))
        work.session.commit()
        service.request_due(replace(works, clock=lambda now=now: now))  # type: ignore[misc]
    service.request_due(replace(works, clock=lambda: NOW + DAY))
    assert states(work) == {"2026-W48": "expired" if moves % 2 else "preparing"}


def test_a_week_that_was_lost_by_a_change_can_leave_after_another_or_by_hand(
    works: WorkFactory, work: Work, world: World, orane: Person
) -> None:
    world.territory.digest_weekday, world.territory.created_at = 5, NOW - DAY
    work.session.commit()
    orane.fill_in(PAGE, {"weekday": "1", "hour": "8", "time_zone": "Europe/Paris"})
    assert states(work) == {"2026-W48": "expired"}
    assert "This week's letters did not leave in time." in orane.get("/t/valence-romans/week").text
    orane.fill_in(PAGE, {"weekday": "5", "hour": "18", "time_zone": "Europe/Paris"})
    assert states(work) == {}
    assert service.request_due(replace(works, clock=lambda: NOW + 4 * DAY)) == 1
    assert states(work) == {"2026-W48": "preparing"}


def test_a_catch_up_that_a_change_cuts_off_is_on_record(works: WorkFactory, work: Work, world: World) -> None:
    """Sunday's letter was due while the service stood still; on Monday somebody moves it to Wednesday."""
    world.territory.digest_weekday, world.territory.digest_hour = 7, 20
    work.session.commit()
    monday = NOW + 6 * DAY
    choose(replace(work, now=monday), world, Schedule(weekday=3, hour=8, time_zone="Europe/Paris"))
    work.session.commit()
    assert states(work) == {"2026-W48": "expired"}


def test_a_skipped_week_is_not_missed_by_a_change(work: Work, world: World, orane: Person) -> None:
    world.territory.digest_weekday, world.territory.created_at = 5, NOW - DAY
    work.session.commit()
    orane.fill_in(PAGE, {"weekday": "1", "hour": "8", "time_zone": "Europe/Paris", "skipped": ["2026-W48"]})
    assert states(work) == {}


def test_keeping_the_same_moment_forgets_nothing_that_is_due(
    works: WorkFactory, work: Work, world: World
) -> None:
    choose(work, world, TUESDAY)
    work.session.commit()

    assert service.request_due(works) == 1


def test_a_skipped_week_sends_nothing_and_the_next_moment_passes_it(
    works: WorkFactory, work: Work, world: World, orane: Person
) -> None:
    first = orane.fill_in(
        PAGE,
        {"weekday": "5", "hour": "18", "time_zone": "Europe/Paris", "skipped": ["2026-W48", "2026-W50"]},
    )
    assert first.status_code == 302
    week_page = orane.get("/t/valence-romans/week").text
    assert "The next letters leave on 4 December 2026, 18:00." in week_page
    assert "This week is skipped." in week_page

    found = [
        service.request_due(replace(works, clock=lambda days=days: NOW + days * DAY))  # type: ignore[misc]
        for days in (4, 11, 18, 25)
    ]

    assert found == [0, 1, 0, 1]
    assert weeks(work) == ["2026-W49", "2026-W51"]


def test_the_page_offers_twelve_weeks_with_their_days_and_keeps_others(
    work: Work, world: World, orane: Person
) -> None:
    work.session.add(SkippedWeek(territory_id=world.territory.id, iso_week="2027-W30"))
    work.session.commit()

    page = orane.get(PAGE).text
    assert page.count('type="checkbox"') == 12
    assert "Week 53: from 28 December 2026 to 3 January 2027" in page
    orane.fill_in(PAGE, {"weekday": "2", "hour": "8", "time_zone": "Europe/Paris"})

    assert queries.skipped_weeks(work.session, territory_id=world.territory.id) == {"2027-W30"}
    assert world.territory.digest_since is None


def test_a_week_that_has_run_is_not_offered(work: Work, world: World, orane: Person) -> None:
    service.request_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()

    answer = orane.fill_in(
        PAGE, {"weekday": "2", "hour": "8", "time_zone": "Europe/Paris", "skipped": ["2026-W48"]}
    )

    assert answer.status_code == 422
    assert queries.skipped_weeks(work.session, territory_id=world.territory.id) == set()


@pytest.mark.parametrize(
    ("name", "value"), [("weekday", "8"), ("hour", "24"), ("time_zone", "Mars/Olympus"), ("hour", "")]
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_lost(
    work: Work, world: World, orane: Person, name: str, value: str
) -> None:
    typed = {"weekday": "4", "hour": "7", "time_zone": "Indian/Reunion", "skipped": "2026-W49"}

    answer = orane.fill_in(PAGE, {**typed, name: value})

    assert answer.status_code == 422
    assert f'id="{name}-error"' in answer.text
    assert 'value="2026-W49" checked' in answer.text
    work.session.expire_all()
    assert service.schedule_of(world.territory) == TUESDAY


def test_the_time_zones_are_those_of_frances_territories(
    app: Flask, work: Work, world: World, orane: Person
) -> None:
    answer = orane.fill_in(PAGE, {"weekday": "1", "hour": "6", "time_zone": "Indian/Reunion"})

    assert answer.status_code == 302
    work.session.expire_all()
    assert service.schedule_of(world.territory) == Schedule(weekday=1, hour=6, time_zone="Indian/Reunion")
    assert world.territory.digest_since == NOW


def test_the_schedule_is_not_there_for_anybody_else(app: Flask, work: Work, world: World) -> None:
    other = builders.add_organiser(work, world.other_territory, address="other@example.org")
    work.session.commit()

    person = signed_in(app, other)
    assert person.get(PAGE).status_code == 404
    assert person.post(PAGE, {"weekday": "1"}).status_code == 404
