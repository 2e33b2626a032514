"""The pages about matches, as citizens, groups, organisers and strangers see them."""

import re

import pytest
from flask import Flask

from matchmaker.base.work import Work
from matchmaker.citizens.models import SignUp
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import NeedState, Role
from matchmaker.matching import service as matching
from matchmaker.vocabulary.rules import Level
from tests import builders
from tests.builders import NOW, TODAY, World
from tests.doors import signed_in, visitor


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def group(work: Work, world: World) -> StartupGroup:
    return builders.add_group(work, world.challenge)


@pytest.fixture
def need(work: Work, group: StartupGroup) -> Need:
    return builders.add_need(work, group, nice=["couture"], hours_a_week=2)


def test_home_shows_a_citizen_their_matches_with_the_reasons(
    app: Flask, work: Work, world: World, need: Need
) -> None:
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"])
    work.session.commit()

    page = signed_in(app, citizen.account).get("/home").text

    assert "1 need fits what you offer." in page
    assert f"/needs/{need.id}" in page
    assert "bike repair" in page
    assert "They also look for" in page
    assert "couture" in page


def test_reasons_name_both_levels_where_both_sides_tell_one(
    app: Flask, work: Work, world: World, group: StartupGroup
) -> None:
    need = builders.add_need(work, group, wanted=["réparation de vélos, débutants bienvenus"])
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["bike repair by trade"])
    work.session.commit()
    person = signed_in(app, citizen.account)

    for page in (person.get("/home").text, person.get(f"/needs/{need.id}").text):
        assert "Level asked: beginner. Level told: by trade." in page
    other = builders.add_citizen(
        work, world.territory, locale="en", skills=["bike repair"], address="other@example.org"
    )
    work.session.commit()
    assert "Level asked" not in signed_in(app, other.account).get("/home").text


def test_levels_that_were_ticked_are_named_and_count(
    app: Flask, work: Work, world: World, group: StartupGroup
) -> None:
    need = builders.add_need(work, group, wanted=["réparation de vélos"])
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"])
    work.session.flush()
    person = signed_in(app, citizen.account)

    def total() -> float:
        return matching.explain(work.session, need, citizen_id=citizen.id, now=NOW).match.total

    before = total()
    need.wanted[0].level = Level.TRADE
    citizen.skills[0].level = Level.BEGINNER
    work.session.commit()
    assert 0.88 * before < total() < before
    assert "Level asked: by trade. Level told: beginner." in person.get("/home").text


def test_home_is_never_empty_when_nothing_fits(app: Flask, work: Work, world: World, need: Need) -> None:
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["cooking"])
    work.session.commit()

    page = signed_in(app, citizen.account).get("/home").text

    assert "No open need fits what you offer yet." in page
    assert need.title in page
    assert "Make it here" in page
    assert "Ma bouteille s&#39;appelle Reviens" in page
    assert "Could you also offer “réparation de vélos”? Then add it to your skills." in page
    assert "/profile/skills" in page


def test_home_names_the_radius_that_would_reach_a_need(
    app: Flask, work: Work, world: World, group: StartupGroup
) -> None:
    builders.add_need(work, group, commune="26362")
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"], radius_km=5)
    work.session.commit()

    assert "Would you go as far as 20 km?" in signed_in(app, citizen.account).get("/home").text


def test_home_of_an_empty_territory_has_its_challenges(app: Flask, work: Work, world: World) -> None:
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=[])
    work.session.commit()

    page = signed_in(app, citizen.account).get("/home").text

    assert "Getting around" in page
    assert "You have not named a skill yet." in page


def test_home_without_a_profile_offers_to_make_one(app: Flask, work: Work, world: World) -> None:
    organiser = builders.add_organiser(work, world.territory)
    organiser.locale = "en"
    work.session.commit()

    page = signed_in(app, organiser).get("/home").text

    assert "Offer my skills" in page
    assert "/t/valence-romans/desk" in page
    assert "/t/clermont" in page


def test_home_has_a_tab_for_each_territory_of_a_citizen(
    app: Flask, work: Work, world: World, need: Need
) -> None:
    citizen = builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"])
    builders.add_citizen(work, world.other_territory, account=citizen.account, commune="63113", skills=[])
    work.session.commit()
    person = signed_in(app, citizen.account)

    assert f"/needs/{need.id}" in person.get("/home?t=valence-romans").text
    assert f"/needs/{need.id}" not in person.get("/home?t=clermont").text
    assert person.get("/home?t=nowhere").status_code == 200


