"""A site over the test's own database, with a small world in it."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.app import create_app
from matchmaker.web import EXTENSION, Site
from matchmaker.work import WorkFactory
from tests.builders import NOW, World, make_settings, make_world
from tests.databases import Database


@dataclass
class MovableClock:
    """A clock that stands still until a test sets it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The moment that it shows."""
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    """The clock of the site."""
    return MovableClock()


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    """The whole application on the test's database; forms need no CSRF token."""
    made = create_app(make_settings(), clock=clock)
    made.config["WTF_CSRF_ENABLED"] = False
    site: Site = made.extensions[EXTENSION]
    made.extensions[EXTENSION] = replace(
        site, reading=database.sessions, works=replace(site.works, sessions=database.sessions)
    )
    return made


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    """The site's units of work."""
    site: Site = app.extensions[EXTENSION]
    return site.works


@pytest.fixture
def world(works: WorkFactory) -> World:
    """Two territories with their défis, four communes, a dozen concepts."""
    with works.begin() as work:
        return make_world(work)


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    """A browser without script."""
    return app.test_client()
