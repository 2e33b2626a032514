"""Asking people to join a group, by a letter."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import GroupInvitation, Membership
from matchmaker.groups.rules import Role
from tests.builders import add_account
from tests.clock import MovableClock
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.invited import EVE, count, invite, mailed_link, role_of
from tests.groups.pages import error_beside, letters_to, link_in, value_of, words


def test_the_invited_person_gets_a_letter_with_a_link(lead: Person, cast: Cast, works: WorkFactory) -> None:
    invite(lead, cast, "  Eve@Example.ORG ")
    assert f"on its way to {EVE}" in words(lead.get(f"/groups/{cast.group.id}").text)
    with works.sessions() as session:
        (letter,) = letters_to(session, EVE)
        assert letter.kind == "invitations.invitation"
        assert letter.locale == "fr", "the language of the group, for somebody we do not know"
        # Nobody has proved that the address is Eve's: the page of the link says the rest.
        for typed in ("Lou", cast.group.name, cast.group.pitch):
            assert typed not in f"{letter.subject} {letter.text} {letter.html}"
        assert link_in(letter, "/invitations/")
    assert role_of(works, cast) is None


def test_somebody_we_know_is_greeted_by_name_in_their_language(
    lead: Person, cast: Cast, works: WorkFactory
) -> None:
    with works.begin() as work:
        add_account(work, address=EVE, first_name="Eve", locale="en")
    invite(lead, cast)
    with works.sessions() as session:
        (letter,) = letters_to(session, EVE)
        assert letter.locale == "en"
        assert letter.text.startswith("Hello Eve,")


def test_inviting_again_renews_the_invitation_and_does_not_double_it(
    lead: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    invite(lead, cast)
    first = mailed_link(works)
    clock.advance(timedelta(days=10))
    invite(lead, cast, role="lead")
    with works.sessions() as session:
        (invitation,) = session.scalars(select(GroupInvitation)).all()
        assert invitation.role is Role.LEAD
        assert invitation.expires_at == clock.now + timedelta(days=14)
        assert len(letters_to(session, EVE)) == 2
    clock.advance(timedelta(days=10))
    assert lead.get(first).status_code == 200, "the first letter still opens it"


@pytest.mark.parametrize("address", ["lou@example.org", "MALIK@example.org"])
def test_a_member_is_not_invited(lead: Person, cast: Cast, works: WorkFactory, address: str) -> None:
    answer = lead.fill_in(f"/groups/{cast.group.id}/invite", {"address": address, "role": "member"})
    assert answer.status_code == 422
    assert "in the group already" in error_beside(answer.text, "address")
    assert value_of(answer.text, "address") == address
    assert count(works, OutboxMessage) == 0


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"address": "", "role": "member"}, "address"),
        ({"address": "nobody", "role": "member"}, "address"),
        ({"address": f"{'x' * 250}@example.org", "role": "member"}, "address"),
        ({"address": EVE, "role": "king"}, "role"),
    ],
)
def test_a_wrong_invitation_is_told_beside_its_field(
    lead: Person, cast: Cast, works: WorkFactory, sent: dict[str, str], field: str
) -> None:
    answer = lead.fill_in(f"/groups/{cast.group.id}/invite", sent)
    assert answer.status_code == 422
    assert error_beside(answer.text, field)
    assert value_of(answer.text, "address") == sent["address"]
    assert count(works, GroupInvitation) == 0


def test_one_address_is_not_flooded_with_letters(
    lead: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    for _ in range(3):
        invite(lead, cast)
    path = f"/groups/{cast.group.id}/invite"
    assert lead.fill_in(path, {"address": EVE, "role": "member"}).status_code == 429
    invite(lead, cast, "somebody.else@example.org")
    clock.advance(timedelta(days=1))
    invite(lead, cast)
    with works.sessions() as session:
        assert len(letters_to(session, EVE)) == 4


def test_a_lead_does_not_invite_half_the_town_in_a_day(lead: Person, cast: Cast, works: WorkFactory) -> None:
    for number in range(30):
        invite(lead, cast, f"neighbour{number}@example.org")
    answer = lead.fill_in(
        f"/groups/{cast.group.id}/invite", {"address": "one.more@example.org", "role": "member"}
    )
    assert answer.status_code == 429
    assert count(works, GroupInvitation) == 30


def test_a_lead_takes_an_invitation_back_and_its_letter_opens_nothing_any_more(
    lead: Person, person: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    home = f"/groups/{cast.group.id}"
    invite(lead, cast)
    link = mailed_link(works)
    with works.begin() as work:
        number = work.session.scalars(select(GroupInvitation.id)).one()
    path = f"{home}/invitations/{number}/withdraw"
    assert f'action="{path}"' in lead.get(home).text
    assert lead.post(path).location == home
    page = words(lead.get(home).text)
    assert "The invitation is taken back." in page
    assert EVE not in page
    assert person.get(link).status_code == 410
    assert lead.post(path).location == home
    assert "does not wait any more" in words(lead.get(home).text)
    clock.advance(timedelta(hours=1))
    invite(lead, cast)
    assert person.get(link).status_code == 410
    assert person.get(mailed_link(works)).status_code == 200


def test_an_invitation_is_taken_back_by_its_own_group_alone(
    lead: Person, stranger: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    invite(lead, cast)
    with works.begin() as work:
        number = work.session.scalars(select(GroupInvitation.id)).one()
        own = work.session.scalars(
            select(Membership.group_id).where(Membership.account_id == cast.stranger.id)
        ).one()
    assert stranger.post(f"/groups/{own}/invitations/{number}/withdraw").status_code == 302
    assert person.get(mailed_link(works)).status_code == 200
