"""Sets of weights: what numbers they may hold, and what changes between two of them."""

from dataclasses import fields, replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.rules import (
    NAMED_WEIGHTS,
    WEIGHTS,
    Comparison,
    ListChange,
    Move,
    Weights,
    WeightsError,
    compare,
    weights_from_mapping,
)
from matchmaker.matching.rules.compare import Totals

N1, N2, N3, N4 = (NeedId(number) for number in range(1, 5))
A, B, C, D = (CitizenId(number) for number in range(1, 5))


@pytest.mark.parametrize("name", [one.name for one in fields(Weights) if one.name != "version"])
@pytest.mark.parametrize("number", [-0.01, nan, inf])
def test_every_weight_is_a_number_from_0_on(name: str, number: float) -> None:
    with pytest.raises(WeightsError, match=name):
        replace(WEIGHTS, **{name: number})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"most_title": 1.01}, "most_title"),
        ({"words": 1.01}, "words"),
        ({"covered_from": 2}, "covered_from"),
        ({"related": 1.5}, "related"),
        ({"sharpness": 0}, "sharpness"),
        ({"distance": 0.5, "time": 0.5}, "distance, challenge and time"),
    ],
)
def test_a_share_is_no_more_than_all(numbers: dict[str, float], said: str) -> None:
    with pytest.raises(WeightsError, match=said):
        replace(WEIGHTS, **numbers)  # type: ignore[arg-type]


def test_amounts_may_be_large_and_shares_may_be_all() -> None:
    found = Weights(version="odd", must=30, sharpness=9, related=1, distance=1, challenge=0, time=0)
    assert found.must == 30


def test_a_mapping_gives_only_what_differs() -> None:
    found = weights_from_mapping({"version": "softer", "must": 2, "missing_must": 0.25})

    assert found == replace(WEIGHTS, version="softer", must=2.0, missing_must=0.25)
    assert "softer" not in NAMED_WEIGHTS, "a set of a file is never one that a stored match may name"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "no version"),
        ({"version": " "}, "no version"),
        ({"version": 3}, "no version"),
        ({"version": WEIGHTS.version, "must": 2}, "in use"),
        ({"version": "x", "musts": 2, "Distance": 1}, "no weight is called Distance, musts"),
        ({"version": "x", "must": "2"}, "must is '2', and not a number"),
        ({"version": "x", "must": True}, "must is True, and not a number"),
        ({"version": "x", "time": 2}, "time is 2.0, and a share is at most 1"),
    ],
)
def test_a_mapping_that_is_no_set_of_weights_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(WeightsError, match=said):
        weights_from_mapping(values)


def test_who_comes_in_and_goes_out_and_how_far_they_moved() -> None:
    before: Totals = {
        N1: {A: 90.0, B: 50.0, C: 40.0},
        N2: {A: 60.0, B: 30.0},
        N3: {},
        N4: {A: 20},
    }
    after: Totals = {
        N1: {A: 90.0, B: 45.0, C: 70.0},
        N2: {A: 40.0, B: 41.0},
        N3: {},
        N4: {A: 19},
    }

    found = compare(
        before,
        after,
        letters_before={A: (N1, N2), B: (N1, N2), C: ()},
        letters_after={A: (N1, N2), B: (N2, N1), C: (N1,)},
        top=2,
        least=20,
    )

    assert found == Comparison(
        needs=4,
        changes=(
            ListChange(
                need_id=N1,
                came=(C,),
                went=(B,),
                moves=(
                    Move(citizen_id=C, before=40.0, after=70.0),
                    Move(citizen_id=B, before=50.0, after=45.0),
                ),
            ),
            ListChange(
                need_id=N2,
                came=(),
                went=(),
                moves=(
                    Move(citizen_id=A, before=60.0, after=40.0),
                    Move(citizen_id=B, before=30.0, after=41.0),
                ),
            ),
            ListChange(need_id=N4, came=(), went=(A,), moves=(Move(citizen_id=A, before=20, after=19),)),
        ),
        citizens=3,
        letters_changed=2,
        mean_before=(90 + 50 + 60 + 30 + 20) / 5,
        mean_after=(90 + 70 + 41 + 40) / 4,
    )


lists = st.dictionaries(
    st.sampled_from([N1, N2]), st.dictionaries(st.sampled_from([A, B, C, D]), st.floats(0, 100))
)


@given(lists, st.integers(1, 4))
def test_nothing_changes_between_a_set_and_itself(
    totals: dict[NeedId, dict[CitizenId, float]], top: int
) -> None:
    letters = {A: (N1,)}
    found = compare(totals, totals, letters_before=letters, letters_after=letters, top=top, least=20)
    assert (found.changes, found.letters_changed) == ((), 0)
    assert found.mean_before == found.mean_after
