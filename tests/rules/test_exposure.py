"""A week in which every need gets its chance, and nobody is asked by everybody."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from matchmaker.base.ids import NeedId
from matchmaker.digests.rules import (
    Exposure,
    Fit,
    Limits,
    PlanningStopped,
    Unreachable,
    assign,
    assign_greedily,
    candidates,
    unreachable,
)
from matchmaker.matching.rules import Gate, Reach
from tests.rules.weeks import week

FERRY, ORCHARD, TANNERY = NeedId(1), NeedId(2), NeedId(3)

TOWN = {
    "Ahmed": {"bicycles": 90.0, "orchard": 80.0, "tannery": 40.0},
    "Béatrice": {"bicycles": 85.0, "orchard": 75.0, "tannery": 60.0},
    "Chloé": {"bicycles": 70.0, "orchard": 95.0},
    "Denis": {"bicycles": 65.0, "orchard": 60.0, "tannery": 30.0},
    "Élise": {"bicycles": 88.0},
}
TWO_LINES = Limits(lines=2, groups_a_month=4, floor=2)


def test_the_need_that_nobody_is_best_for_reaches_its_floor_where_that_costs_least() -> None:
    """Everybody would rather hear of bicycles and the orchard; the tannery needs two of three who know leather."""
    told = assign(week(TOWN), limits=TWO_LINES, seed=1)

    assert told.letters == {
        "Ahmed": ("bicycles", "orchard"),
        "Béatrice": ("bicycles", "tannery"),
        "Chloé": ("orchard", "bicycles"),
        "Denis": ("bicycles", "tannery"),
        "Élise": ("bicycles",),
    }
    assert told.needs == {
        "bicycles": Exposure(people=5, missing=0),
        "orchard": Exposure(people=2, missing=0),
        "tannery": Exposure(people=2, missing=0),
    }
    assert told.total == 90 + 80 + 85 + 60 + 95 + 70 + 65 + 30 + 88
    assert (told.optimal, told.gap) == (True, 0.0)


def test_without_a_floor_everybody_hears_of_what_fits_them_best() -> None:
    told = assign(week(TOWN), limits=replace(TWO_LINES, floor=0), seed=1)

    assert told.needs["tannery"].people == 0
    assert all("orchard" in needs for person, needs in told.letters.items() if person != "Élise")


def test_the_greedy_choice_reaches_the_same_needs_at_a_lower_sum() -> None:
    """It sends Ahmed to the farm, where he is best, and then has only Denis left for the roof."""
    given = week({"Ahmed": {"farm": 90.0, "roof": 80.0}, "Denis": {"farm": 88.0, "roof": 40.0}})
    greedy, best = (way(given, limits=Limits(lines=1, floor=1), seed=1) for way in (assign_greedily, assign))

    assert greedy.letters == {"Ahmed": ("farm",), "Denis": ("roof",)}
    assert best.letters == {"Ahmed": ("roof",), "Denis": ("farm",)}
    assert greedy.needs == best.needs


def test_a_citizen_is_offered_to_few_groups_a_month_and_those_of_earlier_weeks_count() -> None:
    scores = {"Ahmed": {"bread": 90.0, "honey": 80.0, "milk": 70.0, "oven": 50.0}}
    groups = {"bread": "bakery", "oven": "bakery", "honey": "hive", "milk": "farm"}
    limits = Limits(lines=3, groups_a_month=2, floor=0)

    fresh = week(scores, groups=groups)
    assert assign(fresh, limits=limits, seed=1).letters["Ahmed"] == ("bread", "honey", "oven")
    seen = week(scores, groups=groups, offered={"Ahmed": {"farm"}})
    assert assign(seen, limits=limits, seed=1).letters["Ahmed"] == ("bread", "milk", "oven")
    enough = week(scores, groups=groups, offered={"Ahmed": {"farm", "elsewhere"}})
    assert assign(enough, limits=limits, seed=1).letters["Ahmed"] == ("milk",)
    more_than_enough = week(scores, groups=groups, offered={"Ahmed": {"far", "further", "elsewhere"}})
    assert assign(more_than_enough, limits=limits, seed=1).letters["Ahmed"] == ()


def test_a_need_with_nobody_comes_before_one_with_two() -> None:
    """Denis has one line. The orchard has two people without him, the tannery nobody."""
    given = week(
        {"Ahmed": {"orchard": 50.0}, "Chloé": {"orchard": 50.0}, "Denis": {"orchard": 99.0, "tannery": 20.0}}
    )
    told = assign(given, limits=Limits(lines=1, floor=3), seed=1)

    assert told.needs == {"orchard": Exposure(people=2, missing=1), "tannery": Exposure(people=1, missing=2)}


def test_two_people_fewer_missing_come_before_one_for_the_need_that_has_nobody() -> None:
    """Denis can be offered to one group: the farm, whose two needs miss one person each, or the tannery's."""
    others = {name: {"orchard": 50.0, "milk": 50.0} for name in ("Ahmed", "Chloé")}
    given = week(
        others | {"Denis": {"orchard": 20.0, "milk": 20.0, "tannery": 99.0}},
        groups={"orchard": "farm", "milk": "farm"},
    )
    told = assign(given, limits=Limits(lines=2, groups_a_month=1, floor=3), seed=1)

    assert told.letters["Denis"] == ("milk", "orchard")


