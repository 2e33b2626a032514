"""The application over the test's database, and who a week is about."""

import pytest
from flask import Flask

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need
from tests import builders
from tests.builders import World
from tests.databases import Database
from tests.digests.weeks import add_quiet_need
from tests.doors import make_app


@pytest.fixture
def app(database: Database) -> Flask:
    """The application over the test's database."""
    return make_app(database.sessions)


@pytest.fixture
def need(work: Work, world: World) -> Need:
    """Something that a group looks for."""
    return add_quiet_need(work, world.challenge)


@pytest.fixture
def camille(work: Work, world: World) -> Citizen:
    """Somebody who has what it asks for."""
    return builders.add_citizen(work, world.territory)


@pytest.fixture
def organiser(work: Work, world: World) -> Account:
    """Whoever looks after the letters, in English."""
    account = builders.add_organiser(work, world.territory)
    account.locale = "en"
    work.session.flush()
    return account
