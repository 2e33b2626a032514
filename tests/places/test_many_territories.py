"""The first page with more territories than it shows: a page of them, and a search by name."""

from flask import Flask

from matchmaker.base.paging import ROWS
from matchmaker.base.work import WorkFactory
from matchmaker.places import service as places
from tests.builders import World
from tests.doors import visitor


def test_a_territory_among_many_is_found_by_its_name(app: Flask, works: WorkFactory, world: World) -> None:
    person = visitor(app)
    assert 'name="q"' not in person.get("/?lang=en").text, "nothing to search among two"
    with works.begin() as work:
        for number in range(ROWS):
            places.found_territory(
                work,
                slug=f"pays-{number}",
                name=f"Pays de l’Île {number}",
                summary_fr="",
                summary_en="",
                communes=["26281"],
            )

    page = person.get("/?lang=en").text

    assert page.count("<article") == ROWS
    assert 'rel="next"' in page
    assert "Pays de l’Île 23" in person.get("/?q=ILE+23").text
    assert world.territory.name not in person.get("/?q=ILE+23").text
    assert "No territory has this name." in person.get("/?q=Atlantis&lang=en").text
