"""The ways in which pages are looked at daily leave out no property for a page, and no two of them for the pages."""

from collections.abc import Iterable
from dataclasses import astuple
from itertools import chain, combinations

import pytest

from tests.browser.ways import ALL, TURNS, Way


def properties(ways: Iterable[Way], together: int) -> set[tuple[object, ...]]:
    """So many properties that come together in one of them."""
    return {found for way in ways for found in combinations(enumerate(astuple(way)), together)}


@pytest.mark.parametrize("turn", TURNS, ids=range(len(TURNS)))
def test_each_page_is_seen_with_every_property(turn: tuple[Way, ...]) -> None:
    assert properties(turn, 1) == properties(ALL, 1)


def test_any_two_properties_come_together() -> None:
    assert properties(chain(*TURNS), 2) == properties(ALL, 2)


def test_no_turn_is_superfluous() -> None:
    for turn in TURNS:
        assert properties(chain(*(one for one in TURNS if one != turn)), 2) < properties(ALL, 2)
