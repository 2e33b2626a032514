"""The page of a territory: what happens there, and what a visitor can do next."""

from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.base.paging import ROWS
from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import NeedKind, NeedState, Stage
from matchmaker.places import service as places
from tests.builders import TODAY, World, add_citizen, add_group, add_need
from tests.clock import MovableClock
from tests.doors import Person, signed_in, statements_of
from tests.groups.conftest import Cast

PAGE = "/t/valence-romans?lang=en"


def test_the_page_shows_each_challenge_with_its_groups_and_open_needs(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        add_need(work, work.session.get_one(StartupGroup, cast.group.id))

    page = person.get(PAGE)

    assert page.status_code == 200
    for text in (
        "Valence-Romans",
        "Think big, start small, go fast.",
        "3 communes",
        "Make it here",
        "Getting around",
        "Ma bouteille s&#39;appelle Reviens",
        "Vélos de la Drôme",
        "Réparer nos vélos de livraison",
        "1 open need",
    ):
        assert text in page.text
    assert 'href="/join?territory=valence-romans"' in page.text
    assert 'href="/t/valence-romans/groups/new"' in page.text
    assert "@example.org" not in page.text


def test_what_is_not_open_stays_off_the_page(
    person: Person, works: WorkFactory, world: World, cast: Cast, clock: MovableClock
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        for state in (NeedState.DRAFT, NeedState.CLOSED, NeedState.FILLED, NeedState.EXPIRED):
            taken = 2 if state is NeedState.FILLED else 0
            add_need(work, group, title=f"Besoin {state.value}", state=state, places_taken=taken)
        add_need(work, group, title="Besoin du jour", until=TODAY)

    assert "Besoin du jour" in (today := person.get(PAGE).text)
    for hidden in ("draft", "closed", "filled", "expired"):
        assert f"Besoin {hidden}" not in today
    clock.advance(timedelta(days=1))
    assert "Besoin du jour" not in person.get(PAGE).text


@pytest.mark.parametrize("kind", [*NeedKind])
def test_people_are_counted_where_people_are_asked_for(
    person: Person, works: WorkFactory, cast: Cast, kind: NeedKind
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        need_id = add_need(work, group, kind=kind, places=3).id
        add_need(work, group, kind=kind, places=1)
    things = kind in {NeedKind.PREMISES, NeedKind.EQUIPMENT, NeedKind.FUNDING}

    for page, ones in ((PAGE, 1), (f"/groups/{cast.group.id}?lang=en", 1), (f"/needs/{need_id}?lang=en", 0)):
        text = person.get(page).text
        assert text.count("3 people wanted") == (not things)
        assert text.count("1 person wanted") == (ones and not things)
        assert text.count("3 are needed") == things


def test_a_visitor_can_look_at_one_challenge_alone(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        add_need(work, work.session.get_one(StartupGroup, cast.group.id))

    one = person.get(f"{PAGE}&challenge=se-deplacer").text

    assert "Vélos de la Drôme" in one
    assert "Ma bouteille" not in one
    assert "Réparer nos vélos" not in one
    assert "Ma bouteille" in person.get(f"{PAGE}&challenge=unknown").text


def test_many_needs_are_shown_in_part_with_the_way_to_all(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        for number in range(8):
            add_need(work, group, title=f"Besoin numéro {number}")

    page = person.get(PAGE).text
    assert page.count("Besoin numéro") == 6
    assert "Besoin numéro 7" in page, "the newest"
    assert "All 8 open needs of this challenge" in page
    assert 'href="/t/valence-romans/needs?challenge=produire-ici"' in page
    assert person.get("/t/valence-romans/needs?challenge=produire-ici").text.count("Besoin numéro") == 8


def test_a_territory_where_nothing_happens_yet_says_what_to_do(person: Person, world: World) -> None:
    page = person.get("/t/clermont?lang=en")

    assert page.status_code == 200
    assert "No open need at the moment" in page.text
    assert "Start the first group" in page.text
    assert f'href="/t/clermont/groups/new?challenge={world.other_territory.challenges[0].id}"' in page.text


def test_a_territory_without_challenges_is_not_a_broken_page(
    app: Flask, person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        places.found_territory(
            work, slug="jura", name="Jura", summary_fr="", summary_en="", communes=["26281"]
        )

    assert "has not chosen its challenges yet" in person.get("/t/jura?lang=en").text
    form = signed_in(app, cast.lead).get("/t/jura/groups/new")
    assert form.status_code == 200
    assert "has not chosen its challenges yet" in form.text


def test_a_citizen_is_led_to_their_matches_rather_than_to_a_second_sign_up(
    app: Flask, works: WorkFactory, world: World
) -> None:
    with works.begin() as work:
        citizen = add_citizen(work, world.territory, locale="en")

    page = signed_in(app, citizen.account).get(PAGE).text

    assert "See what fits me" in page
    assert "/join?territory=" not in page


def test_an_unknown_territory_is_not_found(person: Person, world: World) -> None:
    assert person.get("/t/atlantis").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_needs_as_for_one(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    def asked() -> int:
        with works.sessions() as session, statements_of(session) as statements:
            assert person.get(PAGE).status_code == 200
        return len(statements)

    with works.begin() as work:
        add_need(work, work.session.get_one(StartupGroup, cast.group.id))
    few = asked()
    with works.begin() as work:
        for number in range(5):
            other = add_group(work, world.challenge, name=f"Groupe {number}")
            add_need(work, other, title=f"Besoin {number}")

    assert asked() == few


def test_needs_are_on_a_map_and_in_a_list_and_can_be_seen_by_commune(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        add_need(work, group, title="Ici à Romans", commune="26281")
        add_need(work, group, title="Là à Valence", commune="26362")
        add_need(work, group, title="Encore à Valence", commune="26362")

    page = person.get(PAGE).text
    there = "/t/valence-romans/needs?commune=Valence&amp;commune_code=26362&amp;km=0"
    assert page.count(f'<a href="{there}"') == 2, "on the map and in the list"
    assert "2 needs" in page

    romans = person.get("/t/valence-romans?commune=26281")
    assert romans.status_code == 302
    listed = person.get(f"{romans.location}&lang=en").text
    assert "Ici à Romans" in listed
    assert "Là à Valence" not in listed
    assert "1 need" in listed
    assert person.get("/t/valence-romans?commune=00000").status_code == 200


def test_many_groups_are_shown_in_part_with_the_way_to_all(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        for number in range(8):
            add_group(work, world.challenge, name=f"Groupe numéro {number}")

    page = person.get(PAGE).text

    assert page.count("Groupe numéro") == 6
    assert "All 9 groups of this challenge" in page
    assert 'href="/t/valence-romans/groups?challenge=produire-ici"' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Bottles", "Bikes", "Idea"}),
        ("?challenge=se-deplacer", {"Bikes"}),
        ("?challenge=unknown&stage=unknown&after=x", {"Bottles", "Bikes", "Idea"}),
        ("?stage=idea", {"Idea"}),
        ("?q=velos", {"Bikes", "Idea"}),
        ("?q=VELOBUS", {"Idea"}),
        ("?q=v%C3%A9lo+drome", {"Bikes", "Idea"}),
        ("?q=%22%27%25", set()),
    ],
)
def test_groups_are_found_by_words_challenge_and_stage(
    person: Person, works: WorkFactory, world: World, cast: Cast, asked: str, found: set[str]
) -> None:
    with works.begin() as work:
        idea = add_group(work, world.challenge, name="Un vélobus", lead=cast.lead)
        idea.stage = Stage.IDEA
        ended = add_group(work, world.challenge, name="Vélos finis", lead=cast.lead)
        ended.closed_at = work.now
    names = {
        "Bottles": "Ma bouteille s&#39;appelle Reviens",
        "Bikes": "Vélos de la Drôme",
        "Idea": "Un vélobus",
    }

    page = person.get(f"/t/valence-romans/groups{asked}").text

    assert {short for short, name in names.items() if name in page} == found
    assert "Vélos finis" not in page


def test_many_groups_are_listed_a_page_at_a_time(
    person: Person, works: WorkFactory, world: World, cast: Cast
) -> None:
    with works.begin() as work:
        for number in range(ROWS):
            group = add_group(work, world.challenge, name=f"Groupe {number:03}", lead=cast.lead)
        add_need(work, group)

    first = person.get("/t/valence-romans/groups?challenge=produire-ici&lang=en").text

    assert f"{ROWS + 1} groups" in first
    assert first.count("Groupe ") == ROWS
    assert "1 open need" in first
    assert 'rel="next"' in first
