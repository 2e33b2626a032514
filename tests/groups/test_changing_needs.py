"""Changing a need by the form, and who may not."""

from datetime import date

import pytest

from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import Importance, NeedState
from matchmaker.vocabulary.rules import Level
from tests.builders import World, add_need
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.needs import answers, new, number_of_needs, the_need
from tests.groups.pages import chosen_of, error_beside, value_of, words


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


def test_a_level_is_asked_kept_shown_and_taken_back(
    member: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    member.fill_in(new(cast), answers(**{"wanted-0-level": "beginner"}))
    need = the_need(works)
    edit = f"/needs/{need.id}/edit"
    assert [one.level for one in need.wanted] == [Level.BEGINNER]
    assert chosen_of(member.get(edit).text, "wanted-0-level") == "beginner"
    for path in (f"/needs/{need.id}", f"/groups/{need.group_id}"):
        assert "débutants bienvenus" in words(person.get(path).text)
    refused = member.fill_in(edit, answers("save", title="", **{"wanted-0-level": "trade"}))
    assert chosen_of(refused.text, "wanted-0-level") == "trade"
    assert member.fill_in(edit, answers("save", **{"wanted-0-level": "genius"})).status_code == 422
    member.fill_in(edit, answers("save", **{"wanted-0-level": ""}))
    assert [one.level for one in the_need(works).wanted] == [None]


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


@pytest.mark.sqlite_daily
def test_somebody_who_posts_need_after_need_is_stopped(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    for _ in range(60):
        assert member.fill_in(new(cast), answers("draft")).status_code == 302
    assert member.fill_in(new(cast), answers("draft")).status_code == 429
    assert number_of_needs(works) == 60
