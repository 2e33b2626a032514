"""The states of an introduction: who may do what and when, what the clock leads to, and what few cases do not tell."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.introductions.rules import (
    BEGINNINGS,
    IN_FORCE,
    OPEN,
    OWING,
    TABLE,
    Absence,
    Action,
    NotAllowed,
    Party,
    State,
    Step,
    actions_for,
    after,
    answer_speed,
    is_away,
    outcome_bands,
    step_after,
    waited,
)

SINCE = datetime(2026, 11, 2, 9, tzinfo=UTC)

# Who may do what, when: a letter for each party that may (Citizen, Group, Organiser, cLock), by state and action.
WHO_MAY = """
             accept decline withdraw meet help no_help not_reached offer_again close
suggested    CG     CG      O        -    -    -       -           -           L
offered      G      G       C        -    -    -       -           -           L
proposed     C      C       G        -    -    -       -           -           L
accepted     -      -       CG       CG   CG   CG      CG          -           L
met          -      -       CG       -    CG   CG      -           -           L
helped       -      -       -        -    -    -       -           -           -
not_helped   -      -       -        -    -    -       -           -           -
unreached    -      -       -        -    -    -       -           -           -
declined     -      -       -        -    -    -       -           -           -
withdrawn    -      -       -        -    -    -       -           C           -
retracted    -      -       -        -    -    -       -           -           -
closed       -      -       -        -    -    -       -           C           -
"""
LETTERS = {Party.CITIZEN: "C", Party.GROUP: "G", Party.ORGANISER: "O", Party.CLOCK: "L"}


def truth_table() -> list[tuple[State, Action, Party, bool]]:
    """Every state, action and party, and whether it is allowed."""
    head, *rows = WHO_MAY.strip().splitlines()
    actions = [Action(name) for name in head.split()]
    assert set(actions) == set(Action)
    assert [State(row.split()[0]) for row in rows] == list(State)
    return [
        (State(row.split()[0]), action, party, letter in cell)
        for row in rows
        for action, cell in zip(actions, row.split()[1:], strict=True)
        for party, letter in LETTERS.items()
    ]


@pytest.mark.parametrize(("state", "action", "by", "allowed"), truth_table())
def test_who_may_do_what_when(state: State, action: Action, by: Party, allowed: bool) -> None:
    assert (action in actions_for(state, by)) == allowed
    if allowed:
        assert after(state, action, by) in State
    else:
        with pytest.raises(NotAllowed):
            after(state, action, by)


def test_somebody_owes_an_answer_as_long_as_it_is_open_and_the_clock_can_end_it() -> None:
    for state in State:
        assert (state in OPEN) == bool(OWING.get(state))
        assert (state in OPEN) == (Action.CLOSE in actions_for(state, Party.CLOCK))


def test_an_agreement_needs_the_yes_of_both_sides() -> None:
    """Whoever comes to an agreement by any way has passed a yes of each side; offering and proposing are one."""
    yes_by_beginning = {
        Party.CITIZEN: {Party.CITIZEN},
        Party.GROUP: {Party.GROUP},
        Party.ORGANISER: set[Party](),
    }
    seen: set[tuple[State, frozenset[Party]]] = set()
    queue = [(state, frozenset(yes_by_beginning[party])) for party, state in BEGINNINGS.items()]
    while queue:
        state, yes = queue.pop()
        if (state, yes) in seen:
            continue
        seen.add((state, yes))
        if state in IN_FORCE:
            assert yes == {Party.CITIZEN, Party.GROUP}
        for (known, action), parties in TABLE.items():
            for by, following in parties.items():
                if known is state:
                    said = {by} if action is Action.ACCEPT else set()
                    fresh = frozenset({Party.CITIZEN}) if action is Action.OFFER_AGAIN else yes | said
                    queue.append((following, fresh))
    assert {state for state, _ in seen} == set(State)


@pytest.mark.parametrize(
    ("days", "step"),
    [(0, 0), (2.99, 0), (3, 1), (8.99, 1), (9, 2), (20.99, 2), (21, 3), (44.99, 3), (45, 4), (400, 4)],
)
def test_the_clock_reminds_at_3_and_9_days_calls_organisers_at_21_and_closes_at_45(
    days: float, step: int
) -> None:
    assert step_after(timedelta(days=days)) is Step(step)


def test_days_away_do_not_count_even_where_they_overlap() -> None:
    away = [
        Absence(start=SINCE + timedelta(days=2), end=SINCE + timedelta(days=6)),
        Absence(start=SINCE + timedelta(days=4), end=SINCE + timedelta(days=8)),
    ]
    assert waited(SINCE, SINCE + timedelta(days=10), away) == timedelta(days=4)
    assert waited(SINCE, SINCE + timedelta(days=5), away) == timedelta(days=2)
    assert waited(SINCE, SINCE - timedelta(days=1)) == timedelta(), "the clock was set back"
    assert is_away(SINCE + timedelta(days=2), away)
    assert not is_away(SINCE + timedelta(days=8), away)


@given(
    st.lists(st.tuples(st.integers(-30, 60), st.integers(1, 30)), max_size=5),
    st.integers(0, 90),
    st.integers(0, 30),
)
def test_waiting_never_goes_back_and_is_never_longer_than_the_time(
    absences: list[tuple[int, int]], days: int, more: int
) -> None:
    away = [
        Absence(start=SINCE + timedelta(days=start), end=SINCE + timedelta(days=start + length))
        for start, length in absences
    ]
    now = SINCE + timedelta(days=days)
    time = waited(SINCE, now, away)
    present = sum(not is_away(SINCE + timedelta(days=day), away) for day in range(days))
    assert time == timedelta(days=present)
    assert waited(SINCE, now + timedelta(days=more), away) >= time


def test_the_answers_of_few_tell_nothing() -> None:
    day = timedelta(days=1)
    assert answer_speed([day] * 4) is None
    speed = answer_speed([day, 3 * day, 2 * day, None, 9 * day])
    assert speed is not None
    assert (speed.share, speed.days) == (0.8, 2.5)
    silent = answer_speed([None] * 5)
    assert silent is not None
    assert (silent.share, silent.days) == (0, None)


def test_a_band_of_fewer_than_twenty_endings_tells_nothing() -> None:
    bands = outcome_bands([(85.0, True)] * 15 + [(100.0, False)] * 5 + [(60.0, True)] * 19)
    assert [(band.least, band.ended, band.helped) for band in bands] == [
        (80, 20, 15),
        (60, None, None),
        (40, None, None),
        (20, None, None),
        (0, None, None),
    ]
