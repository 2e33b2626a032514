"""Groups and their needs: kinds, states, and which step may follow which."""

import enum
from collections.abc import Mapping
from datetime import date, timedelta

from matchmaker.base.i18n import Labelled, mark
from matchmaker.base.verbs import Verb
from matchmaker.vocabulary.rules import Level

CLOSED_FOR = timedelta(days=56)
"""How long a group that has ended can be opened again; then it is deleted. No letter is kept for longer either."""
STANDS_FOR = timedelta(days=60)
"""How long a need without a last day stands before its group is asked about it."""
ANSWER_WITHIN = timedelta(days=14)
"""How long the group has to answer each time; it is asked twice, and then the need is closed."""
ASKED_AT_MOST = 2
TITLE_LENGTH = 100
DESCRIPTION_LENGTH = 5000


class GroupVerb(Verb):
    """What is put on record of groups and their needs."""

    FOUNDED = "group.founded"
    CHANGED = "group.changed"
    LEFT = "group.left"
    MEMBER_REMOVED = "group.member_removed"
    LEAD_MADE = "group.lead_made"
    STEPPED_DOWN = "group.stepped_down"
    CLOSED = "group.closed"
    REOPENED = "group.reopened"
    DELETED = "group.deleted"
    NEED_POSTED = "need.posted"
    NEED_CHANGED = "need.changed"
    NEED_MOVED = "need.moved"
    NEED_FREED = "need.place_freed"
    NEED_EXPIRED = "need.expired"
    NEED_ASKED_ABOUT = "need.asked_about"
    NEED_STANDS = "need.stands"
    NEED_UNANSWERED = "need.unanswered"


class Role(Labelled):
    """What a member may do in a group: a lead also invites and edits."""

    LEAD = "lead", mark("Lead")
    MEMBER = "member", mark("Member")


class Stage(Labelled):
    """How far a group has come."""

    IDEA = "idea", mark("Idea")
    STUDY = "study", mark("Being studied")
    CREATION = "creation", mark("Being created")
    RUNNING = "running", mark("Up and running")


class NeedKind(Labelled):
    """What is asked for."""

    SKILL = "skill", mark("Skill")
    PREMISES = "premises", mark("Premises")
    EQUIPMENT = "equipment", mark("Equipment")
    FUNDING = "funding", mark("Funding")
    RESEARCH = "research", mark("Research")
    CONTACT = "contact", mark("Contact")
    LEAD = "lead", mark("Somebody to lead")

    @property
    def of_people(self) -> bool:
        """Whether people are counted by a need's places: rooms, machines and money are asked of people, and are none."""
        return self not in {NeedKind.PREMISES, NeedKind.EQUIPMENT, NeedKind.FUNDING}


LEVELS_ASKED: Mapping[Level, str] = {
    Level.BEGINNER: mark("beginners welcome"),
    Level.AT_EASE: mark("at ease with it"),
    Level.TRADE: mark("by trade"),
}
"""The words for a level where a need asks for it."""


class Importance(Labelled):
    """How much a wanted skill matters to a need."""

    MUST = "must", mark("Essential")
    NICE = "nice", mark("A plus")


class NeedState(Labelled):
    """Where a need stands, as kept. An open one whose last day has passed counts as expired at once."""

    DRAFT = "draft", mark("Draft")
    OPEN = "open", mark("Open")
    FILLED = "filled", mark("Filled")
    CLOSED = "closed", mark("Closed")
    EXPIRED = "expired", mark("Expired")


class NeedAction(Labelled):
    """What a member may do with a need that exists."""

    OPEN = "open", mark("Publish")
    FILL_PLACE = "fill_place", mark("A place is taken")
    CLOSE = "close", mark("Close")
    REOPEN = "reopen", mark("Open again")


class NeedProblem(enum.StrEnum):
    """What stands against keeping a need as it was written."""

    ENDS_IN_THE_PAST = "ends_in_the_past"
    ENDS_TOO_LATE = "ends_too_late"
    NOTHING_WANTED = "nothing_wanted"
    PLACES_HELD = "places_held"


