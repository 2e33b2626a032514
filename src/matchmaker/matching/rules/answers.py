"""What a citizen answers to a need, and for how long it can be corrected."""

from datetime import timedelta

from matchmaker.base.i18n import Labelled, mark

CORRECTED_FOR = timedelta(days=7)


class Answer(Labelled):
    """What somebody says to a need that was put to them."""

    YES = "yes", mark("Yes, they would like to help")
    NO = "no", mark("No, not this time")


PAUSED_FOR = timedelta(days=28)
"""How long a need stays hidden from who said "not now"."""


class DismissReason(Labelled):
    """Why a need is not for somebody, and so what it teaches."""

    TOO_FAR = "too_far", mark("It is too far away")
    NOT_MY_SKILL = "not_my_skill", mark("It is not what I can do")
    NOT_NOW = "not_now", mark("Not now: show it to me again in four weeks")
    OTHER = "other", mark("Another reason")


class ShownWhere(Labelled):
    """Where somebody's profile was shown."""

    PAGE = "page", mark("On a page")
    LETTER = "letter", mark("In a letter")


class AnswerChannel(Labelled):
    """How an answer came to a relay."""

    CODE = "code", mark("By a code")
    CALL = "call", mark("By telephone, from the call list")
