"""Two members of a relay, or one with two fingers, or a relay and its person, act at the same moment."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts.service import LinkUnusable
from matchmaker.assisted import service as assisted
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.rules import ConsentChannel
from matchmaker.invitations import service as invitations
from matchmaker.relays import service as relays
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.rules import RelayKind
from tests.builders import World, add_person
from tests.doors import works_of
from tests.groups.pages import letters_to, link_in
from tests.races import at_once
from tests.relays.places import Places, make_places

EVE = "eve@mairie.example"


@pytest.fixture
def works(live_app: Flask) -> WorkFactory:
    """Units of work with a connection each."""
    return works_of(live_app)


@pytest.fixture
def places(works: WorkFactory, world: World) -> Places:
    """Both relays, really committed."""
    with works.begin() as work:
        return make_places(work, world)


def test_one_sign_up_finished_twice_at_once_makes_one_citizen(works: WorkFactory, places: Places) -> None:
    answers = assisted.Answers(
        first_name="Marcel",
        locale="fr",
        address=None,
        commune_code="26281",
        skills=[("tannage du cuir", None)],
        challenge_ids=(),
        hours_a_week=None,
        radius_km=None,
        remote=False,
    )
    with works.begin() as work:
        draft = assisted.note_answers(work, relay_id=places.library.id, answers=answers).id

    def act(work: Work) -> bool:
        assisted.sign_up_here(
            work, desk=places.desk, sign_up_id=draft, channel=ConsentChannel.PAPER, weekly_letter=True
        )
        return True

    done = at_once(works, [act] * 4, service.SignUpLost)
    assert sum(answer is True for answer in done) == 1
    with works.sessions() as session:
        assert session.scalar(select(func.count(Citizen.id))) == 1
        assert session.scalar(select(func.count(Consent.id))) == 2


def test_one_name_given_to_several_relays_at_once_makes_one(works: WorkFactory, world: World) -> None:
    number = world.territory.id

    def act(work: Work) -> bool:
        relays.name_relay(
            work, territory_id=number, name="Mairie", kind=RelayKind.TOWN_HALL, commune_code="26281"
        )
        return True

    done = at_once(works, [act] * 4, relays.RelayNameTaken)
    assert sum(answer is True for answer in done) == 1
    with works.sessions() as session:
        session.scalars(select(Relay)).one()


def invited(places: Places) -> Callable[[Work], str]:
    """Invites Eve to the library; gives the token of her letter."""

    def act(work: Work) -> str:
        invitations.invite(
            work,
            relays.INVITATION,
            subject_id=places.library.id,
            invited_by_id=places.paul.id,
            address=EVE,
        )
        return link_in(letters_to(work.session, EVE)[-1], "/invitations/").rpartition("/")[2]

    return act


def test_one_address_invited_and_accepting_several_times_at_once_works_there_once(
    works: WorkFactory, places: Places
) -> None:
    at_once(works, [invited(places)] * 4, invitations.AlreadyMember)
    with works.begin() as work:
        work.session.scalars(select(RelayInvitation)).one()
        token = link_in(letters_to(work.session, EVE)[-1], "/invitations/").rpartition("/")[2]

    def accept(work: Work) -> bool:
        invitations.accept_invitation(
            work, [relays.INVITATION], token=token, account_id=None, first_name="Eve"
        )
        return True

    done = at_once(works, [accept] * 4, invitations.InvitationUnusable)
    assert sum(answer is True for answer in done) == 1
    with works.sessions() as session:
        members = session.scalars(select(RelayMember).where(RelayMember.relay_id == places.library.id)).all()
        assert len(members) == 2


@pytest.fixture
def marcel(works: WorkFactory, places: Places) -> int:
    """The number of Marcel, to whose address of late a letter is on its way."""
    with works.begin() as work:
        marcel = add_person(work, work.session.merge(places.library), places.nadia).id
        give(places, marcel)(work)
        return marcel


def give(places: Places, marcel: int) -> Callable[[Work], str]:
    """Gives Marcel's address."""

    def act(work: Work) -> str:
        assisted.give_address(
            work, desk=places.desk, citizen_id=marcel, address="marcel@poste.example", weekly_letter=True
        )
        return "given"

    return act


def confirm_first(works: WorkFactory) -> Callable[[Work], str]:
    """Confirms by the first letter to Marcel."""
    with works.begin() as work:
        letter, *_ = letters_to(work.session, "marcel@poste.example")
        token = link_in(letter, "/join/confirm/").rpartition("/")[2]

    def act(work: Work) -> str:
        service.confirm(work, token=token)
        return "confirmed"

    return act


def test_a_profile_taken_over_while_the_relay_corrects_it_is_whole(
    works: WorkFactory, places: Places, marcel: int
) -> None:
    confirm = confirm_first(works)

    def correct(work: Work) -> str:
        assisted.correct_person(
            work,
            desk=places.desk,
            citizen_id=marcel,
            first_name="Marcello",
            locale="en",
            telephone="+33612345678",
            commune_code="26362",
            hours_a_week=None,
            radius_km=None,
            remote=False,
            challenge_ids=(),
        )
        return "corrected"

    done = at_once(works, [confirm, correct, confirm, correct], assisted.PersonElsewhere, LinkUnusable)
    assert done.count("confirmed") == 1
    with works.sessions() as session:
        citizen = session.scalars(select(Citizen)).one()
        assert (citizen.relay_id, citizen.own_first_name, citizen.telephone) == (None, None, None)
        assert citizen.account is not None


def test_an_address_given_again_while_the_first_letter_is_opened_leaves_one_of_both(
    works: WorkFactory, places: Places, marcel: int
) -> None:
    confirm, again = confirm_first(works), give(places, marcel)
    done = at_once(works, [again, confirm, again, confirm], assisted.PersonElsewhere, LinkUnusable)
    with works.sessions() as session:
        citizen = session.scalars(select(Citizen)).one()
        assert (citizen.account_id is not None) is ("confirmed" in done)
        assert done.count("confirmed") <= 1
