"""What one test does to its application or its database, the next one does not find."""

from dataclasses import replace

import pytest
import structlog
from flask import Flask
from sqlalchemy import func, select
from structlog.testing import capture_logs

from matchmaker.base.logs import set_up_logs
from matchmaker.base.work import WorkFactory
from matchmaker.places.models import Challenge, Territory
from tests.builders import NOW, World, find_world
from tests.databases import Database
from tests.doors import make_app, site_of


def test_an_application_takes_no_addition_and_no_other_configuration(app: Flask) -> None:
    with pytest.raises(AssertionError, match="has already handled its first request"):
        app.add_url_rule("/left-behind", "left_behind", lambda: "")
    with pytest.raises(TypeError):
        app.config["WTF_CSRF_ENABLED"] = False


def test_two_applications_of_one_test_have_parts_of_their_own(database: Database) -> None:
    early, late = (
        make_app(database.sessions, now=moment) for moment in (NOW, NOW.replace(year=NOW.year + 1))
    )
    assert site_of(early).works.clock() < site_of(late).works.clock()
    assert replace(site_of(early), works=site_of(late).works) == site_of(late)


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_logs_tell_all_whoever_set_them_up_before(time: str) -> None:
    with capture_logs() as told:
        structlog.get_logger().info("heard", time=time)
    set_up_logs("critical")
    assert [line["time"] for line in told] == [time]


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_small_world_is_whole_whoever_changed_it_before(
    world: World, works: WorkFactory, time: str
) -> None:
    with works.begin() as work:
        assert find_world(work.session).territory.name == "Valence-Romans"
        assert work.session.scalar(select(func.count()).select_from(Challenge)) == 3
        work.session.get_one(Territory, world.territory.id).name = "Renamed"
        work.session.delete(work.session.get_one(Challenge, world.challenge.id))
