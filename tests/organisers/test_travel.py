"""How far ways are in a territory, as its organisers see and say it."""

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.places.models import Detour, Territory
from tests import builders
from tests.builders import World
from tests.doors import Person, signed_in, works_of

PAGE = "/t/valence-romans/travel"
BETWEEN = f"{PAGE}/between"
ENDS = {"one": "Valence", "one_code": "26362", "other": "26100", "other_code": "", "way": "250"}


@pytest.fixture
def orane(app: Flask, world: World) -> Person:
    """Who runs the desk, and reads English."""
    with works_of(app).begin() as work:
        account = builders.add_organiser(work, world.territory, address="orane@example.org")
        account.locale = "en"
    return signed_in(app, account)


def kept(app: Flask) -> tuple[int, list[tuple[str, str, int]]]:
    """What is kept of the ways of the territory."""
    with works_of(app).begin() as work:
        territory = work.session.scalars(select(Territory).where(Territory.slug == "valence-romans")).one()
        detours = work.session.scalars(select(Detour)).all()
        return territory.travel_percent, [
            (one.commune_code, one.to_commune_code, one.percent) for one in detours
        ]


def test_ways_are_said_shown_changed_and_removed(app: Flask, orane: Person) -> None:
    assert PAGE in orane.get("/t/valence-romans/desk").text
    assert "All ways are counted alike." in orane.get(PAGE).text
    assert orane.post(PAGE, {"percent": "150"}, page=PAGE).location == PAGE
    assert orane.post(BETWEEN, ENDS, page=PAGE).location == PAGE
    assert kept(app) == (150, [("26281", "26362", 250)])

    page = orane.get(PAGE).text
    assert "This is kept." in page
    assert re.search(r'name="percent"[^>]*value="150"', page)
    row = page.split("<tbody>")[1]
    assert "Romans-sur-Isère – Valence" in row
    straight, counted = map(int, re.findall(r"<td>(\d+) km</td>", row))
    assert counted == pytest.approx(2.5 * straight, abs=2)

    orane.post(BETWEEN, {**ENDS, "way": "180"}, page=PAGE)
    assert kept(app) == (150, [("26281", "26362", 180)])
    assert orane.post(f"{PAGE}/forget", {"one": "26362", "other": "26281"}, page=PAGE).location == PAGE
    assert kept(app) == (150, [])
    assert "These two count again like all others." in orane.get(PAGE).text


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"way": "99"}, "way", "A number between 100 and 1000."),
        ({"way": "1001"}, "way", "A number between 100 and 1000."),
        ({"way": "far"}, "way", "Please write a whole number, like 3."),
        ({"way": ""}, "way", "Please write a number."),
        ({"one": "", "one_code": ""}, "one", "Please write the name or the postal code of the commune."),
        ({"one": "Nowhereville", "one_code": ""}, "one", "We do not know this commune."),
        ({"other": "Romens-sur-Isère"}, "other", "Is yours one of these?"),
        ({"other": "Valence", "other_code": "26362"}, "other", "These are the same commune."),
    ],
)
def test_what_no_way_is_like_is_said_beside_its_field_and_all_of_it_stays(
    app: Flask, orane: Person, typed: Mapping[str, str], field: str, error: str
) -> None:
    sent = {**ENDS, **typed}
    answer = orane.post(BETWEEN, sent, page=PAGE)

    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">.*{re.escape(error)}', answer.text)
    for name in ("one", "other", "way"):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{sent[name]}"', answer.text), name
    assert kept(app) == (100, [])


def test_a_commune_that_is_guessed_is_chosen_and_the_other_is_not_lost(app: Flask, orane: Person) -> None:
    answer = orane.post(BETWEEN, {**ENDS, "other": "Romens-sur-Isère"}, page=PAGE)
    offered = re.findall(r'type="radio"[^>]*name="other_code" value="(\w+)"', answer.text)
    assert offered
    assert 'name="one_code" value="26362"' in answer.text

    assert (
        orane.post(BETWEEN, {**ENDS, "other": "Romens-sur-Isère", "other_code": offered[0]}).location == PAGE
    )
    assert kept(app)[1] == [(*sorted(("26362", offered[0])), 250)]


@pytest.mark.parametrize("percent", ["0", "99", "1001", "-170", "1.5", "", "9" * 30])
def test_a_number_that_no_way_has_is_refused(app: Flask, orane: Person, percent: str) -> None:
    answer = orane.post(PAGE, {"percent": percent}, page=PAGE)
    assert answer.status_code == 422
    assert 'id="percent-error"' in answer.text
    assert kept(app) == (100, [])


@pytest.mark.parametrize("pair", [("26281", "99999"), ("26281", "26281"), ("x", "'")])
def test_what_is_no_pair_of_communes_is_a_page_that_does_not_exist(
    orane: Person, pair: tuple[str, str]
) -> None:
    one, other = pair
    assert orane.post(f"{PAGE}/forget", {"one": one, "other": other}, page=PAGE).status_code == 404


def test_ways_are_said_by_nobody_else(app: Flask, world: World, orane: Person) -> None:
    with works_of(app).begin() as work:
        elsewhere = builders.add_organiser(
            work, work.session.merge(world.other_territory), address="elsewhere@example.org"
        )
    person = signed_in(app, elsewhere)
    assert person.get(PAGE).status_code == 404
    for path, data in ((PAGE, {"percent": "150"}), (BETWEEN, ENDS)):
        assert person.post(path, data).status_code == 404
    assert kept(app) == (100, [])
