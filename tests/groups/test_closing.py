"""Ending a group: by its leads, by the team of its territory, and for good by the clock."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from matchmaker.base.db import Base
from matchmaker.base.work import WorkFactory
from matchmaker.groups import service
from matchmaker.groups.models import GroupInvitation, Membership, Need, StartupGroup
from matchmaker.groups.rules import CLOSED_FOR, Importance, NeedAction, NeedKind, NeedState, Role
from matchmaker.rooms import TRANSFERS
from tests.builders import World, add_need, add_organiser
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor, works_of
from tests.groups.conftest import Cast
from tests.groups.invited import EVE, count, invite, mailed_link, role_of
from tests.groups.pages import words
from tests.house.town import make_town

LOU = "lou@example.org"
DETAILS = service.NeedDetails(
    title="Réparer",
    description="",
    kind=NeedKind.SKILL,
    wanted=(service.WantedPhrase(phrase="couture", importance=Importance.MUST),),
    places=1,
    hours_a_week=None,
    commune_code=None,
    remote=True,
    until=None,
)


@pytest.fixture
def home(cast: Cast) -> str:
    """The path of the group."""
    return f"/groups/{cast.group.id}"


@pytest.fixture
def team(app: Flask, works: WorkFactory, world: World) -> Person:
    """Orane, in the team of the territory."""
    with works.begin() as work:
        organiser = add_organiser(work, world.territory)
    return signed_in(app, organiser)


def states(works: WorkFactory) -> list[NeedState]:
    """The states of all needs, the oldest first."""
    with works.sessions() as session:
        return list(session.scalars(select(Need.state).order_by(Need.id)))


def test_a_closed_group_is_found_by_nobody_and_nothing_of_it_goes_on(
    app: Flask, lead: Person, member: Person, stranger: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        need = add_need(work, group)
        draft = add_need(work, group, title="Un brouillon")
        draft.state = NeedState.DRAFT
    invite(lead, cast)
    assert f'href="{home}/close"' in lead.get(home).text
    assert f'href="{home}/close"' not in member.get(home).text
    assert member.post(f"{home}/close").status_code == 404

    page = words(lead.get(f"{home}/close").text)
    assert "For 8 weeks the group can be opened again." in page
    assert states(works) == [NeedState.OPEN, NeedState.DRAFT], "looking changes nothing"
    assert lead.fill_in(f"{home}/close").location == home
    assert states(works) == [NeedState.CLOSED, NeedState.DRAFT]
    assert count(works, GroupInvitation) == 0
    assert visitor(app).get(mailed_link(works, EVE)).status_code == 410

    for somebody in (stranger, visitor(app)):
        answer = somebody.get(home)
        assert answer.status_code == 410
        assert "Malik" not in answer.text
        assert cast.group.name not in words(answer.text)
        assert home not in somebody.get("/t/valence-romans").text
    assert home not in visitor(app).get("/sitemap.xml").text
    assert visitor(app).get(f"/pictures{home}.png").status_code == 404
    inside = [f"{home}/edit", f"{home}/invite", f"{home}/needs/new", f"{home}/absence"]
    inside += [f"/needs/{need.id}/edit", f"/needs/{draft.id}/edit", f"/needs/{need.id}/citizens"]
    for path in inside:
        assert lead.get(path).status_code == 404, path
    assert lead.post(f"/needs/{draft.id}/state", {"action": "open"}).status_code == 404
    assert "Closed groups" in words(lead.get("/my-groups").text)


def test_no_verb_of_a_group_works_once_it_has_ended(cast: Cast, works: WorkFactory) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
        service.close_group(work, group_id=cast.group.id, account_id=cast.lead.id)
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        with pytest.raises(service.NotAllowed):
            service.post_need(work, group, details=DETAILS, publish=True)
        with pytest.raises(service.NotAllowed):
            service.change_need(work, need_id=need.id, details=DETAILS, publish=True)
        with pytest.raises(service.NotAllowed):
            service.act_on_need(work, need_id=need.id, action=NeedAction.REOPEN)
        for check in (service.check_member, service.check_lead):
            with pytest.raises(service.NotAllowed):
                check(work.session, group_id=group.id, account_id=cast.lead.id)
        for account in (cast.member, cast.stranger):
            for verb in (service.close_group, service.reopen_group):
                with pytest.raises(service.NotAllowed):
                    verb(work, group_id=group.id, account_id=account.id)


def test_a_lead_opens_the_group_again_and_then_its_needs(
    lead: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    with works.begin() as work:
        need = add_need(work, work.session.get_one(StartupGroup, cast.group.id))
    lead.fill_in(f"{home}/close")
    lead.fill_in(f"{home}/close")
    assert lead.post(f"{home}/reopen", page=home).location == home
    assert "The group is open again." in words(lead.get(home).text)
    assert lead.get(home).status_code == 200
    assert states(works) == [NeedState.CLOSED]
    lead.post(f"/needs/{need.id}/state", {"action": "reopen"})
    assert states(works) == [NeedState.OPEN]
    assert lead.post(f"{home}/reopen").location == home, "twice is as good as once"


def test_what_the_team_closes_the_team_alone_opens_again(
    team: Person, lead: Person, cast: Cast, home: str
) -> None:
    assert team.fill_in(f"{home}/close").location == home
    assert home in team.get("/t/valence-romans/desk").text
    lead.post(f"{home}/reopen", page=home)
    assert "Ask them to open it again." in words(lead.get(home).text)
    assert lead.get(home).status_code == 410
    team.post(f"{home}/reopen", page=home)
    assert lead.get(home).status_code == 200


def test_the_last_lead_of_a_closed_group_leaves_and_nobody_opens_it_again(
    lead: Person, team: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    lead.fill_in(f"{home}/close")
    assert lead.fill_in(f"{home}/leave").location == "/my-groups"
    assert role_of(works, cast, LOU) is None
    assert lead.get(home).status_code == 410
    assert "Closed groups" not in words(lead.get("/my-groups").text)
    team.post(f"{home}/reopen", page=home)
    assert "Ce groupe n’a plus de responsable" in words(team.get(home).text)


def test_after_eight_weeks_nothing_is_left_of_a_group_with_everything_in_it(
    settled: None, app: Flask, clock: MovableClock
) -> None:
    town = make_town(app)
    works = works_of(app)
    group_id, lead_id = town.numbers["group_id"], town.accounts["lead and organiser"]
    with works.begin() as work:
        service.close_group(work, group_id=group_id, account_id=lead_id)
    clock.advance(CLOSED_FOR - timedelta(seconds=1))
    forget(works)
    assert count(works, StartupGroup) == 1
    clock.advance(timedelta(seconds=1))
    forget(works)
    with works.sessions() as session:
        for table in Base.metadata.sorted_tables:
            if {"group_id", "need_id"} & set(table.columns.keys()):
                hanging = [table.c[name].is_not(None) for name in ("group_id", "need_id") if name in table.c]
                rows = session.scalar(select(func.count()).select_from(table).where(or_(*hanging)))
                assert rows == 0, table.name
    assert town.people["lead and organiser"].get(f"/groups/{group_id}").status_code == 404


def test_a_group_that_has_not_ended_stays_for_ever(
    cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    clock.advance(10 * CLOSED_FOR)
    forget(works)
    assert count(works, StartupGroup) == 2
    assert count(works, Membership) == 3
    assert role_of(works, cast, LOU) is Role.LEAD


def forget(works: WorkFactory) -> None:
    """What the scheduler does each hour."""
    with works.begin() as work:
        for room in TRANSFERS:
            room.forget_expired(work)
