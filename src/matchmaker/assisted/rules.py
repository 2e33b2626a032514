"""What a relay does for its people."""

from matchmaker.base.i18n import Labelled, mark
from matchmaker.base.verbs import Verb


class AssistedVerb(Verb):
    """What is put on record of what a relay does for its people."""

    NOTED = "relay.answers_noted"
    HELPED = "relay.helped"


class RelayDeed(Labelled):
    """What a relay did for one of its people."""

    SIGNED_UP = "signed_up", mark("Signed up")
    CORRECTED = "corrected", mark("Profile corrected")
    LETTER_ASKED = "letter_asked", mark("Weekly letter asked for")
    LETTER_STOPPED = "letter_stopped", mark("Weekly letter stopped")
    ADDRESS_GIVEN = "address_given", mark("E-mail address given")
    LETTER_PRINTED = "letter_printed", mark("Letter printed")
    ANSWERED = "answered", mark("Answer to a need recorded")
    NOT_REACHED = "not_reached", mark("Called and not reached")
    DELETED = "deleted", mark("Profile deleted")