def test_people_who_are_torn_between_two_groups_leave_no_need_aside() -> None:
    """Each may be offered to one group. Two lines of the farm are worth a little more than the tannery's one, and
    half of each would be worth more still: the tannery seems to have one and a half people until all of them decide.
    """
    fits = {"tannery": 98.0, "milk": 50.0, "orchard": 50.0, "hay": 50.0}
    farm = {"milk": "farm", "orchard": "farm", "hay": "farm"}
    given = week(dict.fromkeys(("Ahmed", "Chloé", "Denis"), fits), groups=farm)
    told = assign(given, limits=Limits(lines=2, groups_a_month=1, floor=1), seed=1)

    assert told.needs["tannery"].people == 1
    assert sorted(len(letter) for letter in told.letters.values()) == [1, 2, 2]
    alone = assign(given, limits=Limits(lines=2, groups_a_month=1, floor=0), seed=1)
    assert [len(letter) for letter in alone.letters.values()] == [2, 2, 2]
    assert alone.optimal


def test_a_need_that_fits_nobody_is_listed_with_all_its_floor_missing() -> None:
    told = assign(week(TOWN, groups={"ferry": "boats"}), limits=TWO_LINES, seed=1)

    assert told.needs["ferry"] == Exposure(people=0, missing=2)


def test_a_week_without_candidates_tells_nobody() -> None:
    told = assign(week({}, groups={"ferry": "boats"}), limits=TWO_LINES, seed=1)

    assert told.letters == {}
    assert told.needs == {"ferry": Exposure(people=0, missing=2)}
    assert told.optimal


def test_a_pair_that_comes_twice_is_refused() -> None:
    twice = [Fit(need_id="n", reader_id="c", score=total) for total in (50.0, 60.0)]

    with pytest.raises(ValueError, match="twice"):
        candidates(twice, groups={"n": "g"}, offered=[])


def test_a_group_that_somebody_was_offered_to_twice_this_month_counts_once() -> None:
    """Before and after they had an address of their own."""
    fits = [Fit(need_id="milk", reader_id="Ahmed", score=70.0)]
    offered = [("Ahmed", "hive"), ("Ahmed", "hive"), ("who gets no letter", "hive")]
    given = candidates(fits, groups={"milk": "farm"}, offered=offered)

    told = assign(given, limits=Limits(groups_a_month=2, floor=0), seed=1)

    assert told.letters == {"Ahmed": ("milk",)}


