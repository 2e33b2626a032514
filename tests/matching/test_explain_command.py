"""``matchmaker match explain``: a score, part by part, from the database."""

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from matchmaker.cli.match_database import match
from matchmaker.db import make_session_factory
from matchmaker.groups.rules import NeedState
from tests import builders
from tests.doors import make_app, works_of


@pytest.fixture
def pair(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """A need that is not open and a citizen, in a database that the environment names."""
    with works_of(make_app(make_session_factory(fresh_engine))).begin() as work:
        world = builders.make_world(work)
        group = builders.add_group(work, world.challenge)
        need = builders.add_need(work, group, nice=["couture"], state=NeedState.CLOSED)
        citizen = builders.add_citizen(work, world.territory, commune="26362", radius_km=20)
    settings = {
        "DATABASE_URL": fresh_engine.url.render_as_string(hide_password=False).replace("+psycopg", ""),
        "SECRET_KEY": "a secret that is long enough for the tests",
        "BASE_URL": "http://localhost",
        "MAIL_FROM": "bonjour@territoire.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"MATCHMAKER_{name}", value)
    return need.id, citizen.id


def explain(need: int, citizen: int) -> Result:
    """Run the command."""
    return CliRunner().invoke(match, ["explain", "--need", str(need), "--citizen", str(citizen)])


def test_each_part_of_a_score_is_told(pair: tuple[int, int]) -> None:
    result = explain(*pair)

    assert result.exit_code == 0
    assert "not proposed: closed" in result.stdout
    assert "must 'réparation de vélos': 'réparer des vélos' (" in result.stdout
    assert "nice 'couture': nothing" in result.stdout
    assert "distance: -" in result.stdout
    assert "challenge: +0.00, not known" in result.stdout
    assert "best change: " in result.stdout


def test_what_does_not_exist_is_a_clear_error(pair: tuple[int, int]) -> None:
    need, citizen = pair

    assert "there is no need 999999" in explain(999_999, citizen).output
    assert "there is no citizen 999999" in explain(need, 999_999).output
    assert explain(need, 999_999).exit_code == 1
