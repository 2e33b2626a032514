"""Answering an invitation by its link."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account, AccountSession
from matchmaker.base.work import WorkFactory
from matchmaker.groups import queries
from matchmaker.groups.models import GroupInvitation, Membership
from matchmaker.groups.rules import Role
from matchmaker.groups.service import INVITATION
from matchmaker.invitations import service
from matchmaker.invitations.queries import waiting_invitations
from tests.builders import World, add_account, add_group
from tests.clock import MovableClock
from tests.doors import Person, signed_in
from tests.groups.conftest import Cast
from tests.groups.invited import EVE, count, invite, mailed_link, role_of
from tests.groups.pages import error_beside, value_of, words


def test_opening_the_link_changes_nothing(
    lead: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    invite(lead, cast)
    link = mailed_link(works)
    before = [count(works, kind) for kind in (Account, AccountSession, Membership)]
    for _ in range(2):
        page = person.get(f"{link}?lang=en")
        assert page.status_code == 200
        assert cast.group.name in words(page.text)
        assert "Lou invites you." in words(page.text)
    assert [count(works, kind) for kind in (Account, AccountSession, Membership)] == before
    with works.sessions() as session:
        assert session.scalars(select(GroupInvitation)).one().accepted_at is None


def test_a_newcomer_says_their_name_and_is_in(
    lead: Person, person: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    invite(lead, cast, role="lead")
    link = mailed_link(works)
    answer = person.fill_in(link, {"first_name": " Eve ", "locale": "en"})
    assert answer.status_code == 302
    assert answer.location == f"/groups/{cast.group.id}"
    page = words(person.get(answer.location).text)
    assert "Welcome to the group!" in page
    assert "Invite somebody" in page, "signed in, and a lead as invited"
    assert role_of(works, cast) is Role.LEAD
    with works.sessions() as session:
        account = session.scalars(select(Account).where(Account.address == EVE)).one()
        assert (account.first_name, account.locale) == ("Eve", "en")
        assert session.scalars(select(GroupInvitation)).one().accepted_at == clock.now


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_newcomer_without_a_usable_name_is_asked_again(
    lead: Person, person: Person, cast: Cast, works: WorkFactory, name: str
) -> None:
    invite(lead, cast)
    answer = person.fill_in(mailed_link(works), {"first_name": name, "locale": "fr"})
    assert answer.status_code == 422
    assert error_beside(answer.text, "first_name")
    assert value_of(answer.text, "first_name") == name.strip()
    assert role_of(works, cast) is None


def test_the_service_opens_no_account_without_a_name(lead: Person, cast: Cast, works: WorkFactory) -> None:
    invite(lead, cast)
    token = mailed_link(works).rpartition("/")[2]
    with works.begin() as work, pytest.raises(service.InvitationUnusable):
        service.accept_invitation(work, [INVITATION], token=token, account_id=None)


def test_somebody_known_who_is_signed_out_is_signed_in_and_keeps_their_name(
    lead: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    with works.begin() as work:
        add_account(work, address=EVE, first_name="Eve", locale="en")
    invite(lead, cast)
    link = mailed_link(works)
    assert 'name="first_name"' not in person.get(link).text
    assert person.fill_in(link, {"first_name": "Mallory"}).status_code == 302
    assert "Welcome to the group!" in words(person.get("/my-groups").text)
    assert cast.group.name in words(person.get("/my-groups").text)
    with works.sessions() as session:
        assert session.scalars(select(Account.first_name).where(Account.address == EVE)).one() == "Eve"


def test_somebody_known_who_is_signed_in_joins_in_the_session_that_they_have(
    app: Flask, lead: Person, cast: Cast, works: WorkFactory
) -> None:
    with works.begin() as work:
        eve = add_account(work, address=EVE, first_name="Eve", locale="en")
    invite(lead, cast)
    browser = signed_in(app, eve)
    sessions = count(works, AccountSession)
    assert browser.fill_in(mailed_link(works)).status_code == 302
    assert role_of(works, cast) is Role.MEMBER
    assert count(works, AccountSession) == sessions


@pytest.mark.parametrize("known", [True, False])
def test_somebody_else_who_is_signed_in_is_told_so_and_nothing_changes(
    lead: Person, stranger: Person, cast: Cast, works: WorkFactory, known: bool
) -> None:
    if known:
        with works.begin() as work:
            add_account(work, address=EVE, first_name="Eve")
    invite(lead, cast)
    link = mailed_link(works)
    page = stranger.get(link)
    assert page.status_code == 200
    assert "signed in with another address" in words(page.text)
    assert EVE not in page.text, "a link that was passed on does not tell whose it is"
    answer = stranger.fill_in(link)
    assert answer.status_code == 422
    assert "To correct" not in answer.text, "there is nothing that they could correct"
    assert "signed in with another address" in words(answer.text)
    assert role_of(works, cast) is None
    assert role_of(works, cast, "zoe@example.org") is None
    with works.sessions() as session:
        assert session.scalars(select(GroupInvitation)).one().accepted_at is None
    assert lead.get(link).status_code == 200


def test_a_used_invitation_no_longer_works(
    lead: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    invite(lead, cast)
    link = mailed_link(works)
    assert person.fill_in(link, {"first_name": "Eve", "locale": "en"}).status_code == 302
    for somebody in (person, lead):
        assert somebody.get(link).status_code == 410
        answer = somebody.post(link, {"first_name": "Eve", "locale": "en"})
        assert answer.status_code == 410
        assert "no longer works" in words(answer.text)
    assert count(works, Membership) == 4


def test_an_invitation_lasts_two_weeks(
    lead: Person, person: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    invite(lead, cast)
    link = mailed_link(works)
    clock.advance(timedelta(days=14) - timedelta(seconds=1))
    assert person.get(link).status_code == 200
    with works.sessions() as session:
        assert waiting_invitations(session, GroupInvitation, subject_ids=[cast.group.id], now=clock.now)
    clock.advance(timedelta(seconds=1))
    assert person.get(link).status_code == 410
    assert person.post(link, {"first_name": "Eve", "locale": "fr"}).status_code == 410
    assert role_of(works, cast) is None
    with works.sessions() as session:
        assert not waiting_invitations(session, GroupInvitation, subject_ids=[cast.group.id], now=clock.now)


def test_a_forged_link_does_not_work(lead: Person, person: Person, cast: Cast, works: WorkFactory) -> None:
    invite(lead, cast)
    link = mailed_link(works)
    with works.begin() as work:
        for payload in ("1", "1.", "999999.0", "x.y"):
            assert person.get(f"/invitations/{work.tokens.sign('link', payload)}").status_code == 410
        number = work.session.scalars(select(GroupInvitation.id)).one()
        unbound = work.tokens.sign("invitation", f"{number}.{'0' * 16}")
        unknown = work.tokens.sign("club_invitation", f"{number}.{'0' * 16}")
    for token in ("x", f"x{link.rpartition('/')[2]}", unbound, unknown):
        assert person.get(f"/invitations/{token}").status_code == 410
        assert person.post(f"/invitations/{token}").status_code == 410


def test_an_old_letter_does_not_open_an_invitation_that_got_the_same_number(
    lead: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    invite(lead, cast)
    link = mailed_link(works)
    with works.begin() as work:
        gone = work.session.scalars(select(GroupInvitation)).one()
        number = gone.id
        work.session.delete(gone)
        work.session.flush()
        later = GroupInvitation(
            id=number,
            subject_id=cast.group.id,
            address="boss@example.org",
            role=Role.LEAD,
            invited_by_id=cast.lead.id,
            created_at=work.now,
            expires_at=work.now + timedelta(days=14),
        )
        work.session.add(later)
    assert person.get(link).status_code == 410


def test_a_letter_of_0_1_0_opens_its_invitation(
    lead: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    invite(lead, cast)
    with works.begin() as work:
        number = work.session.scalars(select(GroupInvitation.id)).one()
        tokens = [
            work.tokens.sign_bound("invitation", str(number), to=address)
            for address in (EVE, "somebody.else@example.org")
        ]
    assert [person.get(f"/invitations/{token}").status_code for token in tokens] == [200, 410]


def test_being_invited_by_two_groups_opens_one_account(
    lead: Person, stranger: Person, person: Person, cast: Cast, world: World, works: WorkFactory
) -> None:
    with works.begin() as work:
        other = add_group(work, world.challenge, name="Une autre", lead=work.session.merge(cast.stranger))
    invite(lead, cast)
    first = mailed_link(works)
    stranger.fill_in(f"/groups/{other.id}/invite", {"address": EVE, "role": "member"})
    second = mailed_link(works)
    assert first != second
    assert person.fill_in(first, {"first_name": "Eve", "locale": "fr"}).status_code == 302
    assert person.fill_in(second).status_code == 302
    with works.sessions() as session:
        eve = session.scalars(select(Account).where(Account.address == EVE)).one()
        names = {group.name for group in queries.groups_of(session, account_id=eve.id)}
    assert names == {cast.group.name, "Une autre"}


def test_an_invitation_accepted_by_a_member_keeps_what_they_are(
    lead: Person, cast: Cast, app: Flask, works: WorkFactory
) -> None:
    invite(lead, cast)
    with works.begin() as work:
        eve = add_account(work, address=EVE, first_name="Eve")
        work.session.add(
            Membership(group_id=cast.group.id, account_id=eve.id, role=Role.LEAD, joined_at=work.now)
        )
    assert signed_in(app, eve).fill_in(mailed_link(works)).status_code == 302
    assert role_of(works, cast) is Role.LEAD
