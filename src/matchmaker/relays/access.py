"""Who works at a relay."""

from matchmaker.relays import queries
from matchmaker.relays.models import Relay
from matchmaker.web import Role

RELAY_WORKER = Role(name="relay worker", by="relay_id", find=queries.find_own_relay, watched=True)


def own_relay(relay_id: int) -> Relay:
    """A relay at which the visitor works, with its territory. Raises Missing."""
    return RELAY_WORKER.own(relay_id=relay_id)
