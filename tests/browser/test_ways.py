"""The ways in which pages are looked at daily leave no two of their properties apart."""

from dataclasses import astuple
from itertools import combinations

from tests.browser.ways import ALL, PAIRS, Way


def pairs(ways: tuple[Way, ...]) -> set[tuple[object, ...]]:
    """Any two properties that come together in one of them."""
    return {pair for way in ways for pair in combinations(enumerate(astuple(way)), 2)}


def test_any_two_properties_come_together() -> None:
    assert pairs(PAIRS) == pairs(ALL)


def test_no_way_is_superfluous() -> None:
    for way in PAIRS:
        assert pairs(tuple(one for one in PAIRS if one != way)) < pairs(ALL)
