"""The draft of a week: asked for, drawn by a scheduler, shown once it is whole, and forgotten."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from matchmaker import retention
from matchmaker.accounts.models import Account
from matchmaker.base import leases
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.citizens.service.profiles import delete_profile
from matchmaker.digests import queries, service
from matchmaker.digests.models import DraftedLetter, DraftedLine, DraftedWeek
from matchmaker.digests.rules import Silence
from matchmaker.digests.views.drawing import PLANNED_AT_ONCE
from matchmaker.groups.models import Need
from tests import builders
from tests.builders import NOW, World
from tests.doors import Person, signed_in, works_of

WEEK_PAGE = "/t/valence-romans/week"
WEEK = "2026-W49"


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def camille(work: Work, world: World) -> Citizen:
    return builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"])


@pytest.fixture
def orane(app: Flask, work: Work, world: World, organiser: Account) -> Person:
    work.session.commit()
    return signed_in(app, organiser)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    return works_of(app)


def draw(works: WorkFactory, world: World) -> None:
    """Have the week to come drafted."""
    with works.begin() as work:
        service.ask_for_draft(work, territory_id=world.territory.id, week=WEEK)
    assert service.draw_drafts(works) == 1


def rows(work: Work, table: type[DraftedWeek] | type[DraftedLetter] | type[DraftedLine]) -> int:
    return work.session.scalar(select(func.count()).select_from(table)) or 0


def test_the_page_shows_the_week_as_it_was_drafted(
    work: Work, works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    builders.add_citizen(work, world.territory, address="q@example.org", first_name="Quentin", consents=False)
    work.session.commit()
    now_planned = orane.get(WEEK_PAGE).text
    draw(works, world)
    builders.add_citizen(work, world.territory, address="l@example.org", first_name="Late")
    work.session.commit()

    page = orane.get(WEEK_PAGE).text

    assert "This is how things stood on" in page
    assert "This is how things stood on" not in now_planned
    assert "A new draft" not in page
    for told in ("Camille", need.title, "bike repair → réparation de vélos", "Quentin", "Did not ask for"):
        assert told in page
        assert told in now_planned
    assert "Send 1 letter now" in page
    assert "Late" not in page
    assert "Camille" in orane.get(f"{WEEK_PAGE}?name=càm").text
    assert "No letter goes to somebody of that name" in orane.get(f"{WEEK_PAGE}?name=zo").text
    assert orane.get(f"{WEEK_PAGE}?page=99999999999999999999").status_code == 200


def test_a_letter_is_read_from_the_draft_and_a_line_that_is_held_is_gone_at_once(
    work: Work, works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    draw(works, world)
    address = f"{WEEK_PAGE}/preview/{camille.account_id}"
    assert need.title in orane.get(f"{address}/letter").text

    orane.post(f"{WEEK_PAGE}/{WEEK}/people/{camille.account_id}/needs/{need.id}/hold")

    assert "Bring back" in orane.get(address).text
    assert need.title not in orane.get(f"{address}/letter").text
    assert "A new draft is asked for." in orane.get(WEEK_PAGE).text
    assert service.draw_drafts(works) == 1
    page = orane.get(address).text
    assert "gets no letter as things stand" in page
    assert "All that fits was held by an organiser" in page
    assert rows(work, DraftedWeek) == 1


def test_a_week_that_many_wait_for_is_drafted_by_a_scheduler(
    work: Work, works: WorkFactory, world: World, need: Need, orane: Person
) -> None:
    for number in range(PLANNED_AT_ONCE + 1):
        builders.add_citizen(work, world.territory, address=f"c{number}@example.org")
    work.session.commit()

    page = orane.get(WEEK_PAGE).text

    assert "The letters of this week are not drafted yet." in page
    assert "A new draft is asked for." in page
    assert "The service that makes drafts and sends letters is not running" in page
    orane.get(WEEK_PAGE)
    assert rows(work, DraftedWeek) == 1
    assert service.draw_drafts(works) == 1
    page = orane.get(WEEK_PAGE).text
    assert "A new draft" not in page
    assert f"Send {PLANNED_AT_ONCE + 1} letters now" in page
    assert len(page) < 60_000
    assert rows(work, DraftedLetter) == PLANNED_AT_ONCE + 2


def test_one_draft_is_asked_for_and_what_changes_meanwhile_is_for_the_next(
    works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    territory_id = world.territory.id
    with works.begin() as work:
        for _ in range(2):
            service.ask_for_draft(work, territory_id=territory_id, week=WEEK)
        assert len(queries.drafts_to_draw(work.session)) == 1
        work.session.scalars(select(DraftedWeek)).one().asked_at = work.now + timedelta(minutes=1)
    assert service.draw_drafts(works) == 1
    with works.begin() as work:
        assert len(queries.drafts_to_draw(work.session)) == 1
        work.session.add(DraftedWeek(territory_id=territory_id, iso_week=WEEK, asked_at=work.now))
        with pytest.raises(IntegrityError, match=r"drafted_weeks"):
            work.session.flush()
        work.session.rollback()


def test_what_somebody_has_left_who_died_is_never_shown(
    works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    draw(works, world)
    with works.begin() as work:
        service.ask_for_draft(work, territory_id=world.territory.id, week=WEEK)
        (draft_id, _), *_ = queries.drafts_to_draw(work.session)
        half = DraftedLetter(draft_id=draft_id, account_id=camille.account_id, name="x", silence=Silence.GONE)
        work.session.add(half)
    assert "Send 1 letter now" in orane.get(WEEK_PAGE).text
    assert service.draw_drafts(works, going_on=lambda: False) == 0
    assert service.draw_drafts(works) == 1
    with works.begin() as work:
        assert rows(work, DraftedWeek) == 1
        assert Silence.GONE not in work.session.scalars(select(DraftedLetter.silence)).all()


def test_one_process_draws_and_weeks_that_leave_go_first(
    works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    with works.begin() as work:
        service.ask_for_draft(work, territory_id=world.territory.id, week=WEEK)
        held = leases.take(work, f"draft of territory {world.territory.id}")
        assert held is not None
    assert service.draw_drafts(works) == 0
    with works.begin() as work:
        leases.give_back(work, held)
        service.request_week(work, territory_id=world.territory.id, started_by=None)
    assert service.draw_drafts(works) == 0
    service.advance(works)
    assert service.draw_drafts(works) == 1


def test_who_leaves_is_in_no_draft_any_more(
    works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    draw(works, world)
    with works.begin() as work:
        assert rows(work, DraftedLine) == 1
        delete_profile(work, citizen_id=camille.id)
    with works.begin() as work:
        assert rows(work, DraftedLine) == 0
    assert orane.get(WEEK_PAGE).status_code == 200


def test_a_draft_that_nobody_renews_is_forgotten(
    app: Flask, works: WorkFactory, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    draw(works, world)
    for days, kept in ((13, 1), (15, 0)):
        retention.forget_old(works_of(app, now=NOW + timedelta(days=days)))
        with works.begin() as work:
            assert (rows(work, DraftedWeek), rows(work, DraftedLine)) == (kept, kept)
