"""The states of an introduction, and who may do what in each: one table, from which the diagram is drawn."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from matchmaker.base.i18n import Labelled, mark


class Party(Labelled):
    """Who acts: the two sides, an organiser who brings them together, or the clock."""

    CITIZEN = "citizen", mark("The citizen")
    GROUP = "group", mark("The group")
    ORGANISER = "organiser", mark("An organiser")
    CLOCK = "clock", mark("The clock")


class State(Labelled):
    """Where an introduction stands. WITHDRAWN is the citizen's word, RETRACTED that of who asked them."""

    SUGGESTED = "suggested", mark("Suggested to both")
    OFFERED = "offered", mark("Waiting for the group")
    PROPOSED = "proposed", mark("Waiting for the citizen")
    ACCEPTED = "accepted", mark("Agreed: in touch")
    MET = "met", mark("They met")
    HELPED = "helped", mark("Done, with help")
    NOT_HELPED = "not_helped", mark("Done, without help")
    UNREACHED = "unreached", mark("Could not be reached")
    DECLINED = "declined", mark("Declined")
    WITHDRAWN = "withdrawn", mark("Withdrawn by the citizen")
    RETRACTED = "retracted", mark("Taken back")
    CLOSED = "closed", mark("Closed")


class Action(Labelled):
    """What somebody may do with an introduction that exists."""

    ACCEPT = "accept", mark("Accept")
    DECLINE = "decline", mark("Decline")
    WITHDRAW = "withdraw", mark("Withdraw")
    MEET = "meet", mark("We met")
    HELP = "help", mark("Done, with help")
    NO_HELP = "no_help", mark("Done, without help")
    NOT_REACHED = "not_reached", mark("Could not be reached")
    OFFER_AGAIN = "offer_again", mark("Offer to help after all")
    CLOSE = "close", mark("Close")


class DeclineReason(Labelled):
    """Why somebody says no."""

    NOT_AVAILABLE = "not_available", mark("Not available")
    TOO_FAR = "too_far", mark("Too far away")
    NOT_MY_SKILL = "not_my_skill", mark("Not the right skill")
    FILLED = "filled", mark("Somebody else was found")
    OTHER = "other", mark("Another reason")


class ClosedBecause(Labelled):
    """Why an introduction ended that nobody ended."""

    NO_ANSWER = "no_answer", mark("No answer came in 45 days")
    NEED_FILLED = "need_filled", mark("All places are taken")
    NEED_CLOSED = "need_closed", mark("The need is no longer open")
    GONE = "gone", mark("The other side has left")


class Outcome(Labelled):
    """What one side says came of it."""

    HELPED = "helped", mark("It helped")
    NOT_HELPED = "not_helped", mark("It did not help")
    UNREACHED = "unreached", mark("Could not be reached")


class NotAllowed(Exception):
    """This party may not do this in this state."""


SIDES = (Party.CITIZEN, Party.GROUP)
"""The two who are introduced."""

REASONS: Mapping[Party, tuple[DeclineReason, ...]] = MappingProxyType(
    {
        Party.CITIZEN: tuple(one for one in DeclineReason if one is not DeclineReason.FILLED),
        Party.GROUP: tuple(one for one in DeclineReason if one is not DeclineReason.NOT_AVAILABLE),
    }
)
"""What each side may say when it says no: a citizen finds nobody else, and a group is not asked for its time."""

_ENDINGS = {Action.HELP: State.HELPED, Action.NO_HELP: State.NOT_HELPED}

