"""Deleting an account, whatever its owner is part of."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts import service
from matchmaker.accounts.models import Account, AccountSession
from matchmaker.base.transfer import HeldBack
from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership
from matchmaker.groups.rules import Role
from matchmaker.places.models import Organiser
from matchmaker.relays.models import RelayMember
from tests import builders
from tests.builders import World
from tests.doors import Person, signed_in, visitor

DOOR = "/account/delete"


@pytest.fixture
def lou(works: WorkFactory, world: World) -> Account:
    """Somebody without a profile."""
    with works.begin() as work:
        return builders.add_account(work, address="lou@example.org", first_name="Lou", locale="en")


def is_there(works: WorkFactory, account: Account) -> bool:
    """Whether an account is kept."""
    with works.sessions() as session:
        return session.get(Account, account.id) is not None


def test_who_has_no_profile_deletes_their_account_and_is_signed_out(
    app: Flask, works: WorkFactory, lou: Account
) -> None:
    here, elsewhere = signed_in(app, lou), signed_in(app, lou)
    assert f'href="{DOOR}"' in here.get("/account").text
    assert "Yes, delete my account" in here.get(DOOR).text
    assert is_there(works, lou), "looking changes nothing"
    assert here.fill_in(DOOR).location == "/"
    assert not is_there(works, lou)
    assert "Your account is deleted." in here.get("/").text
    for browser in (here, elsewhere):
        assert browser.get("/account").location.startswith("/sign-in")
    with works.sessions() as session:
        assert session.scalar(select(func.count()).select_from(AccountSession)) == 0
    assert visitor(app).post(DOOR).location.startswith("/sign-in")


def test_who_leads_alone_hands_over_or_closes_first_and_is_told_so(
    app: Flask, works: WorkFactory, world: World, lou: Account
) -> None:
    with works.begin() as work:
        group = builders.add_group(work, world.challenge, name="Le Fournil", lead=lou)
        shared = builders.add_group(work, world.challenge, name="Les Vélos", lead=lou)
        other = builders.add_account(work, address="mia@example.org", first_name="Mia")
        work.session.add(
            Membership(group_id=shared.id, account_id=other.id, role=Role.LEAD, joined_at=work.now)
        )
    browser = signed_in(app, lou)
    page = browser.get(DOOR).text
    assert "Nobody else leads the group Le Fournil." in page
    assert f'href="/groups/{group.id}"' in page
    assert "Les Vélos" not in page
    assert "Yes, delete" not in page
    assert browser.post(DOOR).location == DOOR
    assert roles(works, lou) == 2, "who is held back has left nothing"
    with works.begin() as work, pytest.raises(HeldBack):
        service.delete_account(work, account_id=lou.id)

    browser.fill_in(f"/groups/{group.id}/close")
    browser.fill_in(DOOR)
    assert not is_there(works, lou)
    assert roles(works, other) == 1
    assert "Lou" not in visitor(app).get(f"/groups/{shared.id}").text


def test_all_that_somebody_is_part_of_ends_with_their_account(
    app: Flask, works: WorkFactory, world: World
) -> None:
    with works.begin() as work:
        citizens = [
            builders.add_citizen(work, world.territory, address="nina@example.org", first_name="Nina"),
        ]
        nina = builders.account_of(citizens[0])
        builders.add_citizen(work, world.other_territory, account=nina, commune="63113")
        builders.add_relay(work, world.territory, members=[nina])
        work.session.add(Organiser(territory_id=world.territory.id, account_id=nina.id))
    browser: Person = signed_in(app, nina)
    assert browser.get("/t/valence-romans/desk").status_code == 200
    browser.fill_in(DOOR)
    assert not is_there(works, nina)
    with works.sessions() as session:
        for kind in (Citizen, Organiser, RelayMember):
            assert session.scalar(select(func.count()).select_from(kind)) == 0
    assert browser.get("/t/valence-romans/desk").location.startswith("/sign-in")


def roles(works: WorkFactory, account: Account) -> int:
    """In how many groups somebody is."""
    with works.sessions() as session:
        return len(session.scalars(select(Membership).where(Membership.account_id == account.id)).all())
