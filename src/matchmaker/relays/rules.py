"""What a relay is."""

from matchmaker.base.i18n import Labelled, mark
from matchmaker.base.verbs import Verb

RELAY_NAME_LENGTH = 80
TELEPHONE_LENGTH = 40
REACH_LENGTH = 160
"""How long a relay's postal address may be, and what it says of its hours."""


class RelayVerb(Verb):
    """What is put on record of relays."""

    NAMED = "relay.named"
    DESCRIBED = "relay.described"
    MEMBER_REMOVED = "relay.member_removed"


class RelayKind(Labelled):
    """What kind of place a relay is."""

    TOWN_HALL = "town_hall", mark("Town hall")
    LIBRARY = "library", mark("Library")
    FRANCE_SERVICES = "france_services", mark("France Services")
    ASSOCIATION = "association", mark("Association")
    OTHER = "other", mark("Another kind of place")
