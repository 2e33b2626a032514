"""Days are read as people write them."""

from datetime import date

import pytest

from matchmaker.base.days import read_day

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    [
        "31/12/2026",
        "31-12-2026",
        "31.12.2026",
        "31 12 2026",
        "31.12.26",
        "31/12/26",
        "2026-12-31",
        "2026/12/31",
        "31 décembre 2026",
        "31 DECEMBRE 2026",
        "31 décembre",
        "31 déc. 2026",
        "31/12",
        "jeudi 31 décembre 2026",
        "jusqu'au 31 décembre",
        "le 31 décembre",
        "31 December 2026",
        "December 31, 2026",
        "Dec 31st",
        "31st of December 2026",
        " 31 /12/ 2026 ",
    ],
)
def test_one_day_in_many_ways(text: str) -> None:
    assert read_day(text, today=TODAY) == date(2026, 12, 31)


def test_the_first_of_a_month() -> None:
    for text in ("1er mars 2027", "1 mars 2027", "1er mars", "01/03/27", "March 1, 2027", "1st March"):
        assert read_day(text, today=TODAY) == date(2027, 3, 1), text


def test_without_a_year_it_is_the_next_such_day() -> None:
    assert read_day("24 novembre", today=TODAY) == TODAY
    assert read_day("23 novembre", today=TODAY) == date(2027, 11, 23)
    assert read_day("29 février", today=TODAY) is None
    assert read_day("29 février", today=date(2027, 6, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31/02/2026",
        "2026-02-31",
        "décembre 2026",
        "31",
        "1/2/3/4",
        "31/12/026",
        "0/1/2027",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text, today=TODAY) is None
