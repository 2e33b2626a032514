"""The application over the test's database."""

import pytest
from flask import Flask

from tests.databases import Database
from tests.doors import make_app


@pytest.fixture
def app(database: Database) -> Flask:
    """The application over the test's database."""
    return make_app(database.sessions)