class ActionNotAllowed(Exception):
    """The need is not in a state in which this can be done."""


class LastLead(Exception):
    """The group would be left without a lead; ``alone`` if nobody else is in it who could lead."""

    def __init__(self, *, alone: bool) -> None:
        super().__init__()
        self.alone = alone


LONGEST_OPEN = timedelta(days=2 * 366)
"""How far ahead the last day of a need may be: a later one is a slip of the finger, as 2206 for 2026."""

_NEXT = {
    NeedState.DRAFT: {NeedAction.OPEN: NeedState.OPEN, NeedAction.CLOSE: NeedState.CLOSED},
    NeedState.OPEN: {NeedAction.FILL_PLACE: NeedState.OPEN, NeedAction.CLOSE: NeedState.CLOSED},
    NeedState.FILLED: {NeedAction.REOPEN: NeedState.OPEN, NeedAction.CLOSE: NeedState.CLOSED},
    NeedState.CLOSED: {NeedAction.REOPEN: NeedState.OPEN},
    NeedState.EXPIRED: {NeedAction.REOPEN: NeedState.OPEN, NeedAction.CLOSE: NeedState.CLOSED},
}


def state_on(state: NeedState, until: date | None, today: date) -> NeedState:
    """The state in which a need counts on ``today``, the day in its territory: it is still open on its last day."""
    if state is NeedState.OPEN and until is not None and until < today:
        return NeedState.EXPIRED
    return state


def problems_of(
    *,
    kind: NeedKind,
    wanted: int,
    until: date | None,
    today: date,
    public: bool,
    kept_until: date | None = None,
) -> tuple[NeedProblem, ...]:
    """What stands against a need that asks for ``wanted`` skills and ends on ``until``.

    A ``public`` one must be open today and, if it asks for skills, say at least one. Any other, such as a draft, may be
    kept with the past day that it has, ``kept_until``, but not be given another one.
    """
    problems = []
    if until is not None and until < today and (public or until != kept_until):
        problems.append(NeedProblem.ENDS_IN_THE_PAST)
    if until is not None and until > today + LONGEST_OPEN:
        problems.append(NeedProblem.ENDS_TOO_LATE)
    if public and kind is NeedKind.SKILL and not wanted:
        problems.append(NeedProblem.NOTHING_WANTED)
    return tuple(problems)


def actions_in(state: NeedState) -> tuple[NeedAction, ...]:
    """What can be done with a need in ``state``."""
    return tuple(_NEXT[state])


def after(action: NeedAction, *, state: NeedState, places: int, places_taken: int) -> tuple[NeedState, int]:
    """The state and the number of places taken after ``action``; raises ActionNotAllowed.

    The last place taken fills the need. A need that is opened again with all its places taken has one free again.
    """
    if action not in _NEXT[state]:
        raise ActionNotAllowed(f"{action} in {state}")
    if action is NeedAction.FILL_PLACE:
        taken = places_taken + 1
        return (NeedState.FILLED if taken >= places else NeedState.OPEN), taken
    if action is NeedAction.REOPEN:
        return NeedState.OPEN, min(places_taken, places - 1)
    return _NEXT[state][action], places_taken


def filled_or_open(state: NeedState, *, places: int, places_taken: int) -> NeedState:
    """The state of a need whose places have changed: what is open and has none left is filled, and the other way round."""
    if state not in {NeedState.OPEN, NeedState.FILLED}:
        return state
    return NeedState.FILLED if places_taken >= places else NeedState.OPEN


def check_still_led(roles: Mapping[int, Role], *, without: int) -> None:
    """Raise LastLead if one of a group's members, whose roles are given, is its only lead and no longer is to be."""
    others = [role for account_id, role in roles.items() if account_id != without]
    if roles[without] is Role.LEAD and Role.LEAD not in others:
        raise LastLead(alone=not others)
