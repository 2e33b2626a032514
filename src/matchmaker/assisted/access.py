"""Acting for a relay's people, and which people are its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from matchmaker.assisted import queries
from matchmaker.assisted.service import AtDesk
from matchmaker.base.ids import RelayId
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.relays import service as relays
from matchmaker.relays.access import own_relay
from matchmaker.relays.models import Relay
from matchmaker.web import account_id, begin, or_404, reading


@contextmanager
def acting_at(relay_id: int) -> Iterator[tuple[Work, AtDesk]]:
    """A unit of work of the signed-in person at their relay. Raises Missing once they work there no more."""
    with begin() as work:
        relays.check_at_relay(work.session, relay_id=relay_id, account_id=account_id())
        yield work, AtDesk(relay_id=RelayId(relay_id), member_id=account_id())


def own_person(relay_id: int, person_id: int) -> tuple[Relay, Citizen]:
    """A relay at which the visitor works, and one of its people. Raises Missing."""
    own = own_relay(relay_id)
    return own, or_404(queries.find_person(reading(), relay_id=relay_id, citizen_id=person_id))
