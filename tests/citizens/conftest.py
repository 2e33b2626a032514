"""A site over the test's own database, with a small world in it."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.accounts.models import Account
from matchmaker.assisted.service import AtDesk
from matchmaker.base.work import Work, WorkFactory
from matchmaker.relays.models import Relay
from tests.builders import World, add_account, add_relay
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import Person, make_app, signed_in


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    """The whole application on the test's database; forms need no CSRF token."""
    return make_app(database.sessions, clock=clock, csrf=False)


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    """A browser without script."""
    return app.test_client()


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Two relays of one territory: a library where Nadia works, who reads English, and a town hall with Paul."""

    library: Relay
    town_hall: Relay
    nadia: Account
    paul: Account

    @property
    def desk(self) -> AtDesk:
        """Nadia at the library."""
        return AtDesk(relay_id=self.library.id, member_id=self.nadia.id)


def make_places(work: Work, world: World) -> Places:
    """Nadia's library and Paul's town hall."""
    nadia = add_account(work, address="nadia@biblio.example", first_name="Nadia", locale="en")
    paul = add_account(work, address="paul@mairie.example", first_name="Paul", locale="en")
    return Places(
        library=add_relay(work, world.territory, members=[nadia]),
        town_hall=add_relay(work, world.territory, name="Mairie de Romans", members=[paul]),
        nadia=nadia,
        paul=paul,
    )


@pytest.fixture
def places(works: WorkFactory, world: World) -> Places:
    """Both relays with their people, in the site's database."""
    with works.begin() as work:
        return make_places(work, world)


@pytest.fixture
def nadia(app: Flask, places: Places) -> Person:
    """Nadia, signed in."""
    return signed_in(app, places.nadia)
