"""A citizen, a group with one need, and their introductions."""

from dataclasses import dataclass

import pytest

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.introductions import service
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from tests import builders
from tests.builders import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Camille, who repairs bicycles, and the group of Gaspard, who asks for that."""

    world: World
    citizen: Citizen
    lead: Account
    organiser: Account
    group: StartupGroup
    need: Need

    @property
    def as_citizen(self) -> Actor:
        """Camille."""
        return Actor(party=Party.CITIZEN, account_id=self.citizen.account_id)

    @property
    def as_group(self) -> Actor:
        """Gaspard, for the group."""
        return Actor(party=Party.GROUP, account_id=self.lead.id)

    @property
    def as_organiser(self) -> Actor:
        """Orane, who runs the territory's desk."""
        return Actor(party=Party.ORGANISER, account_id=self.organiser.id)


def make_pair(work: Work, *, places: int = 1) -> Pair:
    """The two of them, in a world that is there already."""
    world = builders.find_world(work.session)
    lead = builders.add_account(work, address="gaspard@example.org", first_name="Gaspard")
    group = builders.add_group(work, world.challenge, lead=lead)
    need = builders.add_need(work, group, wanted=("réparer des vélos",), places=places)
    citizen = builders.add_citizen(work, world.territory)
    organiser = builders.add_organiser(work, world.territory)
    return Pair(world=world, citizen=citizen, lead=lead, organiser=organiser, group=group, need=need)


@pytest.fixture(autouse=True)
def everywhere_settled(settled: None) -> None:
    """Every database here holds the small world."""


@pytest.fixture
def pair(work: Work) -> Pair:
    """The two of them, in a unit of work that is undone."""
    return make_pair(work)


@pytest.fixture
def offered(work: Work, pair: Pair) -> int:
    """The id of an introduction in which Camille said that she could help."""
    return service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen).id
