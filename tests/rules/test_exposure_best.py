"""That no other choice of a week does better: all of them are tried, in weeks that are small enough."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.digests.rules import Assignment, Candidates, Limits, assign, assign_greedily
from matchmaker.digests.rules.candidates import turns
from matchmaker.digests.rules.eligible_pairs import Pairs
from matchmaker.digests.rules.partition import parts_of
from matchmaker.digests.rules.solver import IntegerProgram
from tests.extent import part_of
from tests.rules.weeks import week

CITIZENS, NEEDS, GROUPS = ("c1", "c2", "c3", "c4"), ("n1", "n2", "n3", "n4"), ("g1", "g2", "g3")
SEED = 3

weeks = st.builds(
    week,
    st.dictionaries(
        st.sampled_from(CITIZENS),
        st.dictionaries(st.sampled_from(NEEDS), st.sampled_from([20.0, 21.0, 22.0, 30.0, 61.0, 99.9])),
    ),
    groups=st.fixed_dictionaries({need: st.sampled_from(GROUPS) for need in NEEDS}),
    offered=st.dictionaries(
        st.sampled_from(CITIZENS), st.frozensets(st.sampled_from((*GROUPS, "g4")), max_size=2)
    ),
)
limits = st.builds(Limits, lines=st.integers(1, 3), groups_a_month=st.integers(0, 3), floor=st.integers(0, 3))

Worth = tuple[int, int, int, int]
"""What is compared, the highest first: people missing and how unevenly (both negative), bands, turns."""


def letters_of(given: Candidates[str, str], citizen: int, kept: Limits) -> list[tuple[int, ...]]:
    """Every letter that a citizen may get, as the pairs that it holds."""
    own = np.flatnonzero(given.citizen == citizen).tolist()
    return [
        letter
        for lines in range(kept.lines + 1)
        for letter in combinations(own, lines)
        if not letter
        or len({int(given.group[given.need[pair]]) for pair in letter if not given.free[pair]})
        <= max(0, kept.groups_a_month - int(given.used[citizen]))
    ]


def best_worth(given: Candidates[str, str], kept: Limits) -> Worth:
    """The worth of the best choice, found by making each."""
    turn = turns(given, np.arange(len(given.citizen)), seed=SEED).tolist()
    band = (given.score // kept.band).astype(int).tolist()
    found: dict[tuple[int, ...], tuple[int, int]] = {(0,) * len(given.needs): (0, 0)}
    for citizen in range(len(given.citizens)):
        longer: dict[tuple[int, ...], tuple[int, int]] = {}
        for people, (bands, taken) in found.items():
            for letter in letters_of(given, citizen, kept):
                told = list(people)
                for pair in letter:
                    told[given.need[pair]] += 1
                more = (
                    bands + sum(band[pair] for pair in letter),
                    taken + sum(turn[pair] for pair in letter),
                )
                longer[tuple(told)] = max(more, longer.get(tuple(told), more))
        found = longer
    return max(worth(people, *value, kept) for people, value in found.items())


def worth(people: tuple[int, ...], bands: int, taken: int, kept: Limits) -> Worth:
    missing = [max(0, kept.floor - told) for told in people]
    return -sum(missing), -sum(one * (one + 1) // 2 for one in missing), bands, taken


def worth_of(given: Candidates[str, str], told: Assignment[str, str], kept: Limits) -> Worth:
    """The worth of a choice; it must keep to the limits."""
    turn = turns(given, np.arange(len(given.citizen)), seed=SEED).tolist()
    taken = 0
    for citizen, name in enumerate(given.citizens):
        pairs = [
            pair
            for pair in np.flatnonzero(given.citizen == citizen).tolist()
            if given.needs[given.need[pair]] in told.letters[name]
        ]
        assert len(pairs) == len(told.letters[name])
        assert tuple(pairs) in letters_of(given, citizen, kept)
        taken += sum(turn[pair] for pair in pairs)
    people = tuple(told.needs[need].people for need in given.needs)
    assert list(people) == [sum(need in letter for letter in told.letters.values()) for need in given.needs]
    return worth(people, told.bands, taken, kept)


@settings(max_examples=part_of(400))
@given(weeks, limits)
def test_no_other_choice_does_better(given: Candidates[str, str], kept: Limits) -> None:
    told = assign(given, limits=kept, seed=SEED)

    assert told.optimal
    assert worth_of(given, told, kept) == best_worth(given, kept)


@settings(max_examples=part_of(100))
@given(weeks, limits)
def test_the_greedy_choice_keeps_the_limits_and_its_gap_is_honest(
    given: Candidates[str, str], kept: Limits
) -> None:
    told = assign_greedily(given, limits=kept, seed=SEED)

    assert worth_of(given, told, kept) <= best_worth(given, kept)
    best = assign(given, limits=kept, seed=SEED)
    assert best.bands * (1 - told.gap) <= told.bands + 1e-9


@settings(max_examples=part_of(300))
@given(weeks, limits, st.integers(1, 3))
def test_parts_keep_the_limits_and_miss_no_more_people_than_the_greedy_choice(
    given: Candidates[str, str], kept: Limits, at_once: int
) -> None:
    told = assign(given, limits=kept, seed=SEED, at_once=at_once)

    assert told.optimal
    assert worth_of(given, told, kept) <= best_worth(given, kept)
    quick = assign_greedily(given, limits=kept, seed=SEED)
    missing, missed = (sum(one.missing for one in way.needs.values()) for way in (told, quick))
    assert missing <= missed
    assert assign(given, limits=kept, seed=SEED, at_once=at_once) == told


def test_a_run_of_one_part_is_the_whole_choice() -> None:
    given = week({f"c{number}": {"n": 50.0 + number} for number in range(9)})
    assert parts_of(given, seed=1, at_once=9).tolist() == [0] * 9
    assert sorted(parts_of(given, seed=1, at_once=4).tolist()) == [0] * 3 + [1] * 3 + [2] * 3
    assert parts_of(given, seed=1, at_once=4).tolist() != parts_of(given, seed=2, at_once=4).tolist()


def test_a_component_that_runs_out_of_time_follows_its_leaning_within_the_limits() -> None:
    """Two people with one line each, two needs of which each should reach one: the leaning settles who hears of what."""
    component = Pairs(
        citizen=np.array([0, 0, 1, 1]),
        need=np.array([0, 1, 0, 1]),
        group=np.array([0, 1, 0, 1]),
        band=np.array([40, 30, 30, 20]),
        turn=np.zeros(4, dtype=np.int64),
        free=np.zeros(4, dtype=bool),
        lines=1,
        groups_left=np.array([1, 1]),
        floor=np.array([1, 1]),
        lost=np.array([0, 0]),
    )
    leaning = np.array([False, True, True, False])
    found = IntegerProgram(component).best(deadline=0.0, leaning=leaning)

    assert (found.chosen == leaning).all()
    assert not found.optimal
    assert found.bound == 40 + 30
    unasked = replace(component, floor=np.array([0, 0]))
    assert (IntegerProgram(unasked).best(deadline=0.0, leaning=leaning).chosen == leaning).all()
