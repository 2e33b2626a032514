"""A citizen changes everything, and can leave."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.vocabulary.rules import Level
from tests.builders import World, add_account, add_citizen, add_group
from tests.citizens.steps import add_commune, sign_in

SAME = {"commune": "Romans-sur-Isère (26100)", "commune_code": "26281", "hours_a_week": "", "radius_km": ""}


@pytest.fixture
def citizen(client: FlaskClient, works: WorkFactory, world: World) -> Citizen:
    """Camille, who is signed in and reads English."""
    with works.begin() as work:
        made = add_citizen(
            work, world.territory, locale="en", skills=("bicycle repair",), challenges=[world.challenge]
        )
    sign_in(client, works, made.account)
    client.get("/profile?lang=en")
    return made


def now_in(session: Session, citizen: Citizen) -> Citizen:
    session.expire_all()
    return session.get_one(Citizen, citizen.id)


def test_the_profile_wants_a_sign_in(client: FlaskClient) -> None:
    for path in ("/profile", "/profile/skills", "/profile/delete"):
        assert client.get(path).location.startswith("/sign-in")
        assert client.post(path).location.startswith("/sign-in")


def test_somebody_without_a_profile_is_led_to_the_sign_up(client: FlaskClient, works: WorkFactory) -> None:
    with works.begin() as work:
        lou = add_account(work, address="lou@example.org")
    sign_in(client, works, lou)
    for path in ("/profile", "/profile/skills", "/profile/delete"):
        assert client.get(path).location == "/join"


def test_a_level_that_was_ticked_goes_with_its_skill(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    ticked = {"skills-0": "sewing", "skills-0-level": "at_ease", "asked": "1"}
    assert client.post("/profile/skills", data=ticked).status_code == 302
    assert now_in(session, citizen).levels == {"sewing": Level.AT_EASE}
    assert '"at_ease" selected' in client.get("/profile/skills").text
    # A page that was opened before there were levels asks for none.
    client.post("/profile/skills", data={"skills-0": "sewing", "skills-1": "cooking", "asked": "1"})
    assert now_in(session, citizen).levels == {"sewing": Level.AT_EASE}
    client.post("/profile/skills", data={**ticked, "skills-0-level": ""})
    assert now_in(session, citizen).levels == {}


def test_place_time_and_challenges_can_be_changed(
    client: FlaskClient, citizen: Citizen, world: World, session: Session
) -> None:
    answer = client.post(
        "/profile",
        data={
            "commune": "Valence",
            "hours_a_week": "8",
            "radius_km": "50",
            "remote": "y",
            "challenges": [str(world.other_challenge.id)],
            "weekly_letter": "y",
        },
    )
    assert answer.location == "/profile?territory=valence-romans"
    changed = now_in(session, citizen)
    assert (changed.commune_code, changed.hours_a_week, changed.radius_km, changed.remote) == (
        "26362",
        8,
        50,
        True,
    )
    assert [challenge.id for challenge in changed.challenges] == [world.other_challenge.id]
    page = client.get("/profile").text
    assert 'value="Valence (26000)"' in page
    assert '<option selected value="8">' in page


def test_the_weekly_letter_is_switched_off_and_on_with_a_record(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    assert 'name="weekly_letter" value="en" checked' in client.get("/profile").text
    client.post("/profile", data=SAME)
    assert [consent.withdrawn_at is None for consent in session.scalars(select(Consent))] == [False]
    assert 'name="weekly_letter" value="en" checked' not in client.get("/profile").text
    for _ in range(2):
        client.post("/profile", data={**SAME, "weekly_letter": "y"})
    session.expire_all()
    consents = session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [consent.withdrawn_at is None for consent in consents] == [False, True]


def test_what_is_wrong_is_said_and_nothing_is_saved(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    answer = client.post("/profile", data={**SAME, "commune": "Atlantis", "radius_km": "50"})
    assert answer.status_code == 422
    assert 'id="commune-error"' in answer.text
    assert '<option selected value="50">' in answer.text
    assert client.post("/profile", data={**SAME, "hours_a_week": "7"}).status_code == 422
    assert client.post("/profile", data={**SAME, "challenges": ["0"]}).status_code == 422
    assert now_in(session, citizen).radius_km is None


def test_moving_to_another_territory_is_asked_and_leaves_its_challenges(
    client: FlaskClient, citizen: Citizen, world: World, session: Session
) -> None:
    moved = {**SAME, "commune": "Clermont-Ferrand", "challenges": [str(world.challenge.id)]}
    assert client.post("/profile", data=moved).status_code == 422
    answer = client.post("/profile", data={**moved, "territory": "clermont"})
    assert answer.location == "/profile?territory=clermont"
    changed = now_in(session, citizen)
    assert changed.territory_id == world.other_territory.id
    assert changed.commune_code == "63113"
    assert changed.challenges == []
    assert "Choose its challenges" in client.get("/profile").text


def test_moving_to_where_one_has_another_profile_is_refused(
    client: FlaskClient, citizen: Citizen, works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        account = work.session.get_one(Account, citizen.account_id)
        other = add_citizen(
            work, world.other_territory, commune="63113", account=account, skills=("couture",)
        )
    answer = client.post(
        "/profile?territory=valence-romans",
        data={**SAME, "commune": "Clermont-Ferrand", "territory": "clermont"},
    )
    assert answer.status_code == 422
    assert "You have another profile" in answer.text
    assert now_in(session, citizen).territory_id == world.territory.id
    assert "couture" in client.get("/profile?territory=clermont").text
    assert "couture" in client.get("/profile").text
    assert "bicycle repair" in client.get("/profile?territory=valence-romans").text
    assert other.id != citizen.id


def test_somebody_from_outside_stays_where_they_take_part(
    client: FlaskClient, citizen: Citizen, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_commune(
            work, code="38185", name="Grenoble", postal_code="38000", latitude=45.188, longitude=5.724
        )
    answer = client.post("/profile", data={**SAME, "commune": "Grenoble"})
    assert answer.status_code == 422
    assert 'value="valence-romans" checked' in answer.text
    assert client.post(
        "/profile", data={**SAME, "commune": "Grenoble", "territory": "valence-romans"}
    ).location


def test_skills_are_replaced_in_their_order(client: FlaskClient, citizen: Citizen, session: Session) -> None:
    page = client.get("/profile/skills").text
    assert 'value="bicycle repair"' in page
    rows = {"skills-0": "sewing", "skills-1": "", "skills-2": "bicycle repair", "skills-3": "yodelling"}
    assert client.post("/profile/skills", data={**rows, "asked": "1"}).location.startswith("/profile")
    changed = now_in(session, citizen)
    assert [(skill.position, skill.phrase, skill.concept_id) for skill in changed.skills] == [
        (0, "sewing", "textile.sewing"),
        (1, "bicycle repair", "repair.bicycle-repair"),
        (2, "yodelling", None),
    ]


def test_a_skill_that_could_mean_several_things_is_asked_about_and_the_choice_stays(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    unsure = "gardening guarding"
    assert 'value="services.guarding"' in client.post("/profile/skills", data={"skills-0": unsure}).text
    chosen = {"skills-0": unsure, "skills-0-choice": "services.guarding", "asked": "1"}
    assert client.post("/profile/skills", data=chosen).status_code == 302
    assert client.post("/profile/skills", data={"skills-0": unsure, "skills-1": "sewing"}).status_code == 302
    first = now_in(session, citizen).skills[0]
    assert (first.concept_id, first.confirmed) == ("services.guarding", True)


def test_too_many_skills_and_a_too_long_one_are_refused(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    many = {f"skills-{row}": f"skill {row}" for row in range(31)}
    assert client.post("/profile/skills", data=many).status_code == 422
    assert client.post("/profile/skills", data={"skills-0": "x" * 65}).status_code == 422
    assert client.post("/profile/skills", data={"skills-0": "sewing", "add_line": "1"}).status_code == 200
    assert [skill.phrase for skill in now_in(session, citizen).skills] == ["bicycle repair"]


def test_leaving_asks_first_and_then_signs_out_for_good(
    client: FlaskClient, citizen: Citizen, session: Session
) -> None:
    assert client.get("/profile/delete").status_code == 200
    assert session.get(Citizen, citizen.id) is not None
    answer = client.post("/profile/delete")
    assert answer.location == "/"
    session.expire_all()
    assert session.scalars(select(Account)).all() == []
    assert client.get("/profile").location.startswith("/sign-in")


def test_leaving_as_a_member_of_a_group_keeps_the_account(
    client: FlaskClient, citizen: Citizen, works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        add_group(work, world.challenge, lead=work.session.get_one(Account, citizen.account_id))
    client.post("/profile/delete")
    session.expire_all()
    assert session.scalars(select(Citizen)).all() == []
    assert client.get("/account").status_code == 200
