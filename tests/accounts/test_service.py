"""Accounts, sessions and mailed links, without any page."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from time import process_time

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from matchmaker.accounts import service
from matchmaker.accounts.models import Account, AccountSession, MailedLink
from matchmaker.accounts.rules import (
    LINK_LASTS,
    SESSION_LASTS,
    InvalidAddress,
    LinkPurpose,
    canonical_address,
)
from matchmaker.accounts.service import LinkUnusable
from matchmaker.base.work import WorkFactory
from tests.accounts.mailbox import letters, newest_link
from tests.builders import NOW, World, account_of, add_account, add_citizen, add_organiser
from tests.clock import MovableClock
from tests.doors import works_of

PASSWORD = "une phrase assez longue"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Camille@Example.ORG ", "camille@example.org"),
        ("camille+aide@example.org", "camille+aide@example.org"),
        ("camille@café.example.org", "camille@xn--caf-dma.example.org"),
    ],
)
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert canonical_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "camille", "camille@", "@example.org", "camille@example", "a b@example.org", "a@b@example.org",
     "camille@example.org\nBcc: x@example.org", "été@example.org", "x" * 65 + "@example.org",
     "a@" + "x" * 250 + ".org", "camille@[127.0.0.1]", '"a b"@example.org'],
)  # fmt: skip
def test_what_no_letter_can_be_sent_to_is_no_address(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        canonical_address(typed)


def token_of(path: str) -> str:
    """The token at the end of a link."""
    return path.rpartition("/")[2]


def test_a_link_is_used_once(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
    token = token_of(newest_link(works))
    with works.begin() as work:
        signed_in = service.use_link(work, token=token, purpose=LinkPurpose.SIGN_IN)
    with works.begin() as work:
        found = service.find_session(work.session, session_token=signed_in.session_token)
        assert found is not None
        assert (found.account_id, found.expires_at) == (camille.id, NOW + SESSION_LASTS)
        with pytest.raises(LinkUnusable):
            service.use_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_looking_at_a_link_does_not_use_it(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
    token = token_of(newest_link(works))
    for _ in range(3):
        with works.begin() as work:
            service.check_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_a_link_of_one_purpose_serves_no_other(works: WorkFactory) -> None:
    with works.begin() as work:
        service.request_account(work, first_name="Amina", address="amina@example.org", locale="fr")
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.use_link(work, token=token_of(newest_link(works)), purpose=LinkPurpose.SIGN_IN)


@pytest.mark.parametrize("token", ["", "1", "x.y.z", "é", "1" * 5000])
def test_a_forged_link_is_unusable(works: WorkFactory, camille: Account, token: str) -> None:
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.check_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_the_number_of_a_link_alone_opens_nothing(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
        number = work.session.scalars(select(MailedLink.id)).one()
        for token in (str(number), work.tokens.sign("invitation", str(number))):
            with pytest.raises(LinkUnusable):
                service.check_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_a_link_lasts_two_hours(works: WorkFactory, camille: Account, clock: MovableClock) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
    token = token_of(newest_link(works))
    clock.advance(LINK_LASTS - timedelta(seconds=1))
    with works.begin() as work:
        service.check_link(work, token=token, purpose=LinkPurpose.SIGN_IN)
    clock.advance(timedelta(seconds=1))
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.check_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_an_old_letter_does_not_open_the_link_that_took_its_number(
    works: WorkFactory, camille: Account, clock: MovableClock
) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
        number = work.session.scalars(select(MailedLink.id)).one()
    old = token_of(newest_link(works))
    clock.advance(LINK_LASTS * 3)
    with works.begin() as work:
        service.forget_expired(work)
        add_account(work, address="bruno@example.org", first_name="Bruno")
        service.request_sign_in(work, address="bruno@example.org", locale="fr")
        work.session.execute(update(MailedLink).values(id=number))
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.use_link(work, token=old, purpose=LinkPurpose.SIGN_IN)


def test_a_link_of_an_account_that_was_closed_opens_nothing(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address=camille.address, locale="fr")
    token = token_of(newest_link(works))
    with works.begin() as work:
        work.session.delete(work.session.get_one(Account, camille.id))
    with works.begin() as work, pytest.raises(LinkUnusable):
        service.use_link(work, token=token, purpose=LinkPurpose.SIGN_IN)


def test_somebody_unknown_who_asks_to_sign_in_is_told_so_by_letter_alone(works: WorkFactory) -> None:
    with works.begin() as work:
        service.request_sign_in(work, address="amina@example.org", locale="en")
    (letter,) = letters(works)
    assert (letter.kind, letter.recipient) == ("accounts.no_account", "amina@example.org")
    with works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(Account)) == 0


def test_a_known_address_that_asks_for_an_account_gets_a_link_to_sign_in(
    works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        service.request_account(work, first_name="Eve", address=camille.address, locale="fr")
    assert letters(works)[-1].kind == "accounts.sign_in"
    with works.begin() as work:
        service.use_link(work, token=token_of(newest_link(works)), purpose=LinkPurpose.SIGN_IN)
        account = work.session.get_one(Account, camille.id)
        assert (account.first_name, account.locale) == ("Camille", "en")


def test_an_account_opens_once_its_address_is_proven(works: WorkFactory) -> None:
    with works.begin() as work:
        service.request_account(
            work, first_name="Amina", address="amina@example.org", locale="en", next_path="/my-groups"
        )
        assert service.find_account(work.session, address="amina@example.org") is None
    with works.begin() as work:
        signed_in = service.use_link(
            work, token=token_of(newest_link(works)), purpose=LinkPurpose.OPEN_ACCOUNT
        )
        account = service.find_account(work.session, address="amina@example.org")
        assert account is not None
        assert (account.first_name, account.locale, account.password_hash) == ("Amina", "en", None)
        assert (signed_in.locale, signed_in.next_path) == ("en", "/my-groups")


def test_two_letters_to_one_address_open_one_account_even_at_once(live_app: Flask) -> None:
    works = works_of(live_app)

    def open_account(_: int) -> int:
        with works.begin() as work:
            return service.open_account(work, address="amina@example.org", first_name="Amina", locale="fr").id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(open_account, range(4)))) == 1
    with works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(Account)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_the_newest_link_alone_is_in_force(
    works: WorkFactory, camille: Account, clock: MovableClock, known: bool
) -> None:
    tokens = []
    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        with works.begin() as work:
            if known:
                service.request_sign_in(work, address=camille.address, locale="fr")
            else:
                service.request_account(work, first_name="Amina", address="amina@example.org", locale="fr")
        tokens.append(token_of(newest_link(works)))
    purpose = LinkPurpose.SIGN_IN if known else LinkPurpose.OPEN_ACCOUNT
    for token in tokens[:-1]:
        with works.begin() as work, pytest.raises(LinkUnusable):
            service.use_link(work, token=token, purpose=purpose)
    with works.begin() as work:
        assert service.use_link(work, token=tokens[-1], purpose=purpose).session_token


def test_one_link_clicked_twice_at_once_signs_in_once(live_app: Flask) -> None:
    works = works_of(live_app)
    with works.begin() as work:
        service.request_sign_in(work, address=add_account(work).address, locale="fr")
    token = token_of(newest_link(works))

    def use(_: int) -> bool:
        try:
            with works.begin() as work:
                service.use_link(work, token=token, purpose=LinkPurpose.SIGN_IN)
        except LinkUnusable:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(use, range(4))) == [False, False, False, True]


def test_a_password_signs_in_and_a_wrong_one_does_not(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="none")
    with works.begin() as work:

        def try_in(address: str, password: str) -> bool:
            return service.sign_in_by_password(work, address=address, password=password) is not None

        assert try_in(camille.address, PASSWORD)
        assert not try_in(camille.address, PASSWORD + " ")
        assert not try_in("nobody@example.org", PASSWORD)
        assert PASSWORD not in (work.session.get_one(Account, camille.id).password_hash or "")


def test_an_account_without_password_is_opened_by_none(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        for password in ("", PASSWORD, "None"):
            assert service.sign_in_by_password(work, address=camille.address, password=password) is None


def test_an_unknown_address_takes_as_long_as_a_wrong_password(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="none")

    def seconds(address: str) -> float:
        started = process_time()
        with works.begin() as work:
            service.sign_in_by_password(work, address=address, password="wrong, but long enough")
        return process_time() - started

    seconds("nobody@example.org")
    known = median(seconds(camille.address) for _ in range(5))
    unknown = median(seconds("nobody@example.org") for _ in range(5))
    assert unknown > known / 3


def test_a_cookie_is_not_what_the_database_keeps(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        token = service.start_session(work, account=camille).session_token
    with works.begin() as work:
        (kept,) = work.session.scalars(select(AccountSession.id)).all()
        assert kept != token
        assert service.find_session(work.session, session_token=kept) is None
        service.end_session(work, session_token=token)
        assert service.find_session(work.session, session_token=token) is None


def test_a_new_password_signs_out_the_other_browsers(works: WorkFactory, camille: Account) -> None:
    with works.begin() as work:
        lou = add_account(work, address="lou@example.org", first_name="Lou")
        mine, others, strangers = (
            service.start_session(work, account=account).session_token for account in (camille, camille, lou)
        )
    with works.begin() as work:
        service.set_password(work, account_id=camille.id, password=PASSWORD, keep_session=mine)
    with works.begin() as work:
        known = [service.find_session(work.session, session_token=t) for t in (mine, others, strangers)]
    assert [found is not None for found in known] == [True, False, True]


def test_what_expired_is_forgotten(works: WorkFactory, camille: Account, clock: MovableClock) -> None:
    with works.begin() as work:
        service.start_session(work, account=camille)
        service.request_sign_in(work, address=camille.address, locale="fr")
    with works.begin() as work:
        service.forget_expired(work)
        assert work.session.scalar(select(func.count()).select_from(AccountSession)) == 1
        assert work.session.scalar(select(func.count()).select_from(MailedLink)) == 1
    clock.advance(SESSION_LASTS)
    with works.begin() as work:
        service.forget_expired(work)
        assert work.session.scalar(select(func.count()).select_from(AccountSession)) == 0
        assert work.session.scalar(select(func.count()).select_from(MailedLink)) == 0


def test_an_account_on_which_nothing_depends_can_be_closed_with_its_links(
    works: WorkFactory, camille: Account
) -> None:
    with works.begin() as work:
        service.start_session(work, account=camille)
        service.request_sign_in(work, address=camille.address, locale="fr")
    with works.begin() as work:
        assert service.close_if_unused(work, account_id=camille.id)
    with works.begin() as work:
        for table in (Account, AccountSession, MailedLink):
            assert work.session.scalar(select(func.count()).select_from(table)) == 0


def test_an_organiser_or_a_citizen_keeps_the_account(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        orane = add_organiser(work, world.territory)
        amina = account_of(add_citizen(work, world.territory, address="amina@example.org"))
        for account in (orane, amina):
            assert not service.close_if_unused(work, account_id=account.id)
            assert work.session.get(Account, account.id) is not None
