"""``matchmaker digest``: the week by hand, and how it stands."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select

from matchmaker.base.db import make_session_factory
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.cli.digest import digest
from matchmaker.digests.models import DigestRun
from matchmaker.places.models import Territory
from tests import builders
from tests.digests.weeks import add_quiet_need
from tests.doors import make_app, works_of


@pytest.fixture
def engine(named_engine: Engine) -> Engine:
    """A database of this test's own with a world in it, named by the environment."""
    works = works_of(make_app(make_session_factory(named_engine)), now=datetime.now(UTC))
    with works.begin() as work:
        world = builders.make_world(work)
        add_quiet_need(work, world.challenge)
        builders.add_citizen(work, world.territory)
    return named_engine


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(digest, arguments)


def test_a_territorys_week_is_run_once_by_hand(engine: Engine) -> None:
    first = run("run", "--territory", "valence-romans")
    second = run("run", "--territory", "valence-romans")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "1 letters queued" in first.stdout
    assert "was run before, nothing is sent again" in second.stdout
    with make_session_factory(engine)() as session:
        assert session.scalars(select(OutboxMessage.state)).all() == [MessageState.PENDING]


def test_an_unknown_territory_is_a_clear_error(engine: Engine) -> None:
    result = run("run", "--territory", "nowhere")

    assert result.exit_code == 1
    assert "there is no territory 'nowhere'" in result.output


def test_without_a_territory_all_that_is_due_is_run(engine: Engine) -> None:
    with make_session_factory(engine)() as session:
        for territory in session.scalars(select(Territory)):
            moment = datetime.now(UTC) - timedelta(hours=1)
            territory.time_zone = "UTC"
            territory.digest_weekday, territory.digest_hour = moment.isoweekday(), moment.hour
            territory.created_at = moment - timedelta(days=30)
        session.commit()

    assert "Weeks run: 2, letters queued: 1" in run("run").stdout
    assert "Weeks run: 0" in run("run").stdout
    with make_session_factory(engine)() as session:
        assert len(session.scalars(select(DigestRun)).all()) == 2


def test_status_tells_each_territorys_week(engine: Engine) -> None:
    run("run", "--territory", "valence-romans")

    lines = dict(line.split(" ", 1) for line in run("status").stdout.splitlines() if line[0].islower())

    assert "sending, sent 0, waiting 1, failed 0, in doubt 0, on paper 0, next " in lines["valence-romans"]
    assert "not run, next " in lines["clermont"]
    assert "(Europe/Paris)" in lines["clermont"]


def test_a_missing_setting_is_a_clear_line_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATCHMAKER_SECRET_KEY", raising=False)

    result = run("status")

    assert result.exit_code == 2
    assert "MATCHMAKER_SECRET_KEY: is missing" in result.output
