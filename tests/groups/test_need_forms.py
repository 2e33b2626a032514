"""The form of a need as different browsers meet it, and the order in which needs are listed."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.work import WorkFactory
from matchmaker.groups import queries
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import NeedState
from matchmaker.places.models import Territory
from tests.builders import NOW, TODAY, World, add_need
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.pages import chosen_of, error_beside, value_of

SENT = {
    "title": "Réparer nos vélos",
    "kind": "skill",
    "wanted-0-phrase": "mécano vélo",
    "wanted-0-importance": "must",
    "places": "2",
    "commune": "Romans-sur-Isère",
    "publish": "1",
}


def new_path(cast: Cast) -> str:
    """Where a need is posted."""
    return f"/groups/{cast.group.id}/needs/new"


def test_a_browser_with_script_finds_the_line_to_copy(member: Person, cast: Cast) -> None:
    page = member.get(new_path(cast)).text
    template = page.partition("<template>")[2].partition("</template>")[0]
    assert 'name="wanted-__-phrase"' in template
    assert 'name="wanted-__-importance"' in template
    assert 'id="wanted-__-phrase-list"' in template
    assert "data-number" in template


def test_a_browser_without_a_field_for_days_sends_them_as_people_write_them(
    member: Person, cast: Cast, session: Session
) -> None:
    for day in (
        "24/11/2026",
        "24-11-2026",
        "24.11.26",
        "24 novembre",
        "mardi 24 novembre 2026",
        "2026-11-24",
    ):
        assert member.fill_in(new_path(cast), SENT | {"until": day, "title": day}).status_code == 302
        assert session.scalars(select(Need).where(Need.title == day)).one().until == TODAY


@pytest.mark.parametrize("day", ["31/02/2026", "2026-02-31", "soon", "9999-12-31", "24/11/2206"])
def test_a_day_that_there_is_not_comes_back_as_it_was_typed(
    member: Person, cast: Cast, session: Session, day: str
) -> None:
    answer = member.fill_in(new_path(cast), SENT | {"until": day})
    assert answer.status_code == 422
    assert error_beside(answer.text, "until").endswith("Write a day like 31/12/2026.")
    assert value_of(answer.text, "until") == day
    assert session.scalars(select(Need)).all() == []


def test_the_summary_leads_to_the_first_line_when_no_skill_is_wanted(member: Person, cast: Cast) -> None:
    answer = member.fill_in(new_path(cast), SENT | {"wanted-0-phrase": ""})
    assert answer.status_code == 422
    assert 'href="#wanted-0-phrase"' in answer.text
    assert 'id="wanted-0-phrase"' in answer.text


def test_an_expired_need_that_would_open_again_must_say_what_it_looks_for(
    member: Person, cast: Cast, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        need = add_need(work, group, until=TODAY - timedelta(days=1))
    sent = SENT | {"until": TODAY.isoformat(), "wanted-0-phrase": ""}

    answer = member.fill_in(f"/needs/{need.id}/edit", sent)

    assert answer.status_code == 422
    assert "Say at least one skill" in error_beside(answer.text, "wanted")
    kept = session.scalars(select(Need)).one()
    assert (kept.title, len(kept.wanted)) == (need.title, 1)


def test_who_left_the_group_no_longer_acts_for_it(
    member: Person, cast: Cast, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
        work.session.delete(work.session.get_one(Membership, (cast.group.id, cast.member.id)))
    assert member.post(f"/needs/{need.id}/state", {"action": "close"}).status_code == 404
    assert session.scalars(select(Need)).one().state is NeedState.OPEN


def test_the_newest_open_needs_come_first_and_no_more_than_asked(
    works: WorkFactory, world: World, cast: Cast, session: Session
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        numbers = [add_need(work, group, title=f"Besoin {number}").id for number in range(4)]
    territory = session.get_one(Territory, world.territory.id)

    shown = queries.open_needs(session, territory=territory, now=NOW, limit=3)

    assert [need.id for need in shown] == numbers[:0:-1]
    elsewhere = session.get_one(Territory, world.other_territory.id)
    assert not queries.open_needs(session, territory=elsewhere, now=NOW)


def test_wanted_skills_on_one_line_come_back_a_line_each_and_are_not_posted_unseen(
    member: Person, cast: Cast, session: Session
) -> None:
    sent = SENT | {"wanted-0-phrase": "couture, cuisine", "wanted-1-phrase": "pas de permis"}
    sent |= {"wanted-0-importance": "nice", "wanted-1-importance": "must"}
    answer = member.fill_in(new_path(cast), sent)
    assert answer.status_code == 200
    assert "You wrote several skills on one line" in answer.text
    assert "We left it out: pas de permis" in answer.text
    assert [value_of(answer.text, f"wanted-{row}-phrase") for row in range(3)] == ["couture", "cuisine", ""]
    assert [chosen_of(answer.text, f"wanted-{row}-importance") for row in range(2)] == ["nice", "nice"]
    assert session.scalars(select(Need)).all() == []
    again = {"wanted-0-phrase": "couture", "wanted-1-phrase": "cuisine", "wanted-1-importance": "nice"}
    assert member.fill_in(new_path(cast), sent | again).status_code == 302
    assert [row.phrase for row in session.scalars(select(Need)).one().wanted] == ["couture", "cuisine"]


def test_a_field_has_one_error_at_a_time(member: Person, cast: Cast) -> None:
    """What is no number was told so, and that it is not between two numbers."""
    answer = member.fill_in(new_path(cast), SENT | {"places": "many"})
    assert answer.status_code == 422
    assert "a whole number" in error_beside(answer.text, "places")
    assert "between" not in error_beside(answer.text, "places")


def test_the_error_of_a_group_of_fields_is_tied_to_it(member: Person, cast: Cast) -> None:
    page = member.fill_in(new_path(cast), SENT | {"wanted-0-phrase": ""}).text
    fieldset = page[page.index('id="wanted"') :].partition(">")[0]
    assert "wanted-error" in fieldset
    assert 'id="wanted-error"' in page
