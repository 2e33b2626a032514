"""Skills, défis and time: every answer is good, and what is wrong is said beside its field."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.base.work import WorkFactory
from matchmaker.citizens import service
from matchmaker.places.models import Challenge
from tests.builders import World
from tests.citizens.steps import answer_all, sign_up_of

UNSURE = "gardening guarding"


def skills_of(session: Session) -> list[tuple[str, str | None]]:
    return [(phrase, concept_id) for phrase, concept_id in sign_up_of(session).skills]


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser whose commune is known."""
    client.get("/join?lang=en")
    client.post("/join", data={"commune": "Romans-sur-Isère"})
    return client


def test_a_sign_up_half_done_is_kept_by_no_browser(client: FlaskClient) -> None:
    assert client.get("/join/skills").headers["Cache-Control"] == "no-store"
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_skills_are_kept_as_written_and_going_back_shows_them(client: FlaskClient, session: Session) -> None:
    rows = {"skills-0": "bicycle repair", "skills-1": "", "skills-2": "  tuning   old accordions "}
    assert client.post("/join/skills", data=rows).location == "/join/challenges"
    assert skills_of(session) == [("bicycle repair", None), ("tuning old accordions", None)]
    page = client.get("/join/skills").text
    assert 'value="tuning old accordions"' in page


def test_a_sure_phrase_in_other_words_shows_what_was_understood(client: FlaskClient) -> None:
    client.post("/join/skills", data={"skills-0": "bike repair"})
    assert "We understood: bicycle repair" in client.get("/join/skills").text


def test_no_skill_and_i_do_not_know_are_answers(client: FlaskClient, session: Session) -> None:
    assert client.post("/join/skills", data={"skills-0": ""}).location == "/join/challenges"
    assert client.post("/join/skills", data={"skip": "1"}).location == "/join/challenges"
    assert skills_of(session) == []


def test_the_same_skill_twice_counts_once(client: FlaskClient, session: Session) -> None:
    client.post("/join/skills", data={"skills-0": "sewing", "skills-1": "Sewing"})
    assert skills_of(session) == [("sewing", None)]


def test_add_a_line_gives_three_more_and_saves_nothing(client: FlaskClient, session: Session) -> None:
    answer = client.post("/join/skills", data={"skills-0": "sewing", "skills-1": "cooking", "add_line": "1"})
    assert answer.status_code == 200
    assert 'value="cooking"' in answer.text
    assert 'name="skills-5"' in answer.text
    assert skills_of(session) == []


def test_add_a_line_stops_at_thirty(client: FlaskClient) -> None:
    rows = {f"skills-{row}": f"skill {row}" for row in range(29)}
    answer = client.post("/join/skills", data={**rows, "add_line": "1"})
    assert 'name="skills-29"' in answer.text
    assert 'name="skills-30"' not in answer.text


def test_thirty_one_skills_are_refused_and_all_of_them_come_back(
    client: FlaskClient, session: Session
) -> None:
    rows = {f"skills-{row}": f"skill {row}" for row in range(31)}
    answer = client.post("/join/skills", data=rows)
    assert answer.status_code == 422
    assert "At most 30 skills; these are 31" in answer.text
    assert 'value="skill 30"' in answer.text
    assert skills_of(session) == []


def test_a_skill_of_65_characters_is_refused_beside_its_line(client: FlaskClient) -> None:
    answer = client.post("/join/skills", data={"skills-0": "sewing", "skills-1": "x" * 65})
    assert answer.status_code == 422
    assert 'id="skills-1-error"' in answer.text
    assert 'id="skills-0-error"' not in answer.text
    assert "x" * 65 in answer.text
    assert client.post("/join/skills", data={"skills-0": "x" * 64}).status_code == 302


@pytest.mark.parametrize("row", ["²", "9" * 5000, "-1", "x"])
def test_a_row_number_that_no_page_sends_is_left_out(client: FlaskClient, session: Session, row: str) -> None:
    rows = {"skills-0": "sewing", f"skills-{row}": "cooking"}
    assert client.post("/join/skills", data=rows).location == "/join/challenges"
    assert skills_of(session) == [("sewing", None)]


