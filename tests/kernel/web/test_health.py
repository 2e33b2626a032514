"""Whether the service answers, and whether it can do its work, as programs ask that watch over it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from matchmaker.app import create_app
from matchmaker.base import heartbeats, migrate
from tests.builders import make_settings
from tests.clock import MovableClock
from tests.doors import site_of, works_of


def asked(app: Flask, path: str, host: str = "localhost") -> TestResponse:
    """The answer to a program that has no cookie, and asks by the address at which the process listens."""
    return app.test_client(use_cookies=False).get(path, headers={"Host": host})


def test_ready_is_a_service_whose_scheduler_was_seen_lately(app: Flask, clock: MovableClock) -> None:
    silent = asked(app, "/readyz")
    assert (silent.status_code, silent.text) == (503, "no scheduler runs: start 'matchmaker scheduler'\n")
    with works_of(app).begin() as work:
        heartbeats.note(work, {heartbeats.SCHEDULER: work.now})
    ready = asked(app, "/readyz")
    assert (ready.status_code, ready.text) == (200, "ok\n")
    assert ready.headers["Cache-Control"] == "no-store"
    clock.advance(heartbeats.SILENT_AFTER)
    assert asked(app, "/readyz").status_code == 503
    # The process itself goes on.
    assert (asked(app, "/healthz").status_code, asked(app, "/healthz").text) == (200, "ok\n")


def test_a_service_whose_database_is_too_old_is_not_ready(live_app: Flask, fresh_engine: Engine) -> None:
    with works_of(live_app).begin() as work:
        heartbeats.note(work, {heartbeats.SCHEDULER: work.now})
    for revision, status in (("0003", 503), ("9999", 200)):
        with fresh_engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        assert asked(live_app, "/readyz").status_code == status
    with fresh_engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    told = asked(live_app, "/readyz").text
    assert told == (
        f"the database is at revision none, this version needs {migrate.head_revision()}: "
        "run 'matchmaker db upgrade'\n"
    )


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hush@127.0.0.1:9/nothing"]
)
def test_a_service_without_its_database_answers_and_is_not_ready(url: str) -> None:
    app = create_app(make_settings(database_url=url, base_url="https://aide.example.org"))
    # Whoever watches a process asks it by its address, and not by the name that visitors know.
    assert asked(app, "/healthz", "10.0.0.7:8000").status_code == 200
    answer = asked(app, "/readyz", "10.0.0.7:8000")
    assert (answer.status_code, answer.text) == (503, "the database cannot be read\n")
    assert asked(app, "/sources", "10.0.0.7:8000").status_code == 400
    site_of(app).engine.dispose()


def test_a_moment_that_was_noted_moves_on_and_not_back(app: Flask, clock: MovableClock) -> None:
    works = works_of(app)

    def noted(ago: timedelta) -> timedelta:
        with works.begin() as work:
            heartbeats.note(work, {"letters": work.now - ago})
            return work.now - heartbeats.heartbeats(work.session)["letters"]

    assert noted(timedelta(minutes=5)) == timedelta(minutes=5)
    assert noted(timedelta(minutes=1)) == timedelta(minutes=1)
    # Another process, whose letters ended well earlier.
    assert noted(timedelta(minutes=9)) == timedelta(minutes=1)
    clock.advance(-timedelta(hours=3))
    assert noted(timedelta(minutes=2)) == timedelta(minutes=2)
