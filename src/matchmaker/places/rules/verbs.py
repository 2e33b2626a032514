"""What is put on record of territories."""

from matchmaker.base.verbs import Verb


class PlaceVerb(Verb):
    """What is put on record of territories."""

    FOUNDED = "territory.founded"
    CHANGED = "territory.changed"
    PAGE_SET = "territory.page_set"
    TRAVEL_SET = "territory.travel_set"
    CHALLENGE_ADDED = "challenge.added"
    CHALLENGE_CHANGED = "challenge.changed"
    CHALLENGE_REMOVED = "challenge.removed"
    ORGANISER_NAMED = "organiser.named"
    ORGANISER_REMOVED = "organiser.removed"