def test_home_is_for_those_who_signed_in(app: Flask, work: Work, world: World) -> None:
    work.session.commit()
    assert visitor(app).get("/home").status_code == 302


def test_first_matches_come_before_any_account(app: Flask, work: Work, world: World, need: Need) -> None:
    sign_up = SignUp(
        id="s" * 43,
        territory_id=world.territory.id,
        commune_code="26281",
        skills=[("mécano vélo", None)],
        challenge_ids=[],
        hours_a_week=None,
        radius_km=None,
        remote=False,
        created_at=NOW,
    )
    work.session.add(sign_up)
    work.session.commit()
    person = visitor(app)
    assert person.get("/join/matches").status_code == 302
    with person.client.session_transaction() as session:
        session["sign_up"] = sign_up.id

    page = person.get("/join/matches")

    assert page.status_code == 200
    assert f"/needs/{need.id}" in page.text
    assert "/join/account" in page.text


def test_a_need_is_public_while_it_is_open(app: Flask, work: Work, need: Need) -> None:
    work.session.commit()

    page = visitor(app).get(f"/needs/{need.id}?lang=en")

    assert page.status_code == 200
    assert need.title in page.text
    assert need.description in page.text.replace("&#39;", "'")
    assert "/join" in page.text
    assert f"/needs/{need.id}/citizens" not in page.text
    assert "/edit" not in page.text


def test_a_citizen_reads_how_a_need_fits_them(app: Flask, work: Work, world: World, need: Need) -> None:
    citizen = builders.add_citizen(
        work,
        world.territory,
        locale="en",
        skills=["bike repair"],
        commune="26362",
        radius_km=50,
        hours_a_week=1,
        challenges=[world.other_challenge],
    )
    work.session.commit()

    page = signed_in(app, citizen.account).get(f"/needs/{need.id}").text

    assert "How it fits you" in page
    assert re.search(r"[1-9]\d/100", page)
    assert "17 km from you." in page or "18 km from you." in page
    assert "Not a challenge that you chose." in page
    assert "They ask for more time than you have." in page
    assert "What would change most:" in page


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ({"commune": "26362", "radius_km": 5}, "farther away than you want to go"),
        ({"hours_a_week": 1}, "asks for much more time than you have"),
        ({}, "How it fits you"),
    ],
)
def test_a_citizen_reads_why_a_need_is_not_proposed_to_them(
    app: Flask, work: Work, world: World, group: StartupGroup, answers: dict[str, int], text: str
) -> None:
    need = builders.add_need(work, group, hours_a_week=16)
    citizen = builders.add_citizen(work, world.territory, locale="en", **answers)  # type: ignore[arg-type]
    work.session.commit()

    assert text in signed_in(app, citizen.account).get(f"/needs/{need.id}").text


def test_a_citizen_of_elsewhere_reads_that_the_need_is_not_near_them(
    app: Flask, work: Work, world: World, need: Need
) -> None:
    citizen = builders.add_citizen(work, world.other_territory, locale="en", commune="63113")
    work.session.commit()

    assert "in another territory than yours" in signed_in(app, citizen.account).get(f"/needs/{need.id}").text


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (NeedState.FILLED, "This need has been met."),
        (NeedState.CLOSED, "The group has closed this need."),
    ],
)
def test_a_need_that_is_over_says_so_kindly_and_shows_others(
    app: Flask, work: Work, group: StartupGroup, state: NeedState, text: str
) -> None:
    over = builders.add_need(work, group, state=state, places_taken=2)
    other = builders.add_need(work, group, title="Tenir la buvette")
    work.session.commit()

    page = visitor(app).get(f"/needs/{over.id}?lang=en")

    assert page.status_code == 200
    assert text in page.text
    assert other.title in page.text
    assert "Could you help?" not in page.text


def test_a_need_expires_by_itself(app: Flask, work: Work, group: StartupGroup) -> None:
    past = builders.add_need(work, group, until=TODAY.replace(day=23))
    work.session.commit()

    page = visitor(app).get(f"/needs/{past.id}?lang=en").text

    assert "This need was open until 23 November 2026." in page
    assert "Have a look at the groups of Valence-Romans." in page


