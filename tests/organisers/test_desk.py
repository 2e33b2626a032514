"""The desk of a territory."""

from datetime import timedelta

from flask import Flask

from tests import builders
from tests.doors import signed_in, visitor, works_of


def test_the_desk_shows_numbers_and_what_waits_for_attention(app: Flask) -> None:
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        busy = builders.add_group(work, world.challenge, name="La consigne")
        builders.add_need(work, busy, title="Réparer les vélos")
        builders.add_need(work, busy, title="Tenir le bar", wanted=["tenir une buvette"])
        quiet = builders.add_group(work, world.challenge, name="Le four du village")
        builders.add_need(work, quiet, title="Hier encore", until=builders.TODAY - timedelta(days=1))
        builders.add_citizen(work, world.territory, first_name="Amina", address="amina@secret.example")
        builders.add_citizen(
            work, world.territory, first_name="Bruno", address="bruno@secret.example", consents=False
        )
        builders.add_citizen(
            work, world.other_territory, first_name="Zoé", address="zoe@secret.example", commune="63113"
        )
        organiser = builders.add_organiser(work, world.territory)
        organiser.locale = "en"
        library = builders.add_relay(work, world.territory, members=[organiser])
        builders.add_person(work, library, organiser, first_name="Marcel")

    page = signed_in(app, organiser).get("/t/valence-romans/desk").text

    figures = {
        label: page.split(f"<dt>{label}</dt><dd>")[1].split("<")[0]
        for label in ("Citizens", "Get the letter", "Groups", "Open needs", "Needs with no match")
    }
    assert list(figures.values()) == ["3", "2", "2", "2", "1"], "who has no address gets the letter on paper"
    assert "Tenir le bar" in page
    assert "Réparer les vélos" not in page
    assert "Le four du village" in page
    assert "La consigne" in page, "as the group of the need that nobody fits"
    assert "Amina" in page
    assert "Marcel" in page
    assert "Zoé" not in page
    assert "secret.example" not in page
    assert "/t/valence-romans/week" in page


def test_the_desk_of_a_new_territory_says_what_is_missing(app: Flask) -> None:
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        organiser = builders.add_organiser(work, world.territory)
        organiser.locale = "en"

    page = signed_in(app, organiser).get("/t/valence-romans/desk").text

    for text in ("There is no open need yet.", "There is no group yet.", "Nobody has signed up yet."):
        assert text in page


def test_the_desk_is_not_there_for_anybody_else(app: Flask) -> None:
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        citizen = builders.add_citizen(work, world.territory)
        other = builders.add_organiser(work, world.other_territory)

    for person in (signed_in(app, citizen.account), signed_in(app, other)):
        assert person.get("/t/valence-romans/desk").status_code == 404
        assert person.get("/t/nowhere/desk").status_code == 404
    assert visitor(app).get("/t/valence-romans/desk").status_code == 302


def test_the_desk_sets_citizens_against_groups_and_open_needs_of_each_challenge(app: Flask) -> None:
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        group = builders.add_group(work, world.challenge)
        builders.add_need(work, group)
        builders.add_need(work, group, title="Hier", until=builders.TODAY - timedelta(days=1))
        builders.add_citizen(work, world.territory, challenges=[world.challenge])
        builders.add_citizen(work, world.territory, address="b@example.org")
        organiser = builders.add_organiser(work, world.territory)
        organiser.locale = "en"

    page = signed_in(app, organiser).get("/t/valence-romans/desk").text

    cells = '<td class="number">1</td><td class="number">1</td><td class="number">1</td>'
    assert f'<tr><th scope="row">Make it here</th>{cells}</tr>' in page
