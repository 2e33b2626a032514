"""Who sees what of people at a relay: their relay alone, until they have an account of their own."""

import pytest
from flask import Flask

from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen
from tests.builders import World, add_group, add_need, add_organiser, add_person
from tests.doors import Person, signed_in, visitor
from tests.groups.pages import words
from tests.relays.places import Places

SECRETS = ("+33475020304", "04 75 02 03 04", "Médiathèque du Vieux Pont", "/relays/", "relay")


@pytest.fixture
def marcel(works: WorkFactory, places: Places) -> Citizen:
    """Marcel, a tanner of the library's."""
    with works.begin() as work:
        return add_person(
            work, places.library, places.nadia, skills=("tannage du cuir",), telephone="+33475020304"
        )


def paths_of(marcel: Citizen) -> list[str]:
    """Every page about the library and Marcel."""
    desk = f"/relays/{marcel.relay_id}"
    person = f"{desk}/people/{marcel.id}"
    return [
        desk,
        f"{desk}/sign-up",
        f"{desk}/sign-up/anything",
        person,
        *(f"{person}/{page}" for page in ("skills", "letter", "letter/stop", "address", "delete")),
    ]


@pytest.mark.parametrize("who", ["other relay", "organiser", "organiser elsewhere"])
def test_nobody_but_the_relay_opens_its_pages(
    app: Flask, works: WorkFactory, world: World, places: Places, marcel: Citizen, who: str
) -> None:
    territory = world.other_territory if who == "organiser elsewhere" else world.territory
    with works.begin() as work:
        organiser = add_organiser(work, territory)
    person = signed_in(app, places.paul if who == "other relay" else organiser)
    for path in paths_of(marcel):
        if not path.endswith("/stop"):
            assert person.get(path).status_code == 404, path
    nobody = visitor(app)
    for path in paths_of(marcel)[1:]:
        assert person.post(path, {"first_name": "Mallory"}).status_code == 404, path
        assert nobody.post(path).location.startswith("/sign-in"), path


def test_a_person_of_another_relay_is_not_found_at_ones_own(
    nadia: Person, places: Places, works: WorkFactory
) -> None:
    with works.begin() as work:
        other = add_person(work, places.town_hall, places.paul)
    for path in paths_of(other):
        own = path.replace(f"/relays/{places.town_hall.id}", f"/relays/{places.library.id}")
        if "people" in own:
            if not own.endswith("/stop"):
                assert nadia.get(own).status_code == 404, own
            assert nadia.post(own).status_code == 404, own


def test_a_draft_is_its_own_relays(nadia: Person, app: Flask, places: Places) -> None:
    answer = nadia.fill_in(
        f"/relays/{places.library.id}/sign-up",
        {"first_name": "Marcel", "locale": "fr", "commune": "26100", "asked": "1"},
    )
    paul = signed_in(app, places.paul)
    draft = answer.location.rpartition("/")[2]
    elsewhere = f"/relays/{places.town_hall.id}/sign-up"
    assert "Marcel" not in paul.get(f"{elsewhere}?again={draft}").text
    assert paul.get(f"{elsewhere}/{draft}").status_code == 302
    assert paul.post(f"{elsewhere}/{draft}", {"profile": "y", "channel": "paper"}).status_code == 302
    assert nadia.get(answer.location).status_code == 200


def test_the_list_is_searched_by_first_name_the_newest_first(
    nadia: Person, places: Places, works: WorkFactory
) -> None:
    with works.begin() as work:
        for name in ("Élodie", "Marcel", "Mélodie"):
            add_person(work, places.library, places.nadia, first_name=name)
        add_person(work, places.town_hall, places.paul, first_name="Mélanie")
    page = words(nadia.get(f"/relays/{places.library.id}").text)
    assert page.index("Mélodie") < page.index("Marcel") < page.index("Élodie")
    assert "Mélanie" not in page
    found = words(nadia.get(f"/relays/{places.library.id}?q=ELODIE").text)
    assert "Mélodie" in found
    assert "Élodie" in found
    assert "Marcel" not in found
    assert "04 75" not in page, "a telephone is on its person's page alone"


def test_a_group_sees_a_first_name_and_skills_and_not_the_relay(
    app: Flask, works: WorkFactory, world: World, marcel: Citizen
) -> None:
    with works.begin() as work:
        group = add_group(work, world.challenge, name="Chaussures de Romans")
        need = add_need(work, group, title="Tanner nos peaux", wanted=("tannage du cuir",))
        lead = group.memberships[0].account
        organiser = add_organiser(work, world.territory)
        lead.locale = organiser.locale = "en"
    for account in (lead, organiser):
        page = signed_in(app, account).get(f"/needs/{need.id}/citizens").text
        assert "Marcel" in page
        assert "tannage du cuir" in page
        assert [secret for secret in SECRETS if secret in page.lower() or secret in page] == []
    desk = signed_in(app, organiser).get("/t/valence-romans/desk").text
    assert "Marcel" in desk
    assert "04 75 02 03 04" not in desk
    week = signed_in(app, organiser).get("/t/valence-romans/week").text
    assert "Marcel" in week, "he has a letter on paper"
    assert [secret for secret in SECRETS if secret in week.lower() or secret in week] == []
