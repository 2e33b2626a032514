"""The first page, suggestions as people type, and where places and words come from."""

import re

import pytest

from matchmaker.base.work import WorkFactory
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary.rules import Vocabulary
from tests.builders import World
from tests.doors import Person

BUTTON = re.compile(r'<button type="button" data-text="([^"]*)" data-value="([^"]*)">')
ASIDE = re.compile(r'<span class="aside">([^<]*)</span>')


def suggested(person: Person, path: str) -> list[tuple[str, str]]:
    """Text and value of each suggestion."""
    answer = person.get(path)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return BUTTON.findall(answer.text)


def test_the_first_page_shows_every_territory(person: Person, world: World) -> None:
    page = person.get("/?lang=en").text
    assert "Valence-Romans" in page
    assert "/t/clermont" in page
    assert "Think big, start small, go fast." in page
    assert "Voir grand, commencer petit, aller vite." in person.get("/?lang=fr").text


def test_the_first_page_without_a_territory_says_what_to_do(person: Person) -> None:
    page = person.get("/?lang=en")
    assert page.status_code == 200
    assert "No territory yet" in page.text


def test_communes_are_suggested_with_their_postal_code(person: Person, world: World) -> None:
    assert suggested(person, "/communes?q=rom") == [("Romans-sur-Isère (26100)", "26281")]
    assert suggested(person, "/communes?q=26000") == [("Valence (26000)", "26362")]


@pytest.mark.parametrize("typed", ["", "r", "%20r%20", "zz", "%25%25", "x" * 5000, "%3Cscript%3E"])
def test_what_fits_no_commune_suggests_none(person: Person, world: World, typed: str) -> None:
    assert suggested(person, f"/communes?q={typed}") == []
    assert suggested(person, "/communes") == []


def test_skills_are_suggested_with_their_family(person: Person, world: World) -> None:
    answer = person.get("/skills?q=mecano")
    assert BUTTON.findall(answer.text)[0][1] == "repair.bicycle-repair"
    assert ASIDE.findall(answer.text)[0] == "repair"


def test_skills_are_suggested_in_the_readers_language(person: Person, world: World) -> None:
    person.get("/?lang=en")
    assert ("sewing", "textile.sewing") in suggested(person, "/skills?q=sew")


def test_at_most_eight_are_suggested(person: Person, works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        vocabulary_loading.load_shipped_vocabulary(work)
    for typed in ("ré", "co", "faire"):
        assert 0 < len(suggested(person, f"/skills?q={typed}")) <= 8


@pytest.mark.parametrize("typed", ["", "%20", "!!!", "x" * 5000])
def test_what_says_nothing_suggests_no_skill(person: Person, world: World, typed: str) -> None:
    assert suggested(person, f"/skills?q={typed}") == []


def test_the_sources_are_shown_with_their_licences(person: Person, works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        empty = Vocabulary(concepts=(), labels=())
        vocabulary_loading.load_vocabulary(work, empty, source=vocabulary_loading.ROME)
        vocabulary_loading.load_vocabulary(work, empty, source=vocabulary_loading.ESCO)
    page = person.get("/sources?lang=en").text
    assert "This service uses the ESCO classification of the European Commission." in page
    assert "Licence Ouverte 2.0" in page
    assert "GeoNames" in page
    assert "AGPL-3.0-or-later" in page
