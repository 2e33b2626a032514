"""What a citizen answers to a need, and for how long it can be corrected."""

from datetime import timedelta

from matchmaker.i18n import Labelled, mark

CORRECTED_FOR = timedelta(days=7)


class Answer(Labelled):
    """What somebody says to a need that was put to them."""

    YES = "yes", mark("Yes, they would like to help")
    NO = "no", mark("No, not this time")


class AnswerChannel(Labelled):
    """How an answer came to a relay."""

    CODE = "code", mark("By a code")
    CALL = "call", mark("By telephone, from the call list")