def test_a_chosen_concept_that_left_the_vocabulary_does_not_trouble_the_page(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        service.answer_skills(
            work, sign_up_id=sign_up_of(work.session).id, skills=[("sewing", "gone.concept")], locale="en"
        )
    assert 'value="sewing"' in client.get("/join/skills").text


def test_an_unsure_phrase_is_asked_about_and_the_choice_is_kept(
    client: FlaskClient, session: Session
) -> None:
    asked = client.post("/join/skills", data={"skills-0": UNSURE})
    assert asked.status_code == 200
    assert 'name="skills-0-choice" value="services.guarding"' in asked.text
    assert 'name="skills-0-choice" value="own"' in asked.text
    assert skills_of(session) == [(UNSURE, None)]
    again = {"skills-0": UNSURE, "asked": "1", "skills-0-choice": "farming.gardening"}
    assert client.post("/join/skills", data=again).location == "/join/challenges"
    session.expire_all()
    assert skills_of(session) == [(UNSURE, "farming.gardening")]


def test_a_choice_that_was_made_is_not_asked_again_and_can_be_taken_back(
    client: FlaskClient, session: Session
) -> None:
    chosen = {"skills-0": UNSURE, "skills-0-choice": "farming.gardening"}
    client.post("/join/skills", data=chosen)
    assert client.post("/join/skills", data={"skills-0": UNSURE}).location == "/join/challenges"
    assert skills_of(session) == [(UNSURE, "farming.gardening")]
    client.post("/join/skills", data={"skills-0": UNSURE, "skills-0-choice": "own", "asked": "1"})
    session.expire_all()
    assert skills_of(session) == [(UNSURE, None)]


def test_no_choice_means_ones_own_words_and_nobody_is_asked_twice(
    client: FlaskClient, session: Session
) -> None:
    answer = client.post("/join/skills", data={"skills-0": UNSURE, "asked": "1"})
    assert answer.location == "/join/challenges"
    assert skills_of(session) == [(UNSURE, None)]


def test_a_concept_that_was_not_offered_is_not_taken(client: FlaskClient, session: Session) -> None:
    forged = {"skills-0": UNSURE, "skills-0-choice": "food.cooking", "asked": "1"}
    client.post("/join/skills", data=forged)
    assert skills_of(session) == [(UNSURE, None)]


def test_challenges_are_those_of_the_territory_and_none_is_fine(
    client: FlaskClient, world: World, session: Session
) -> None:
    page = client.get("/join/challenges").text
    assert "Make it here" in page
    assert "Eating well" not in page
    both = {"challenges": [str(world.other_challenge.id), str(world.challenge.id)]}
    assert client.post("/join/challenges", data=both).location == "/join/time"
    assert sign_up_of(session).challenge_ids == [world.challenge.id, world.other_challenge.id]
    assert f'value="{world.challenge.id}" checked' in client.get("/join/challenges").text
    assert client.post("/join/challenges", data={"csrf_token": ""}).location == "/join/time"
    session.expire_all()
    assert sign_up_of(session).challenge_ids == []


def test_a_challenge_of_another_territory_is_refused(client: FlaskClient, session: Session) -> None:
    foreign = session.query(Challenge).filter_by(slug="bien-manger").one()
    for value in (str(foreign.id), "all of them"):
        answer = client.post("/join/challenges", data={"challenges": [value]})
        assert answer.status_code == 422
        assert 'id="challenges-error"' in answer.text


def test_i_do_not_know_how_much_time_is_an_answer(client: FlaskClient, session: Session) -> None:
    page = client.get("/join/time").text
    assert "about 4 hours a week" in page
    assert "up to 20 km" in page
    answer = client.post("/join/time", data={"hours_a_week": "", "radius_km": ""})
    assert answer.location == "/join/matches"
    sign_up = sign_up_of(session)
    assert (sign_up.hours_a_week, sign_up.radius_km, sign_up.remote) == (None, None, False)


def test_time_and_distance_are_kept_and_shown_again(client: FlaskClient, session: Session) -> None:
    client.post("/join/time", data={"hours_a_week": "4", "radius_km": "20", "remote": "y"})
    sign_up = sign_up_of(session)
    assert (sign_up.hours_a_week, sign_up.radius_km, sign_up.remote) == (4, 20, True)
    page = client.get("/join/time").text
    assert 'name="hours_a_week" value="4" checked' in page
    assert 'name="radius_km" value="20" checked' in page


@pytest.mark.parametrize("hours", ["3", "-1", "many", "999999999999"])
def test_hours_that_were_not_offered_are_refused(client: FlaskClient, hours: str) -> None:
    answer = client.post("/join/time", data={"hours_a_week": hours, "radius_km": "20"})
    assert answer.status_code == 422
    assert 'id="hours_a_week-error"' in answer.text


def test_the_steps_lead_to_the_first_matches_before_any_account(
    client: FlaskClient, works: WorkFactory
) -> None:
    answer_all(client)
    assert client.get("/join/matches").status_code == 200
