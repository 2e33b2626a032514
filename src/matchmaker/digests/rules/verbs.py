"""What is put on record of the weekly letters."""

from matchmaker.base.verbs import Verb


class DigestVerb(Verb):
    """What somebody, or the clock, does about the weekly letters."""

    REQUESTED = "week.requested"
    MISSED = "week.missed"
    PAUSED = "week.paused"
    RESUMED = "week.resumed"
    SCHEDULED = "week.schedule_set"
    EXAMPLE_SENT = "week.example_sent"
    EDITED = "week.edited"
    EDIT_WITHDRAWN = "week.edit_withdrawn"
    SETTLED = "letter.settled"
    UNWANTED = "letter.called_unwanted"
    CHOSEN = "letters.chosen"
    STOPPED = "letters.stopped"
