"""Leaving a group, removing somebody and handing over the lead."""

import pytest
from sqlalchemy import delete, select

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account, AccountSession
from matchmaker.base.work import WorkFactory
from matchmaker.groups import service
from matchmaker.groups.models import GroupInvitation, Membership
from matchmaker.groups.rules import LastLead, Role
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.invited import count, invite, role_of
from tests.groups.pages import words

LOU, MALIK = "lou@example.org", "malik@example.org"


@pytest.fixture
def home(cast: Cast) -> str:
    """The path of the group."""
    return f"/groups/{cast.group.id}"


def test_a_member_leaves_and_sees_no_more_of_it_at_once(
    member: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    assert "Post a need" in words(member.get(home).text)
    assert f'href="{home}/leave"' in member.get(home).text
    page = words(member.get(f"{home}/leave").text)
    assert f"Leave the group {cast.group.name}?" in page
    assert role_of(works, cast, MALIK) is Role.MEMBER, "looking changes nothing"
    assert member.fill_in(f"{home}/leave").location == "/my-groups"
    page = words(member.get("/my-groups").text)
    assert f"You have left the group {cast.group.name}." in page
    assert "You are in no group yet" in page
    page = words(member.get(home).text)
    assert "Post a need" not in page
    assert "Malik" not in page
    for path in ("leave", "needs/new"):
        assert member.get(f"{home}/{path}").status_code == 404
        assert member.post(f"{home}/{path}").status_code == 404


def test_the_last_lead_stays_until_somebody_else_leads(
    lead: Person, member: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    for act in ("leave", "step-down"):
        page = words(lead.get(f"{home}/{act}").text)
        assert "Make another member a lead first, or close the group." in page
        assert "Yes," not in page
        assert lead.post(f"{home}/{act}").location == home
        assert "Make another member a lead first, or close the group." in words(lead.get(home).text)
    assert role_of(works, cast, LOU) is Role.LEAD

    path = f"{home}/members/{cast.member.id}/lead"
    assert f'href="{path}"' in lead.get(home).text
    assert "Let Malik lead the group too?" in words(lead.get(path).text)
    assert lead.fill_in(path).location == home
    page = lead.get(home).text
    assert "Malik leads the group too." in words(page)
    assert f'href="{path}"' not in page, "who leads is not made a lead again"
    assert lead.fill_in(f"{home}/step-down").location == home
    assert "You no longer lead the group." in words(lead.get(home).text)
    assert (role_of(works, cast, LOU), role_of(works, cast, MALIK)) == (Role.MEMBER, Role.LEAD)
    assert lead.get(f"{home}/invite").status_code == 403
    assert member.get(f"{home}/invite").status_code == 200
    assert lead.fill_in(f"{home}/leave").location == "/my-groups"
    assert role_of(works, cast, LOU) is None


def test_who_is_alone_in_a_group_is_told_what_to_do(
    lead: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    assert lead.fill_in(f"{home}/members/{cast.member.id}/remove").location == home
    for act in ("leave", "step-down"):
        assert "You are alone in this group." in words(lead.get(f"{home}/{act}").text)
        assert lead.post(f"{home}/{act}").location == home
        assert "You are alone in this group." in words(lead.get(home).text)
    with works.begin() as work, pytest.raises(LastLead) as refused:
        service.leave_group(work, group_id=cast.group.id, account_id=cast.lead.id)
    assert refused.value.alone
    assert role_of(works, cast, LOU) is Role.LEAD


def test_who_is_removed_sees_no_more_of_it_at_once(
    lead: Person, member: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    path = f"{home}/members/{cast.member.id}/remove"
    assert f'href="{path}"' in lead.get(home).text
    assert "Remove Malik from the group?" in words(lead.get(path).text)
    assert member.get(f"{home}/needs/new").status_code == 200
    assert lead.fill_in(path).location == home
    assert "Malik is no longer in the group." in words(lead.get(home).text)
    assert member.get(f"{home}/needs/new").status_code == 404
    assert role_of(works, cast, MALIK) is None
    assert lead.get(path).status_code == 404
    assert lead.post(path).status_code == 404


def test_a_member_removes_nobody_and_a_stranger_finds_no_door(
    lead: Person, member: Person, stranger: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    invite(lead, cast)
    with works.begin() as work:
        number = work.session.scalars(select(GroupInvitation.id)).one()
    paths = [
        f"{home}/step-down",
        f"{home}/members/{cast.lead.id}/remove",
        f"{home}/members/{cast.member.id}/lead",
        f"{home}/invitations/{number}/withdraw",
    ]
    assert not [path for path in paths if path in member.get(home).text]
    for path in paths:
        assert member.post(path).status_code == 403, path
        assert stranger.post(path).status_code == 404, path
    assert stranger.post(f"{home}/leave").status_code == 404
    assert count(works, Membership) == 3
    assert count(works, GroupInvitation) == 1


def test_a_lead_removes_and_promotes_others_of_the_group_alone(
    lead: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    for number in (cast.lead.id, cast.stranger.id, 987654):
        for act in ("remove", "lead"):
            path = f"{home}/members/{number}/{act}"
            assert path not in lead.get(home).text
            assert lead.get(path).status_code == 404
            assert lead.post(path).status_code == 404
    group = cast.group.id
    for number in (cast.lead.id, cast.stranger.id):
        with works.begin() as work, pytest.raises(service.NotAllowed):
            service.remove_member(work, group_id=group, account_id=number, by_id=cast.lead.id)
    with works.begin() as work, pytest.raises(service.NotAllowed):
        service.make_lead(work, group_id=group, account_id=cast.stranger.id, by_id=cast.lead.id)
    for verb in (service.remove_member, service.make_lead):
        with works.begin() as work, pytest.raises(service.NotAllowed):
            verb(work, group_id=group, account_id=cast.lead.id, by_id=cast.member.id)
    with works.begin() as work, pytest.raises(service.NotAllowed):
        service.step_down(work, group_id=group, account_id=cast.member.id)
    assert count(works, Membership) == 3


def test_who_has_left_and_had_invited_somebody_can_close_their_account(
    lead: Person, cast: Cast, works: WorkFactory, home: str
) -> None:
    lead.fill_in(f"{home}/members/{cast.member.id}/lead")
    invite(lead, cast)
    lead.fill_in(f"{home}/leave")
    with works.begin() as work:
        work.session.execute(delete(AccountSession))
        assert accounts.close_if_unused(work, account_id=cast.lead.id)
        assert work.session.get(Account, cast.lead.id) is None
    assert count(works, GroupInvitation) == 0
