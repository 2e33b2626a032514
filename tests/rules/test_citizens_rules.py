"""Distances between communes, telephone numbers, and what is read aloud at a relay."""

import pytest

from matchmaker.base.i18n import using
from matchmaker.citizens.rules import (
    ConsentPurpose,
    InvalidNumber,
    canonical_number,
    readable_number,
    relay_text,
)
from matchmaker.places.rules import great_circle_km


def test_a_place_is_no_way_from_itself() -> None:
    assert great_circle_km(45.0464, 5.0517, 45.0464, 5.0517) == 0


def test_a_degree_along_the_equator_is_a_360th_of_the_earth_s_circumference() -> None:
    assert great_circle_km(0, 0, 0, 1) == pytest.approx(40030.2 / 360, rel=1e-5)


def test_paris_and_lyon_are_392_km_apart() -> None:
    assert great_circle_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(392, abs=1)


def test_the_far_sides_of_the_earth_are_half_a_circumference_apart() -> None:
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("06 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("04.75.02.03.04", "+33475020304", "04 75 02 03 04"),
        ("0033 6 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("+44 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
    ],
)
def test_a_telephone_number_is_kept_in_one_form_and_read_in_its_own(
    typed: str, kept: str, shown: str
) -> None:
    assert canonical_number(typed) == kept
    assert readable_number(kept) == shown


@pytest.mark.parametrize(
    "typed", ["", "12", "06 12 34 56", "abc", "06 12 34 56 78 9", "04 75 02 03 04 ext 5", "²" * 10]
)
def test_what_nobody_can_be_called_at_is_no_number(typed: str) -> None:
    with pytest.raises(InvalidNumber):
        canonical_number(typed)


def test_what_is_agreed_to_at_a_relay_is_in_the_language_of_the_person() -> None:
    with using("en"):
        for purpose in ConsentPurpose:
            french = relay_text(purpose, relay="Mairie", locale="fr")
            english = relay_text(purpose, relay="Mairie", locale="en")
            assert french != english
            assert "Mairie" in french
            assert "Mairie" in english
