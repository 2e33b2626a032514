"""Posting and changing needs by the form: what is kept, what is refused, and that nothing typed is lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.catalogue import service as catalogue
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import Importance, NeedKind, NeedState
from matchmaker.work import WorkFactory
from tests.builders import TODAY, World, add_challenge, add_group, add_need
from tests.clock import MovableClock
from tests.doors import Person, signed_in
from tests.groups.conftest import Cast
from tests.groups.pages import chosen_of, error_beside, value_of, words

UNKNOWN = "☃" * 64


def answers(button: str = "publish", **changed: object) -> dict[str, object]:
    """A form that can be sent; a name is written with "_" for "-"."""
    sent: dict[str, object] = {
        "title": "Réparer nos vélos",
        "kind": "skill",
        "description": "Deux après-midi par mois.",
        "wanted-0-phrase": "réparer des vélos",
        "wanted-0-importance": "must",
        "places": "2",
        "hours_a_week": "4",
        "commune": "Romans-sur-Isère",
        "commune_code": "26281",
        "until": "2026-12-31",
        button: "1",
    }
    return {**sent, **changed}


def new(cast: Cast) -> str:
    return f"/groups/{cast.group.id}/needs/new"


def the_need(works: WorkFactory) -> Need:
    """The only need that there is, with what it asks for."""
    with works.sessions() as session:
        need = session.scalars(select(Need)).one()
        assert need.wanted is not None
        return need


def number_of_needs(works: WorkFactory) -> int:
    with works.sessions() as session:
        return session.scalar(select(func.count()).select_from(Need)) or 0


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


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"title": ""}, "title", "Please say in a few words"),
        ({"title": "x" * 101}, "title", "At most 100 characters."),
        ({"kind": "miracle"}, "kind", "Not a valid choice."),
        ({"description": "x" * 5001}, "description", "At most 5000 characters."),
        ({"places": "0"}, "places", "A number between 1 and 500."),
        ({"places": "501"}, "places", "A number between 1 and 500."),
        ({"places": "-1"}, "places", "A number between 1 and 500."),
        ({"places": ""}, "places", "Please write a number."),
        ({"places": "many"}, "places", "Not a valid integer value."),
        ({"places": "9" * 5000}, "places", "Not a valid integer value."),
        ({"hours_a_week": "3"}, "hours_a_week", "Not a valid choice."),
        ({"hours_a_week": "²"}, "hours_a_week", "Invalid Choice"),
        ({"commune": "Atlantis", "commune_code": ""}, "commune", "We do not know this commune."),
        ({"commune": "Atlantis"}, "commune", "We do not know this commune."),
        ({"commune": "x" * 81}, "commune", "At most 80 characters."),
        ({"commune": "", "commune_code": ""}, "commune", "Please name a commune"),
        ({"until": "2026-11-23"}, "until", "This day has passed."),
        ({"until": "tomorrow"}, "until", "Not a valid date value."),
        ({"until": "2026-02-30"}, "until", "Not a valid date value."),
        ({"wanted-0-phrase": ""}, "wanted", "Say at least one skill"),
        ({"wanted-0-phrase": "x" * 65}, "wanted-0-phrase", "At most 64 characters."),
        ({"wanted-0-importance": "maybe"}, "wanted-0-importance", "Not a valid choice."),
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
    assert "(2) – At most 64 characters." in words(answer.text)


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


def test_a_commune_with_several_meanings_is_asked_for(member: Person, cast: Cast, works: WorkFactory) -> None:
    from matchmaker.catalogue.models import Commune

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
    assert answer.text.count('name="wanted-') == 2 * 6 + 2, (
        "six rows of two fields, and the one that script copies"
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
    ("now", "status"),
    [
        (datetime(2026, 11, 24, 11, 30, tzinfo=UTC), 302),
        (datetime(2026, 11, 24, 12, 30, tzinfo=UTC), 422),
    ],
)
def test_today_is_the_day_where_the_group_is(
    app: Flask,
    cast: Cast,
    works: WorkFactory,
    clock: MovableClock,
    now: datetime,
    status: int,
) -> None:
    """In Nouméa the 25th begins at 13:00 UTC of the 24th, in winter as in summer."""
    clock.now = now + timedelta(minutes=30)
    with works.begin() as work:
        far = catalogue.found_territory(
            work,
            slug="noumea",
            name="Nouméa",
            summary_fr="",
            summary_en="",
            communes=["26281"],
            time_zone="Pacific/Noumea",
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


def test_the_form_to_edit_shows_what_was_kept_and_saves_what_changes(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    member.fill_in(new(cast), answers(**{"wanted-1-phrase": "couture", "wanted-1-importance": "nice"}))
    edit = f"/needs/{the_need(works).id}/edit"
    page = member.get(edit).text
    assert value_of(page, "title") == "Réparer nos vélos"
    assert value_of(page, "wanted-1-phrase") == "couture"
    assert chosen_of(page, "wanted-1-importance") == "nice"
    assert chosen_of(page, "hours_a_week") == "4"
    assert value_of(page, "until") == "2026-12-31"
    assert value_of(page, "commune").startswith("Romans-sur-Isère")
    assert value_of(page, "commune_code") == "26281"
    assert 'name="publish"' not in page
    sent = answers("save", title="Réparer tout", commune=value_of(page, "commune"), places="500")
    answer = member.fill_in(edit, {**sent, "wanted-0-phrase": "menuiserie", "wanted-0-importance": "nice"})
    assert answer.status_code == 302
    assert "Saved." in words(member.get(answer.location).text)
    need = the_need(works)
    assert (need.title, need.places, need.state) == ("Réparer tout", 500, NeedState.OPEN)
    assert [(one.phrase, one.importance, one.concept_id) for one in need.wanted] == [
        ("menuiserie", Importance.NICE, "building.joinery")
    ]


def test_an_open_need_cannot_be_emptied_nor_moved_into_the_past(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    member.fill_in(new(cast), answers())
    edit = f"/needs/{the_need(works).id}/edit"
    answer = member.fill_in(edit, answers("save", until="2026-11-23", **{"wanted-0-phrase": ""}))
    assert answer.status_code == 422
    assert error_beside(answer.text, "until")
    assert error_beside(answer.text, "wanted")
    assert the_need(works).until == date(2026, 12, 31)


def test_a_line_is_added_to_a_need_that_exists_and_nothing_saved(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    member.fill_in(new(cast), answers())
    edit = f"/needs/{the_need(works).id}/edit"
    answer = member.fill_in(edit, {**answers(title="Autre chose"), "add_line": "1"})
    assert answer.status_code == 200
    assert value_of(answer.text, "title") == "Autre chose"
    assert the_need(works).title == "Réparer nos vélos"


def test_needs_of_others_cannot_be_found_to_be_changed(
    stranger: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
    paths = (new(cast), f"/needs/{need.id}/edit", "/needs/999999/edit", "/groups/999999/needs/new")
    for path in paths:
        for somebody, status in ((stranger, 404), (person, 302)):
            assert somebody.get(path).status_code == status
            assert somebody.post(path, answers()).status_code == status
    for path in (f"/needs/{need.id}/state", "/needs/999999/state"):
        assert stranger.post(path, {"action": "close"}).status_code == 404
        assert person.post(path, {"action": "close"}).location.startswith("/sign-in")
    assert the_need(works).state is NeedState.OPEN
    assert the_need(works).title == "Réparer nos vélos de livraison"


def test_a_form_without_its_token_is_refused(
    lead: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
    for path in (
        "/t/valence-romans/groups/new",
        f"/groups/{cast.group.id}/edit",
        f"/groups/{cast.group.id}/invite",
        new(cast),
        f"/needs/{need.id}/edit",
        f"/needs/{need.id}/state",
        "/invitations/x",
    ):
        sent = answers(action="close", name="x", pitch="x", address="eve@example.org", role="member")
        assert lead.client.post(path, data=sent).status_code == 400, path
    assert number_of_needs(works) == 1
    assert the_need(works).state is NeedState.OPEN


def test_looking_changes_nothing(lead: Person, cast: Cast, works: WorkFactory) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
    query = "?action=close&publish=1&add_line=1&title=x"
    for path in (f"/needs/{need.id}/edit", new(cast), f"/groups/{cast.group.id}/edit", "/my-groups"):
        assert lead.get(path + query).status_code == 200
    assert lead.get(f"/needs/{need.id}/state{query}").status_code == 405
    assert number_of_needs(works) == 1
    assert the_need(works).state is NeedState.OPEN


def test_somebody_who_posts_need_after_need_is_stopped(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    for _ in range(60):
        assert member.fill_in(new(cast), answers("draft")).status_code == 302
    assert member.fill_in(new(cast), answers("draft")).status_code == 429
    assert number_of_needs(works) == 60
