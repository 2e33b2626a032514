"""Distances between communes."""

import pytest

from matchmaker.citizens.rules import great_circle_km


def test_a_place_is_no_way_from_itself() -> None:
    assert great_circle_km(45.0464, 5.0517, 45.0464, 5.0517) == 0


def test_a_degree_along_the_equator_is_a_360th_of_the_earth_s_circumference() -> None:
    assert great_circle_km(0, 0, 0, 1) == pytest.approx(40030.2 / 360, rel=1e-5)


def test_paris_and_lyon_are_392_km_apart() -> None:
    assert great_circle_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(392, abs=1)


def test_the_far_sides_of_the_earth_are_half_a_circumference_apart() -> None:
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)
