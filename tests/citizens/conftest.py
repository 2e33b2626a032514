"""A browser at the doors of the sign-up."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import World
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import make_app


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    """The whole application on the test's database; forms need no CSRF token."""
    return make_app(database.sessions, clock=clock, csrf=False)


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    """A browser without script."""
    return app.test_client()