def test_a_choice_in_parts_is_left_before_the_next_part() -> None:
    """Two people are chosen for one by one; the process is asked to end after the first."""
    asked: list[bool] = []

    def going_on() -> bool:
        asked.append(True)
        return len(asked) < 2

    given = week({"Ahmed": {"milk": 70.0}, "Denis": {"milk": 60.0}})
    with pytest.raises(PlanningStopped):
        assign(given, limits=TWO_LINES, seed=1, at_once=1, going_on=going_on)
    assert len(asked) == 2


def test_equal_needs_take_turns_and_a_band_is_never_outweighed() -> None:
    """Bread and honey are in one band, milk is in the one below: 300 weeks of one line."""
    given = week({"Ahmed": {"bread": 71.9, "honey": 70.0, "milk": 69.9}})
    told = Counter(
        assign(given, limits=Limits(lines=1, floor=0), seed=seed).letters["Ahmed"] for seed in range(300)
    )

    assert told == {("bread",): 144, ("honey",): 156}


def test_equal_people_take_turns_where_one_is_enough() -> None:
    """One of four has to hear of the tannery in place of bread: 400 weeks."""
    given = week({one: {"bread": 71.0, "tannery": 50.0} for one in ("Ahmed", "Béatrice", "Chloé", "Denis")})
    told = Counter(
        person
        for seed in range(400)
        for person, needs in assign(given, limits=Limits(lines=1, floor=1), seed=seed).letters.items()
        if needs == ("tannery",)
    )

    assert told == {"Ahmed": 110, "Béatrice": 98, "Chloé": 102, "Denis": 90}


def test_when_the_time_is_over_the_greedy_choice_is_taken_and_says_so() -> None:
    out_of_time = assign(week(TOWN), limits=replace(TWO_LINES, seconds=0), seed=1)
    greedy = assign_greedily(week(TOWN), limits=TWO_LINES, seed=1)

    assert out_of_time == greedy
    assert not greedy.optimal
    best = assign(week(TOWN), limits=TWO_LINES, seed=1)
    assert best.bands <= greedy.bands / (1 - greedy.gap)


def test_the_order_in_which_candidates_come_is_irrelevant() -> None:
    backwards = week({person: dict(reversed(fits.items())) for person, fits in reversed(TOWN.items())})
    given = week(TOWN)

    assert backwards.citizens == given.citizens == tuple(TOWN)
    assert backwards.citizen.tolist() == given.citizen.tolist() == sorted(given.citizen.tolist())
    assert backwards.need.tolist() == given.need.tolist()
    assert assign(backwards, limits=TWO_LINES, seed=7) == assign(given, limits=TWO_LINES, seed=7)


def test_another_process_with_another_hash_seed_chooses_the_same() -> None:
    program = (
        "from tests.rules.weeks import week;"
        "from matchmaker.digests.rules import Limits, assign;"
        "people = {f'c{i}': {f'n{j}': 30.0 + i * j % 7 for j in range(8)} for i in range(12)};"
        "given = week(people, groups={f'n{j}': f'g{j % 3}' for j in range(8)},"
        " offered={f'c{i}': {f'g{i % 3}', 'g2', 'g7'} for i in range(12)});"
        "print([assign(given, limits=Limits(lines=2, groups_a_month=3, floor=2), seed=s) for s in range(5)])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1
    assert "optimal=True" in said.pop()


def test_needs_that_reach_too_few_are_told_with_the_gate_that_excludes_most() -> None:
    reaches = [
        Reach(need_id=FERRY, eligible=2, excluded={Gate.PLACE: 7, Gate.TIME: 8}),
        Reach(need_id=ORCHARD, eligible=3, excluded={Gate.PLACE: 70}),
        Reach(need_id=TANNERY, eligible=0, excluded={}),
    ]

    assert unreachable(reaches, limits=Limits(floor=3)) == (
        Unreachable(need_id=FERRY, eligible=2, gate=Gate.TIME),
        Unreachable(need_id=TANNERY, eligible=0, gate=None),
    )
