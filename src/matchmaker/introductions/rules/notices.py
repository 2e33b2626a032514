"""What somebody is told about their introductions between two pages."""

from matchmaker.base.i18n import Labelled, mark


class NoticeKind(Labelled):
    """What there is to tell; the letter has one line of each kind for an introduction, however often it happened."""

    ASKED = "asked", mark("Somebody waits for your answer")
    REMINDER = "reminder", mark("Somebody still waits for your answer")
    AGREED = "agreed", mark("Both sides agreed")
    ENDED = "ended", mark("The introduction has ended")
    MESSAGE = "message", mark("There is a message for you")
    REOPENED = "reopened", mark("There is news of a need that you follow")
