"""Posting a need by the form, with its rows of skills and its place."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from matchmaker.base.work import WorkFactory
from matchmaker.groups.rules import Importance, NeedKind, NeedState
from matchmaker.places import service as places
from tests.builders import TODAY, add_challenge, add_group
from tests.clock import MovableClock
from tests.doors import Person, signed_in
from tests.groups.conftest import Cast
from tests.groups.needs import answers, new, number_of_needs, the_need
from tests.groups.pages import chosen_of, error_beside, value_of, words

UNKNOWN = "☃" * 64


def test_a_member_publishes_a_need_and_comes_to_its_page(
    member: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    sent = answers(
        **{"wanted-1-phrase": " la  couture ", "wanted-1-importance": "nice", "wanted-2-phrase": ""}
    )
    answer = member.fill_in(new(cast), sent)
    assert answer.status_code == 302
    assert "Your need is published." in words(member.get(answer.location).text)
    assert person.get(answer.location).status_code == 200
    need = the_need(works)
    assert (need.title, need.kind, need.state) == ("Réparer nos vélos", NeedKind.SKILL, NeedState.OPEN)
    assert (need.places, need.places_taken, need.hours_a_week) == (2, 0, 4)
    assert (need.commune_code, need.remote, need.until) == ("26281", False, date(2026, 12, 31))
    assert [(one.phrase, one.importance, one.concept_id) for one in need.wanted] == [
        ("réparer des vélos", Importance.MUST, "repair.bicycle-repair"),
        ("la couture", Importance.NICE, "textile.sewing"),
    ]


def test_a_phrase_that_nobody_knows_is_kept_as_it_is(member: Person, cast: Cast, works: WorkFactory) -> None:
    member.fill_in(new(cast), answers(**{"wanted-0-phrase": UNKNOWN}))
    (wanted,) = the_need(works).wanted
    assert (wanted.phrase, wanted.concept_id) == (UNKNOWN, None)


def test_the_same_phrase_twice_counts_once(member: Person, cast: Cast, works: WorkFactory) -> None:
    member.fill_in(new(cast), answers(**{"wanted-1-phrase": "Réparer  des VÉLOS"}))
    assert [one.phrase for one in the_need(works).wanted] == ["réparer des vélos"]


def test_a_draft_is_kept_without_skills_and_published_later(
    member: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    answer = member.fill_in(new(cast), answers("draft", **{"wanted-0-phrase": ""}))
    assert answer.location == f"/groups/{cast.group.id}"
    assert "Your draft is kept." in words(member.get(answer.location).text)
    need = the_need(works)
    assert need.state is NeedState.DRAFT
    assert person.get(f"/needs/{need.id}").status_code == 404
    edit = f"/needs/{need.id}/edit"
    assert ' name="publish"' in member.get(edit).text
    refused = member.fill_in(edit, answers(**{"wanted-0-phrase": ""}))
    assert refused.status_code == 422
    assert "Say at least one skill" in error_beside(refused.text, "wanted")
    assert the_need(works).state is NeedState.DRAFT
    assert member.fill_in(edit, answers()).status_code == 302
    assert the_need(works).state is NeedState.OPEN
    assert person.get(f"/needs/{need.id}").status_code == 200


def test_a_need_for_a_room_asks_for_no_skill(member: Person, cast: Cast, works: WorkFactory) -> None:
    sent = answers(kind="premises", hours_a_week="", until="", **{"wanted-0-phrase": ""})
    assert member.fill_in(new(cast), sent).status_code == 302
    need = the_need(works)
    assert (need.kind, need.hours_a_week, need.until, need.wanted) == (NeedKind.PREMISES, None, None, [])


def test_a_need_can_be_met_from_home_with_no_commune(member: Person, cast: Cast, works: WorkFactory) -> None:
    sent = answers(commune="", commune_code="", remote="y")
    assert member.fill_in(new(cast), sent).status_code == 302
    assert (the_need(works).commune_code, the_need(works).remote) == (None, True)


def test_a_commune_with_several_meanings_is_asked_for(member: Person, cast: Cast, works: WorkFactory) -> None:
    from matchmaker.places.models import Commune

    with works.begin() as work:
        romans = work.session.get_one(Commune, "26281")
        work.session.add(
            Commune(
                code="01328",
                name="Romans",
                folded="romans",
                department="01",
                region="84",
                epci=None,
                population=700,
                latitude=46.1,
                longitude=5.0,
                approximate=False,
            )
        )
        assert romans.name == "Romans-sur-Isère"
    answer = member.fill_in(new(cast), answers(commune="Romans", commune_code=""))
    assert answer.status_code == 422
    assert "Several communes fit." in error_beside(answer.text, "commune")
    for code in ("26281", "01328"):
        assert 'type="radio" id="commune-choice-' in answer.text
        assert f'name="commune_code" value="{code}"' in answer.text
    assert 'type="hidden" name="commune_code"' not in answer.text
    assert number_of_needs(works) == 0
    assert member.fill_in(new(cast), answers(commune="Romans", commune_code="26281")).status_code == 302
    assert the_need(works).commune_code == "26281"


def test_the_code_of_another_commune_than_was_typed_counts_for_nothing(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    member.fill_in(new(cast), answers(commune="Valence", commune_code="26281"))
    assert the_need(works).commune_code == "26362"


def test_a_line_is_added_without_script_and_nothing_saved(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    sent = {**answers(places="many", title=""), "add_line": "1", "wanted-1-importance": "nice"}
    del sent["publish"]
    answer = member.fill_in(new(cast), sent)
    assert answer.status_code == 200
    assert number_of_needs(works) == 0
    assert answer.text.count('name="wanted-') == 3 * 6 + 3, (
        "six rows of three fields, and the one that script copies"
    )
    assert value_of(answer.text, "wanted-0-phrase") == "réparer des vélos"
    assert chosen_of(answer.text, "wanted-1-importance") == "nice"
    assert value_of(answer.text, "places") == "many"
    assert value_of(answer.text, "until") == "2026-12-31"
    assert "field-error" not in answer.text


def test_rows_end_at_thirty(member: Person, cast: Cast) -> None:
    sent = answers(add_line="1", **{"wanted-28-phrase": "couture"})
    rows = {f"wanted-{number}-phrase": "" for number in range(29)}
    answer = member.fill_in(new(cast), {**rows, **sent})
    assert 'name="wanted-29-phrase"' in answer.text
    assert 'name="wanted-30-phrase"' not in answer.text
    assert 'name="add_line"' not in answer.text


def test_rows_with_impossible_numbers_do_not_break_the_form(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    odd = {f"wanted-{number}-phrase": "couture" for number in ("²", "٣", "", "-1", "x", "99999")}
    sent = answers(**odd, **{"wanted-": "x", "wanted-999-phrase": "cuisine", "wanted-999-importance": "nice"})
    assert member.fill_in(new(cast), {**sent, "add_line": "1"}).status_code == 200
    assert member.fill_in(new(cast), sent).status_code == 302
    assert [(one.phrase, one.importance) for one in the_need(works).wanted] == [
        ("réparer des vélos", Importance.MUST),
        ("cuisine", Importance.NICE),
    ]


def test_a_hundred_rows_are_told_to_be_too_many(member: Person, cast: Cast, works: WorkFactory) -> None:
    rows = {f"wanted-{number}-phrase": f"savoir {number}" for number in range(100)}
    answer = member.fill_in(new(cast), answers(**rows))
    assert answer.status_code == 422
    assert "At most 30 skills" in error_beside(answer.text, "wanted")
    assert number_of_needs(works) == 0


@pytest.mark.parametrize(
    ("time_zone", "hour", "status"),
    [
        ("Pacific/Noumea", 12, 302),
        ("Pacific/Noumea", 13, 422),
        ("America/Guadeloupe", 27, 302),
        ("America/Guadeloupe", 28, 422),
    ],
)
def test_today_is_the_day_where_the_group_is(
    app: Flask, cast: Cast, works: WorkFactory, clock: MovableClock, time_zone: str, hour: int, status: int
) -> None:
    """The 25th begins at 13:00 UTC of the 24th in Nouméa, and at 04:00 UTC of the 25th in Guadeloupe."""
    clock.now = datetime(2026, 11, 24, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
    with works.begin() as work:
        far = places.found_territory(
            work,
            slug="far",
            name="Là-bas",
            summary_fr="",
            summary_en="",
            communes=["26281"],
            time_zone=time_zone,
        )
        challenge = add_challenge(work, far, slug="lagon", title_fr="Le lagon", title_en="The lagoon")
        group = add_group(work, challenge, name="Lagon", lead=work.session.merge(cast.lead))
    answer = signed_in(app, cast.lead).fill_in(f"/groups/{group.id}/needs/new", answers(until="2026-11-24"))
    assert answer.status_code == status
    if status == 422:
        assert "This day has passed." in error_beside(answer.text, "until")


def test_today_is_a_good_last_day(member: Person, cast: Cast, works: WorkFactory) -> None:
    assert member.fill_in(new(cast), answers(until=TODAY.isoformat())).status_code == 302
    assert the_need(works).state is NeedState.OPEN
