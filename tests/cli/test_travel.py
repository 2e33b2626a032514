"""``matchmaker organiser travel``: how much longer ways are than a straight line."""

import pytest
from sqlalchemy import select

from matchmaker.base.acts import Act
from matchmaker.base.work import Work, WorkFactory
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Gate
from matchmaker.places import service as places
from tests import builders
from tests.builders import World
from tests.cli.command import Command

SET = ("organiser", "travel", "--territory=valence-romans")
STRAIGHT = "ways have 100 % of the straight line"


def test_ways_are_set_told_and_taken_back(command: Command, live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        name = builders.make_world(work).territory.name
    assert command.run(*SET, "--percent=170").stdout == f"{name}: ways have 170 % of the straight line\n"
    told = command.run(*SET, "--percent=300", "--between", "26362", "26281").stdout
    assert "Romans-sur-Isère (26281) to Valence (26362): 300 %" in told
    assert command.run(*SET).stdout == told
    assert "to Valence" not in command.run(*SET, "--forget", "--between", "26281", "26362").stdout
    assert STRAIGHT in command.run(*SET, "--forget").stdout
    with live_works.begin() as work:
        verbs = work.session.scalars(select(Act.action)).all()
        assert verbs.count("territory.travel_set") == 4


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--percent=90"], "100 to 1000 per cent"),
        (["--percent=1001"], "100 to 1000 per cent"),
        (["--percent=200", "--between", "26362", "99999"], "not a commune's code: 99999"),
        (["--percent=200", "--between", "26362", "26362"], "between two communes"),
        (["--between", "26362", "26281"], "by --percent"),
        (["--percent=200", "--forget"], "either a percentage or --forget"),
        (["--territory=nowhere"], "there is no territory 'nowhere'"),
    ],
)
def test_what_no_way_is_like_is_told(
    command: Command, live_works: WorkFactory, options: list[str], why: str
) -> None:
    with live_works.begin() as work:
        builders.make_world(work)
    done = command.try_to_run(*SET, *options)
    assert done.returncode == 1
    assert why in done.stderr


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def test_needs_of_the_territory_are_as_far_as_its_ways(work: Work, world: World) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), commune="26362")
    citizen = builders.add_citizen(work, world.territory, commune="26281", radius_km=20)

    def gate() -> Gate | None:
        return matching.explain(work.session, need, citizen_id=citizen.id, now=work.now).gate

    assert gate() is None
    for between in (None, ("26362", "26281")):
        places.set_travel(work, territory_id=world.territory.id, percent=180, between=between)
        assert gate() is Gate.PLACE
        places.set_travel(work, territory_id=world.territory.id, percent=None, between=between)
        assert gate() is None
