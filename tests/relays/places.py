"""Two relays of one territory, with who works there."""

from dataclasses import dataclass

from matchmaker.accounts.models import Account
from matchmaker.assisted.service import AtDesk
from matchmaker.base.work import Work
from matchmaker.relays.models import Relay
from tests.builders import World, add_account, add_relay


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
