"""Several skills on one line of the sign-up and of a profile."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.citizens.steps import sign_up_of


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    """A browser whose commune is known."""
    client.get("/join?lang=en")
    client.post("/join", data={"commune": "Romans-sur-Isère"})
    return client


def lines(html: str) -> list[str]:
    return [text for text in re.findall(r'name="skills-\d+" value="([^"]*)"', html) if text]


def skills_of(session: Session) -> list[str]:
    session.expire_all()
    return [phrase for phrase, _ in sign_up_of(session).skills]


def test_a_list_comes_back_a_skill_a_line_to_be_looked_at_once(client: FlaskClient, session: Session) -> None:
    answer = client.post("/join/skills", data={"skills-0": "sewing, cooking; gardening", "skills-2": "DIY"})
    assert answer.status_code == 200
    assert "You wrote several skills on one line" in answer.text
    assert lines(answer.text) == ["sewing", "cooking", "gardening", "DIY"]
    assert skills_of(session) == ["sewing", "cooking", "gardening", "DIY"]
    again = {f"skills-{row}": text for row, text in enumerate(lines(answer.text))}
    assert client.post("/join/skills", data=again).location == "/join/challenges"
    assert skills_of(session) == ["sewing", "cooking", "gardening", "DIY"]


def test_a_level_is_ticked_kept_for_all_that_a_line_lists_and_shown_again(
    client: FlaskClient, session: Session
) -> None:
    sent = {
        "skills-0": "sewing, cooking",
        "skills-0-level": "beginner",
        "skills-1": "DIY",
        "skills-1-level": "",
    }
    answer = client.post("/join/skills", data=sent)
    assert levels_shown(answer.text)[:3] == ["beginner", "beginner", ""]
    assert sign_up_of(session).levels == {"sewing": "beginner", "cooking": "beginner"}
    assert levels_shown(client.get("/join/skills").text)[:3] == ["beginner", "beginner", ""]
    odd = {"skills-0": "sewing", "skills-0-level": "genius", "asked": "1"}
    assert client.post("/join/skills", data=odd).status_code == 302
    session.expire_all()
    assert sign_up_of(session).levels == {}


def levels_shown(html: str) -> list[str]:
    """What is chosen beside each row."""
    lists = re.findall(r'<select class="level"[^>]*>(.*?)</select>', html, re.DOTALL)
    return ["".join(re.findall(r'value="([^"]*)" selected', one)) for one in lists]


def test_lines_that_are_pasted_into_one_are_lines_again(client: FlaskClient, session: Session) -> None:
    answer = client.post("/join/skills", data={"skills-0": "- sewing\r\n- cooking"})
    assert lines(answer.text) == ["sewing", "cooking"]


def test_what_somebody_cannot_do_is_told_and_not_kept(client: FlaskClient, session: Session) -> None:
    answer = client.post("/join/skills", data={"skills-0": "sewing", "skills-1": "no driving licence"})
    assert answer.status_code == 200
    assert "We left it out: no driving licence" in answer.text
    assert lines(answer.text) == ["sewing"]
    assert skills_of(session) == ["sewing"]


def test_a_choice_stays_with_its_line_when_another_is_parted(client: FlaskClient, session: Session) -> None:
    sent = {
        "skills-0": "sewing, cooking",
        "skills-1": "gardening guarding",
        "skills-1-choice": "farming.gardening",
        "asked": "1",
    }
    client.post("/join/skills", data=sent)
    assert tuple(sign_up_of(session).skills[2]) == ("gardening guarding", "farming.gardening")


def test_a_line_of_a_list_that_is_too_long_is_told_whole_and_with_its_length(client: FlaskClient) -> None:
    answer = client.post("/join/skills", data={"skills-0": "sewing, " + "x" * 70})
    assert answer.status_code == 422
    assert lines(answer.text) == ["sewing", "x" * 70]
    assert "At most 64 characters; these are 70." in answer.text


def test_a_list_of_too_many_comes_back_whole_and_says_how_many(client: FlaskClient) -> None:
    many = ", ".join(f"skill {number}" for number in range(70))
    answer = client.post("/join/skills", data={"skills-0": many})
    assert answer.status_code == 422
    assert lines(answer.text) == [many]
    assert "At most 30 skills; these are 70." in answer.text


def test_no_field_of_the_page_cuts_what_is_pasted(client: FlaskClient) -> None:
    assert "maxlength" not in client.get("/join/skills").text
