"""Several people, or one with two fingers, do the same thing at the same moment over connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.ids import AccountId
from matchmaker.base.work import Work, WorkFactory
from matchmaker.groups import service
from matchmaker.groups.models import GroupInvitation, Membership, Need, StartupGroup
from matchmaker.groups.rules import ActionNotAllowed, LastLead, NeedAction, NeedState, Role, Stage
from matchmaker.groups.service import INVITATION
from matchmaker.invitations import service as invitations
from tests.builders import World, add_group, add_need
from tests.cli.processes import PATIENCE
from tests.doors import works_of
from tests.groups.conftest import Cast, make_cast
from tests.groups.pages import letters_to, link_in
from tests.races import at_once

EVE = "eve@example.org"


@pytest.fixture
def works(live_app: Flask) -> WorkFactory:
    """Units of work with a connection each."""
    return works_of(live_app)


@pytest.fixture
def cast(works: WorkFactory, world: World) -> Cast:
    """The people of these stories, really committed."""
    with works.begin() as work:
        return make_cast(work, world)


def invited(work: Work, group_id: int, by: AccountId) -> str:
    """Eve is invited into a group; the token of her letter."""
    invitations.invite(work, INVITATION, subject_id=group_id, invited_by_id=by, address=EVE, role=Role.MEMBER)
    return link_in(letters_to(work.session, EVE)[-1], "/invitations/").rpartition("/")[2]


def accept(token: str) -> Callable[[Work], bool]:
    def act(work: Work) -> bool:
        joined = invitations.accept_invitation(
            work, [INVITATION], token=token, account_id=None, first_name="Eve"
        )
        return joined.signed_in is not None

    return act


def test_an_invitation_accepted_twice_at_once_makes_one_member(works: WorkFactory, cast: Cast) -> None:
    with works.begin() as work:
        token = invited(work, cast.group.id, cast.lead.id)
    answers = at_once(works, [accept(token)] * 4, invitations.InvitationUnusable)
    assert sum(answer is True for answer in answers) == 1
    assert sum(isinstance(answer, invitations.InvitationUnusable) for answer in answers) == 3
    with works.sessions() as session:
        eve = session.scalars(select(Account).where(Account.address == EVE)).one()
        session.scalars(select(Membership).where(Membership.account_id == eve.id)).one()


def test_somebody_who_accepts_two_invitations_at_once_has_one_account(
    works: WorkFactory, cast: Cast, world: World
) -> None:
    with works.begin() as work:
        other = add_group(
            work, work.session.merge(world.challenge), name="Une autre", lead=work.session.merge(cast.lead)
        )
        first, second = (invited(work, number, cast.lead.id) for number in (cast.group.id, other.id))

    def accept_second() -> bool:
        with works.begin() as work:
            return accept(second)(work)

    with ThreadPoolExecutor(1) as pool:
        with works.begin() as work:
            assert accept(first)(work)
            waiting = pool.submit(accept_second)
            # Long enough for the other to have found no account, and to wait for this one's.
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result(timeout=PATIENCE)
    with works.sessions() as session:
        eve = session.scalars(select(Account).where(Account.address == EVE)).one()
        joined = session.scalars(select(Membership).where(Membership.account_id == eve.id)).all()
        assert {one.group_id for one in joined} == {cast.group.id, other.id}


def test_one_address_invited_by_several_at_once_has_one_invitation(works: WorkFactory, cast: Cast) -> None:
    def act(work: Work) -> str:
        return invited(work, cast.group.id, cast.lead.id)

    answers = at_once(works, [act] * 4, invitations.AlreadyMember)
    with works.begin() as work:
        invitation = work.session.scalars(select(GroupInvitation)).one()
        assert len(letters_to(work.session, EVE)) == 4
        for token in answers:
            assert invitations.find_invitation(work, [INVITATION], token=str(token))[1].id == invitation.id


def test_an_invitation_taken_back_while_it_is_accepted_is_one_of_both(works: WorkFactory, cast: Cast) -> None:
    with works.begin() as work:
        token = invited(work, cast.group.id, cast.lead.id)
        number = work.session.scalars(select(GroupInvitation.id)).one()

    def withdraw(work: Work) -> bool:
        return invitations.withdraw(work, INVITATION, subject_id=cast.group.id, invitation_id=number)

    acts = [withdraw, accept(token), withdraw, accept(token)]
    answers = at_once(works, acts, invitations.InvitationUnusable)
    assert sum(answer is True for answer in answers) == 1
    taken_back = True in (answers[0], answers[2])
    with works.sessions() as session:
        assert (session.get(GroupInvitation, number) is None) is taken_back
        joined = session.scalars(select(Membership).join(Account).where(Account.address == EVE)).all()
        assert len(joined) == (0 if taken_back else 1)


def test_an_invitation_sent_again_while_it_is_accepted_waits_for_nobody_for_ever(
    works: WorkFactory, cast: Cast
) -> None:
    with works.begin() as work:
        token = invited(work, cast.group.id, cast.lead.id)

    def again(work: Work) -> str:
        return invited(work, cast.group.id, cast.lead.id)

    acts: list[Callable[[Work], object]] = [again, accept(token), again, accept(token)]
    answers = at_once(works, acts, invitations.InvitationUnusable, invitations.AlreadyMember)
    assert sum(answer is True for answer in answers) == 1
    with works.sessions() as session:
        assert session.scalars(select(GroupInvitation.accepted_at)).one() is not None


@pytest.fixture
def leads(works: WorkFactory, cast: Cast) -> tuple[int, int]:
    """Lou and Malik, who both lead the group."""
    with works.begin() as work:
        service.make_lead(work, group_id=cast.group.id, account_id=cast.member.id, by_id=cast.lead.id)
    return cast.lead.id, cast.member.id


def roles(works: WorkFactory, group_id: int) -> list[Role]:
    """What the members of a group are."""
    with works.sessions() as session:
        return list(session.scalars(select(Membership.role).where(Membership.group_id == group_id)))


@pytest.mark.parametrize("verb", [service.step_down, service.leave_group])
def test_two_leads_who_go_at_once_leave_one_behind(
    works: WorkFactory, cast: Cast, leads: tuple[int, int], verb: Callable[..., None]
) -> None:
    def go(account_id: int) -> Callable[[Work], bool]:
        def act(work: Work) -> bool:
            verb(work, group_id=cast.group.id, account_id=account_id)
            return True

        return act

    answers = at_once(works, [go(number) for number in leads], LastLead)
    assert sum(answer is True for answer in answers) == 1
    assert roles(works, cast.group.id).count(Role.LEAD) == 1


def test_two_leads_who_remove_each_other_at_once_leave_one_behind(
    works: WorkFactory, cast: Cast, leads: tuple[int, int]
) -> None:
    def remove(number: int, by: int) -> Callable[[Work], bool]:
        def act(work: Work) -> bool:
            service.remove_member(work, group_id=cast.group.id, account_id=number, by_id=by)
            return True

        return act

    lou, malik = leads
    answers = at_once(works, [remove(lou, malik), remove(malik, lou)], service.NotAllowed)
    assert sum(answer is True for answer in answers) == 1
    assert roles(works, cast.group.id) == [Role.LEAD]


def test_one_name_founded_by_several_at_once_makes_one_group(
    works: WorkFactory, cast: Cast, world: World
) -> None:
    def act(work: Work) -> str:
        return service.found_group(
            work,
            challenge=work.session.merge(world.challenge),
            founder_id=cast.stranger.id,
            name="Le bon crayon",
            pitch="Des crayons d'ici.",
            description="",
            stage=Stage.IDEA,
            locale="fr",
        ).name

    answers = at_once(works, [act] * 4, service.NameTaken)
    assert sum(answer == "Le bon crayon" for answer in answers) == 1
    with works.sessions() as session:
        session.scalars(select(StartupGroup).where(StartupGroup.name == "Le bon crayon")).one()


def test_the_last_places_are_taken_once_each(works: WorkFactory, cast: Cast) -> None:
    with works.begin() as work:
        number = add_need(work, work.session.get_one(StartupGroup, cast.group.id), places=2).id

    def act(work: Work) -> NeedState:
        return service.act_on_need(work, need_id=number, action=NeedAction.FILL_PLACE).state

    answers = at_once(works, [act] * 4, ActionNotAllowed)
    assert sum(isinstance(answer, ActionNotAllowed) for answer in answers) == 2
    with works.sessions() as session:
        need = session.get_one(Need, number)
        assert (need.state, need.places_taken) == (NeedState.FILLED, 2)
