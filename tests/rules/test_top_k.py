"""The best of many totals."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.rules.top_k import IdOrder, TopK
from tests.extent import part_of

CITIZENS = [CitizenId(7), CitizenId(3)]
NEEDS = [NeedId(number) for number in (5, 2, 9, 4, 8, 1, 6, 3, 7)]
totals = st.lists(st.integers(1, 4), min_size=len(NEEDS), max_size=len(NEEDS))


@settings(max_examples=part_of(150), deadline=None)
@given(st.integers(1, 6), st.tuples(totals, totals))
def test_the_best_needs_of_each_come_once_however_the_totals_come(
    limit: int, given: tuple[list[int], list[int]]
) -> None:
    best = TopK(CITIZENS, IdOrder(NEEDS), limit, needs=False)
    for number in range(len(NEEDS)):
        best.add_column(np.array([0, 1]), number, np.array([points[number] for points in given]))
    for citizen, points in zip(CITIZENS, given, strict=True):
        expected = sorted(zip(points, NEEDS, strict=True), key=lambda one: (-one[0], one[1]))[:limit]
        assert [(one.total * 100, one.need_id) for one in best[citizen]] == expected


def test_what_cannot_be_among_the_best_is_not_let_in() -> None:
    best = TopK(CITIZENS, IdOrder(NEEDS), 2, needs=False)
    both = np.array([0, 1])
    assert best.may_enter(both, np.array([1, 1])).all(), "all places are free"
    for number, total in enumerate((3, 5, 4)):
        best.add_column(both[:1], number, np.array([total]))
    assert best.may_enter(both, np.array([3, 1])).tolist() == [False, True]
    assert best.may_enter(both, np.array([4, 1])).tolist() == [True, True], "ids may decide between equals"
    before = best[CITIZENS[0]]
    best.add_column(both, 3, np.array([3, 3]))
    best.add_column(both, 4, np.array([2, 2]))
    best.add_column(both, 5, np.array([1, 1]))
    assert best[CITIZENS[0]] == before
    assert [one.total * 100 for one in best[CITIZENS[1]]] == [3, 2]
