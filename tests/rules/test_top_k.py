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
