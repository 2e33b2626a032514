"""The organisers' board: who has waited too long, and what came of introductions."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Action, State
from tests import builders
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import make_app, signed_in, visitor, works_of
from tests.introductions.conftest import make_pair

pytestmark = pytest.mark.usefixtures("settled")

BOARD = "/t/valence-romans/introductions"


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    """The application by a clock that moves."""
    return make_app(database.sessions, clock=clock)


def test_who_has_waited_three_weeks_is_on_the_board_with_who_owes_the_answer(
    app: Flask, clock: MovableClock
) -> None:
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work)
        service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
        name = pair.group.name
    assert "Personne n’attend depuis si longtemps" in signed_in(app, pair.organiser).get(BOARD).text
    clock.advance(timedelta(days=21))
    service.advance(works)
    page = signed_in(app, pair.organiser).get(BOARD).text
    assert "Camille" in page
    assert name.split("'")[0] in page
    assert "camille@example.org" not in page
    assert BOARD in signed_in(app, pair.organiser).get("/t/valence-romans/desk").text


def test_outcomes_are_told_from_twenty_on(app: Flask) -> None:
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work, places=30)
        for number in range(20):
            one = builders.add_citizen(work, pair.world.territory, address=f"aide-{number}@example.org")
            work.session.add(
                Introduction(
                    need_id=pair.need.id,
                    citizen_id=one.id,
                    group_id=pair.group.id,
                    territory_id=pair.need.territory_id,
                    begun_by="citizen",
                    begun_at=work.now,
                    since=work.now,
                    state=State.HELPED if number % 4 else State.NOT_HELPED,
                    score=90,
                )
            )
    organiser = signed_in(app, pair.organiser)
    page = organiser.get(BOARD).text
    assert "75\u202f%" in page or "75\xa0%" in page or "75 %" in page
    assert page.count("trop peu pour le dire") == 4
    with works.begin() as work:
        last = work.session.query(Introduction.id).order_by(Introduction.id.desc()).first()
        assert last is not None
        work.session.execute(update(Introduction).where(Introduction.id == last[0]).values(score=10))
    assert organiser.get(BOARD).text.count("trop peu pour le dire") == 5


def test_the_board_is_for_the_territory_s_organisers_alone(app: Flask) -> None:
    with works_of(app).begin() as work:
        pair = make_pair(work)
        elsewhere = builders.add_organiser(work, pair.world.other_territory, address="olga@example.org")
    assert signed_in(app, elsewhere).get(BOARD).status_code == 404
    assert signed_in(app, pair.lead).get(BOARD).status_code == 404
    assert visitor(app).get(BOARD).status_code == 302


def test_the_board_counts_what_was_begun_and_answered_in_each_week(app: Flask, clock: MovableClock) -> None:
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work)
        begun = service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
        week = work.now.isocalendar().week
    clock.advance(timedelta(days=7))
    with works.begin() as work:
        service.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=pair.as_group)
    page = signed_in(app, pair.organiser).get(BOARD).text
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>((?:<td class="number">\d+</td>)+)</tr>', page)
    figures = {int(name): [int(one) for one in re.findall(r">(\d+)<", cells)] for name, cells in rows}
    assert len(figures) == 12
    assert figures[week] == [1, 0, 0, 0]
    assert figures[week + 1] == [0, 1, 0, 0]
    assert sum(map(sum, figures.values())) == 2
