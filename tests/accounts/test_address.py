"""Giving an account another address: only by its owner, only to an address that is theirs."""

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts import service
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import FRESH_LASTS
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.groups import service as groups
from matchmaker.groups.models import GroupInvitation
from matchmaker.groups.rules import Role
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import SharedContact
from matchmaker.introductions.rules import Action
from matchmaker.invitations import service as invitations
from tests import builders
from tests.accounts.mailbox import letters, newest_link
from tests.builders import World
from tests.clock import MovableClock
from tests.doors import Person, signed_in, visitor
from tests.groups.pages import error_beside, words
from tests.introductions.conftest import make_pair

DOOR = "/account/address"
PASSWORD = "le vélo roule bien"
NEW = "camille.new@example.org"


@pytest.fixture
def person(app: Flask, works: WorkFactory, camille: Account) -> Person:
    """Camille, who has a password, signed in."""
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="")
    return signed_in(app, camille)


def ask(person: Person, address: str = NEW, *, current: str = PASSWORD) -> str:
    """Ask for an address; what the page says."""
    return words(person.fill_in(DOOR, {"address": address, "current": current}).text)


def address_of(works: WorkFactory, account: Account) -> str:
    """Under which address somebody is known."""
    with works.sessions() as session:
        return session.get_one(Account, account.id).address


def test_an_address_changes_once_a_letter_to_it_is_answered(
    app: Flask, works: WorkFactory, person: Person, camille: Account
) -> None:
    elsewhere = signed_in(app, camille)
    assert f'href="{DOOR}"' in person.get("/account").text
    ask(person)
    confirmation = letters(works)[-1]
    assert (confirmation.kind, confirmation.recipient) == ("accounts.change_address", NEW)
    assert camille.first_name not in confirmation.text, "a stranger may read it"
    link = newest_link(works)
    assert NEW in person.get(link).text
    assert address_of(works, camille) == camille.address, "looking changes nothing"
    assert person.fill_in(link).location == "/account"
    assert address_of(works, camille) == NEW
    told = letters(works)[-1]
    assert (told.kind, told.recipient) == ("accounts.address_changed", camille.address)
    assert NEW not in told.text
    assert person.get("/account").status_code == 200
    assert elsewhere.get("/account").location.startswith("/sign-in")
    assert person.get(link).status_code == 410
    for address, status in ((NEW, 302), (camille.address, 422)):
        signed = visitor(app).fill_in("/sign-in", {"address": address, "password": PASSWORD})
        assert signed.status_code == status


def test_whom_the_letter_reached_by_mistake_can_do_nothing_with_it(
    app: Flask, works: WorkFactory, person: Person, camille: Account
) -> None:
    with works.begin() as work:
        other = builders.add_account(work, address="other@example.org")
    ask(person)
    link = newest_link(works)
    assert visitor(app).get(link).location.startswith("/sign-in")
    assert visitor(app).post(link).location.startswith("/sign-in")
    stranger = signed_in(app, other)
    assert stranger.get(link).status_code == 410
    assert stranger.post(link).status_code == 410
    for endpoint in ("/sign-in", "/account/open"):
        token = link.rpartition("/")[2]
        assert visitor(app).post(f"{endpoint}/{token}").status_code == 410
    assert address_of(works, camille) == camille.address


def test_the_page_does_not_tell_which_addresses_have_an_account(works: WorkFactory, person: Person) -> None:
    with works.begin() as work:
        builders.add_account(work, address="other@example.org", first_name="Ola")
    free, taken = ask(person), ask(person, "other@example.org")
    assert free.replace(NEW, "…") == taken.replace("other@example.org", "…")
    assert [(one.kind, one.recipient) for one in letters(works)[-2:]] == [
        ("accounts.change_address", NEW),
        ("accounts.address_taken", "other@example.org"),
    ]
    assert "Ola" in letters(works)[-1].text
    assert "Camille" not in letters(works)[-1].text


def test_who_stole_a_cookie_cannot_take_the_account_along(
    app: Flask, works: WorkFactory, camille: Account, person: Person
) -> None:
    before = len(letters(works))
    for current in ("", "not this one"):
        answer = person.fill_in(DOOR, {"address": NEW, "current": current})
        assert answer.status_code == 422
        assert "This is not your password." in error_beside(answer.text, "current")
    with works.begin() as work:
        lou = builders.add_account(work, address="lou@example.org", locale="en")
    answer = signed_in(app, lou).fill_in(DOOR, {"address": NEW})
    assert "We must know that it is you." in error_beside(answer.text, "address")
    assert len(letters(works)) == before


def test_a_link_that_was_followed_just_now_is_enough_for_who_has_no_password(
    app: Flask, works: WorkFactory, clock: MovableClock
) -> None:
    with works.begin() as work:
        lou = builders.add_account(work, address="lou@example.org", locale="en")
        service.post_sign_in_link(work, account=lou)
    browser = visitor(app)
    browser.fill_in(newest_link(works))
    ask(browser, current="")
    assert letters(works)[-1].recipient == NEW
    link = newest_link(works)
    clock.advance(FRESH_LASTS)
    assert "We must know that it is you." in ask(browser, "third@example.org", current="")
    browser.fill_in(link)
    assert address_of(works, lou) == NEW


def test_the_last_address_that_was_asked_for_counts_and_nobody_elses_is_taken(
    works: WorkFactory, person: Person, camille: Account
) -> None:
    ask(person)
    first = newest_link(works)
    ask(person, "third@example.org")
    second = newest_link(works)
    assert person.get(first).status_code == 410
    with works.begin() as work:
        builders.add_account(work, address="third@example.org")
    assert person.fill_in(second).status_code == 410
    assert address_of(works, camille) == camille.address
    assert "already" in ask(person, camille.address)


def test_what_is_kept_of_the_old_address_follows_and_what_waits_for_it_is_taken_back(
    works: WorkFactory, world: World
) -> None:
    with works.begin() as work:
        pair = make_pair(work)
        camille = builders.account_of(pair.citizen)
        begun = introductions.offer(
            work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen
        )
        introductions.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=pair.as_group)
        introductions.share(
            work,
            introduction_id=begun.id,
            by=pair.as_citizen,
            sharing=introductions.Sharing(address=True, telephone=None),
        )
        for address in (camille.address, NEW):
            invitations.invite(
                work,
                groups.INVITATION,
                subject_id=pair.group.id,
                invited_by_id=pair.lead.id,
                address=address,
                role=Role.MEMBER,
            )
        service.post_sign_in_link(work, account=camille)
    with works.begin() as work:
        service.change_address(work, account_id=camille.id, address=NEW)
    with works.begin() as work:
        assert work.session.scalars(select(SharedContact.address)).all() == [NEW]
        assert work.session.scalars(select(GroupInvitation.address)).all() == [NEW]
        states = dict(
            work.session.execute(
                select(OutboxMessage.kind, OutboxMessage.state).where(
                    OutboxMessage.recipient == camille.address
                )
            ).all()
        )
        assert states.pop("accounts.address_changed") is MessageState.PENDING
        assert set(states.values()) == {MessageState.SKIPPED}


def test_two_accounts_that_want_one_address_at_once_do_not_both_get_it(
    works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        other = builders.add_account(work, address=NEW)
    with works.begin() as work, pytest.raises(service.AddressTaken):
        service.change_address(work, account_id=camille.id, address=NEW)
    assert (address_of(works, camille), address_of(works, other)) == (camille.address, NEW)
