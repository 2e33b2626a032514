"""What is refused in the form of a need: it is told beside its field, and nothing typed is lost."""

import pytest

from matchmaker.base.work import WorkFactory
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.needs import answers, new, number_of_needs, the_need
from tests.groups.pages import chosen_of, error_beside, value_of, words


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"title": ""}, "title", "Please say in a few words"),
        ({"title": "x" * 101}, "title", "At most 100 characters"),
        ({"kind": "miracle"}, "kind", "Please choose one of the answers."),
        ({"description": "x" * 5001}, "description", "At most 5000 characters"),
        ({"places": "0"}, "places", "A number between 1 and 500."),
        ({"places": "501"}, "places", "A number between 1 and 500."),
        ({"places": "-1"}, "places", "A number between 1 and 500."),
        ({"places": ""}, "places", "Please write a number."),
        ({"places": "many"}, "places", "Please write a whole number, like 3."),
        ({"places": "9" * 5000}, "places", "Please write a whole number, like 3."),
        ({"hours_a_week": "3"}, "hours_a_week", "Please choose one of the answers."),
        ({"hours_a_week": "²"}, "hours_a_week", "Please choose one of the answers"),
        ({"commune": "Atlantis", "commune_code": ""}, "commune", "We do not know this commune."),
        ({"commune": "Atlantis"}, "commune", "We do not know this commune."),
        ({"commune": "x" * 81}, "commune", "At most 80 characters"),
        ({"commune": "", "commune_code": ""}, "commune", "Please name a commune"),
        ({"until": "2026-11-23"}, "until", "This day has passed."),
        ({"until": "tomorrow"}, "until", "Write a day like 31/12/2026."),
        ({"until": "2026-02-30"}, "until", "Write a day like 31/12/2026."),
        ({"wanted-0-phrase": ""}, "wanted", "Say at least one skill"),
        ({"wanted-0-phrase": "x" * 65}, "wanted-0-phrase", "At most 64 characters"),
        ({"wanted-0-importance": "maybe"}, "wanted-0-importance", "Please choose one of the answers."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    member: Person, cast: Cast, works: WorkFactory, changed: dict[str, str], field: str, told: str
) -> None:
    sent = answers(**changed)
    answer = member.fill_in(new(cast), sent)
    assert answer.status_code == 422
    assert told in error_beside(answer.text, field)
    for name in ("title", "places", "commune", "until", "wanted-0-phrase"):
        assert value_of(answer.text, name) == sent[name]
    assert f"{sent['description']}</textarea>" in answer.text.replace("\r\n", "")
    if field not in {"kind", "hours_a_week", "wanted-0-importance"}:
        assert chosen_of(answer.text, "hours_a_week") == "4"
    assert number_of_needs(works) == 0


def test_all_that_is_wrong_is_told_at_once(member: Person, cast: Cast) -> None:
    sent = answers(
        title="", commune="Atlantis", commune_code="", until="2020-01-01", **{"wanted-0-phrase": ""}
    )
    answer = member.fill_in(new(cast), sent)
    assert answer.status_code == 422
    for field in ("title", "commune", "until", "wanted"):
        assert error_beside(answer.text, field), field
        assert f'href="#{field}' in answer.text, "the summary leads to the field"
    assert "4 things to correct" in words(answer.text)


def test_a_row_that_is_too_long_is_named_in_the_summary(member: Person, cast: Cast) -> None:
    answer = member.fill_in(new(cast), answers(**{"wanted-1-phrase": "x" * 65}))
    assert 'href="#wanted-1-phrase"' in answer.text
    assert "(2) – At most 64 characters" in words(answer.text)


def test_thirty_skills_are_kept_and_thirty_one_refused(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    rows = {f"wanted-{number}-phrase": f"savoir {number}" for number in range(31)}
    answer = member.fill_in(new(cast), answers(**rows))
    assert answer.status_code == 422
    assert "At most 30 skills; these are 31." in error_beside(answer.text, "wanted")
    assert all(value_of(answer.text, name) == text for name, text in rows.items())
    assert 'name="add_line"' not in answer.text
    del rows["wanted-30-phrase"]
    assert member.fill_in(new(cast), answers(**rows)).status_code == 302
    assert [one.position for one in the_need(works).wanted] == list(range(30))
