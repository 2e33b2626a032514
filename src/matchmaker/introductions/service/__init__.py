"""The verbs of introductions: beginning, answering, sharing, writing, ending, and what the clock does."""

from matchmaker.introductions.service.absences import (
    AbsenceRefused,
    announce_absence,
    end_absence,
    find_absence,
)
from matchmaker.introductions.service.actions import NoPlaceLeft, ReasonMissing, act
from matchmaker.introductions.service.actors import Actor, Stranger, actor_in, party_of
from matchmaker.introductions.service.clock import advance
from matchmaker.introductions.service.contact import (
    Contact,
    NotAgreed,
    Sharing,
    contact_of,
    own_share,
    share,
    telephone_at_relay,
)
from matchmaker.introductions.service.following import NeedIsOpen, follow, unfollow
from matchmaker.introductions.service.notices import (
    STOP,
    AwaitLetter,
    asking,
    mark_told,
    other_name,
    resume_notices,
    send_notices,
    side_name,
    stop_notices,
    wants_notices,
)
from matchmaker.introductions.service.starting import (
    AlreadyIntroduced,
    AskedEnough,
    GroupOwesAnswers,
    NeedNotOpen,
    NotEligible,
    answer_by_letter,
    answer_for,
    offer,
    propose,
    take_action,
)
from matchmaker.introductions.service.thread import MessageRefused, ThankedBefore, thank, write_message
from matchmaker.introductions.service.tokens import TokenUnusable, answer_token, find_by_token

__all__ = [
    "STOP",
    "AbsenceRefused",
    "Actor",
    "AlreadyIntroduced",
    "AskedEnough",
    "AwaitLetter",
    "Contact",
    "GroupOwesAnswers",
    "MessageRefused",
    "NeedIsOpen",
    "NeedNotOpen",
    "NoPlaceLeft",
    "NotAgreed",
    "NotEligible",
    "ReasonMissing",
    "Sharing",
    "Stranger",
    "ThankedBefore",
    "TokenUnusable",
    "act",
    "actor_in",
    "advance",
    "announce_absence",
    "answer_by_letter",
    "answer_for",
    "answer_token",
    "asking",
    "contact_of",
    "end_absence",
    "find_absence",
    "find_by_token",
    "follow",
    "mark_told",
    "offer",
    "other_name",
    "own_share",
    "party_of",
    "propose",
    "resume_notices",
    "send_notices",
    "share",
    "side_name",
    "stop_notices",
    "take_action",
    "telephone_at_relay",
    "thank",
    "unfollow",
    "wants_notices",
    "write_message",
]