_TABLE: dict[tuple[State, Action], dict[Party, State]] = {
    (State.SUGGESTED, Action.ACCEPT): {Party.CITIZEN: State.OFFERED, Party.GROUP: State.PROPOSED},
    (State.SUGGESTED, Action.DECLINE): dict.fromkeys(SIDES, State.DECLINED),
    (State.SUGGESTED, Action.WITHDRAW): {Party.ORGANISER: State.RETRACTED},
    (State.OFFERED, Action.ACCEPT): {Party.GROUP: State.ACCEPTED},
    (State.OFFERED, Action.DECLINE): {Party.GROUP: State.DECLINED},
    (State.OFFERED, Action.WITHDRAW): {Party.CITIZEN: State.WITHDRAWN},
    (State.PROPOSED, Action.ACCEPT): {Party.CITIZEN: State.ACCEPTED},
    (State.PROPOSED, Action.DECLINE): {Party.CITIZEN: State.DECLINED},
    (State.PROPOSED, Action.WITHDRAW): {Party.GROUP: State.RETRACTED},
    (State.ACCEPTED, Action.MEET): dict.fromkeys(SIDES, State.MET),
    (State.ACCEPTED, Action.NOT_REACHED): dict.fromkeys(SIDES, State.UNREACHED),
    **{
        (state, action): dict.fromkeys(SIDES, ending)
        for state in (State.ACCEPTED, State.MET)
        for action, ending in _ENDINGS.items()
    },
    **{
        (state, Action.WITHDRAW): {Party.CITIZEN: State.WITHDRAWN, Party.GROUP: State.RETRACTED}
        for state in (State.ACCEPTED, State.MET)
    },
    # Nobody asked the citizen a second time: they think better of it themselves.
    (State.WITHDRAWN, Action.OFFER_AGAIN): {Party.CITIZEN: State.OFFERED},
    (State.CLOSED, Action.OFFER_AGAIN): {Party.CITIZEN: State.OFFERED},
    **{
        (state, Action.CLOSE): {Party.CLOCK: State.CLOSED}
        for state in (State.SUGGESTED, State.OFFERED, State.PROPOSED, State.ACCEPTED, State.MET)
    },
}

TABLE: Mapping[tuple[State, Action], Mapping[Party, State]] = MappingProxyType(_TABLE)
"""For each state and action, who may do it and what it leads to; what is not in it is not allowed."""

BEGINNINGS: Mapping[Party, State] = MappingProxyType(
    {Party.CITIZEN: State.OFFERED, Party.GROUP: State.PROPOSED, Party.ORGANISER: State.SUGGESTED}
)
"""The first state, by who begins."""

OWING: Mapping[State, frozenset[Party]] = MappingProxyType(
    {
        State.SUGGESTED: frozenset(SIDES),
        State.OFFERED: frozenset({Party.GROUP}),
        State.PROPOSED: frozenset({Party.CITIZEN}),
        State.ACCEPTED: frozenset(SIDES),
        State.MET: frozenset(SIDES),
    }
)
"""Who owes an answer: first yes or no, then what came of it. What is open is what somebody owes an answer to."""

OPEN = frozenset(OWING)
ASKED = frozenset({State.SUGGESTED, State.OFFERED, State.PROPOSED})
"""The states in which not both have accepted yet."""

ASKS: Mapping[Party, frozenset[State]] = MappingProxyType(
    {party: frozenset(state for state in ASKED if party in OWING[state]) for party in SIDES}
)
"""The states in which a side owes a yes or no."""

IN_FORCE = frozenset({State.ACCEPTED, State.MET, State.HELPED, State.NOT_HELPED})
"""The states in which both have accepted, and neither took it back: only in these is an address shown."""

OUTCOMES: Mapping[Action, Outcome] = MappingProxyType(
    {
        Action.HELP: Outcome.HELPED,
        Action.NO_HELP: Outcome.NOT_HELPED,
        Action.NOT_REACHED: Outcome.UNREACHED,
    }
)
"""What came of it, by the action that says so."""

SPOKEN = frozenset({State.HELPED, State.NOT_HELPED, State.UNREACHED})
"""The endings about which the side that has not spoken yet can still say what came of it, too."""

FREES_PLACE = frozenset({Action.WITHDRAW, Action.NOT_REACHED})
"""What gives the need its place back."""


def after(state: State, action: Action, by: Party) -> State:
    """The state after a party acts; raises NotAllowed."""
    following = TABLE.get((state, action), {}).get(by)
    if following is None:
        raise NotAllowed(f"{action} by {by} in {state}")
    return following


def actions_for(state: State, by: Party) -> tuple[Action, ...]:
    """What a party may do in a state, in the order of the table."""
    return tuple(action for (known, action), parties in TABLE.items() if known is state and by in parties)


def other_side(party: Party) -> Party:
    """The side across: that of a citizen is the group; raises KeyError for who is no side."""
    return {Party.CITIZEN: Party.GROUP, Party.GROUP: Party.CITIZEN}[party]


def diagram() -> str:
    """The machine as a Mermaid state diagram, a line a transition."""
    return "\n".join(("stateDiagram-v2", *_arrows()))


def _arrows() -> Iterator[str]:
    for party, state in BEGINNINGS.items():
        yield f"    [*] --> {state}: begun by {party}"
    for (state, action), parties in TABLE.items():
        for following in dict.fromkeys(parties.values()):
            who = " or ".join(party for party in parties if parties[party] is following)
            yield f"    {state} --> {following}: {action} by {who}"
    for state in State:
        if state not in OPEN:
            yield f"    {state} --> [*]"