def test_a_draft_is_there_for_its_group_alone(
    app: Flask, work: Work, world: World, group: StartupGroup
) -> None:
    draft = builders.add_need(work, group, state=NeedState.DRAFT)
    organiser = builders.add_organiser(work, world.territory)
    citizen = builders.add_citizen(work, world.territory)
    work.session.commit()
    lead = group.memberships[0].account

    assert signed_in(app, lead).get(f"/needs/{draft.id}").status_code == 200
    for person in (visitor(app), signed_in(app, organiser), signed_in(app, citizen.account)):
        assert person.get(f"/needs/{draft.id}").status_code == 404


@pytest.mark.parametrize("path", ["/needs/999999", "/needs/999999/citizens", "/needs/abc", "/needs/-1"])
def test_a_need_that_does_not_exist_is_not_found(app: Flask, work: Work, world: World, path: str) -> None:
    citizen = builders.add_citizen(work, world.territory)
    work.session.commit()

    assert signed_in(app, citizen.account).get(path).status_code == 404


def test_members_find_what_they_can_do_with_their_need(app: Flask, work: Work, need: Need) -> None:
    lead = need.group.memberships[0].account
    lead.locale = "en"
    work.session.commit()

    page = signed_in(app, lead).get(f"/needs/{need.id}").text

    assert f"/needs/{need.id}/citizens" in page
    assert f"/needs/{need.id}/edit" in page
    assert f"/needs/{need.id}/state" in page
    assert "A place is taken" in page
    assert "How it fits you" not in page


def test_a_group_sees_its_ranked_citizens_by_first_name_commune_and_skills_only(
    app: Flask, work: Work, world: World, need: Need
) -> None:
    need.group.memberships[0].account.locale = "en"
    builders.add_citizen(
        work,
        world.territory,
        first_name="Amina",
        address="amina@secret.example",
        skills=["mécano vélo", "coudre"],
    )
    builders.add_citizen(
        work, world.territory, first_name="Bruno", address="bruno@secret.example", skills=["mécano vélo"]
    )
    builders.add_citizen(
        work, world.territory, first_name="Chloé", address="chloe@secret.example", skills=["cuisine"]
    )
    work.session.commit()

    page = signed_in(app, need.group.memberships[0].account).get(f"/needs/{need.id}/citizens").text

    assert page.index("Amina") < page.index("Bruno")
    assert "Chloé" not in page
    assert "mécano vélo" in page
    assert "Romans-sur-Isère" in page
    assert "secret.example" not in page
    assert "26100" not in page


def test_the_ranked_citizens_are_for_the_group_and_the_organisers_only(
    app: Flask, work: Work, world: World, need: Need
) -> None:
    citizen = builders.add_citizen(work, world.territory)
    organiser = builders.add_organiser(work, world.territory)
    elsewhere = builders.add_organiser(work, world.other_territory, address="autre@example.org")
    member = builders.add_account(work, address="membre@example.org")
    need.group.memberships.append(Membership(account_id=member.id, role=Role.MEMBER, joined_at=NOW))
    work.session.commit()
    path = f"/needs/{need.id}/citizens"

    for account, status in ((organiser, 200), (member, 200), (citizen.account, 404), (elsewhere, 404)):
        assert signed_in(app, account).get(path).status_code == status
    assert visitor(app).get(path).status_code == 302


def test_nobody_fits_is_said_with_what_to_do(app: Flask, work: Work, need: Need) -> None:
    lead = need.group.memberships[0].account
    lead.locale = "en"
    work.session.commit()
    person = signed_in(app, lead)
    assert "No match yet" in person.get(f"/needs/{need.id}/citizens").text

    need.state = NeedState.CLOSED
    work.session.commit()

    assert "This need is not open" in person.get(f"/needs/{need.id}/citizens").text


def test_who_is_new_sees_first_steps_and_what_a_group_would_see_of_them(
    app: Flask, work: Work, world: World
) -> None:
    citizen = builders.add_citizen(work, world.territory, skills=())
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    work.session.commit()
    person = signed_in(app, citizen.account)

    page = person.get("/home").text
    assert "Premiers pas" in page
    assert page.count("Fait :") == 0
    assert "Un groupe que vous pourriez aider voit ceci" in page

    person.fill_in("/profile/skills", {"skills-0": "réparer des vélos"})
    page = person.get("/home").text
    assert page.count("Fait :") == 1

    person.fill_in(f"/needs/{need.id}/offer", {})
    assert "Premiers pas" not in person.get("/home").text
