"""What is put on record of what a citizen says of needs and groups."""

from matchmaker.base.verbs import Verb


class MatchingVerb(Verb):
    """What a citizen says of a need that fits, or of a group."""

    ANSWERED = "need.answered"
    DISMISSED = "need.dismissed"
    TAKEN_BACK = "need.dismissal_undone"
    HIDDEN = "group.hidden_from"
    SHOWN = "group.shown_to"
