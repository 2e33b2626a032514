"""Giving an account another address: asked for by its owner, proven by a letter."""

from sqlalchemy import delete, select, update

from matchmaker.accounts import letters
from matchmaker.accounts.models import Account, MailedLink
from matchmaker.accounts.rules import AccountVerb, LinkPurpose
from matchmaker.accounts.service.accounts import find_account
from matchmaker.accounts.service.forgetting import address_columns
from matchmaker.accounts.service.links import (
    LinkUnusable,
    check_link,
    forget_links,
    link_token,
    new_link,
)
from matchmaker.accounts.service.passwords import check_proven
from matchmaker.accounts.service.sessions import end_other_sessions
from matchmaker.base import outbox
from matchmaker.base.db import as_if_second
from matchmaker.base.work import Work
from matchmaker.post import suppression


class AddressTaken(Exception):
    """Another account has the address."""


def request_address(
    work: Work, *, account_id: int, address: str, current: str | None, session_token: str
) -> None:
    """Mail a link to a canonical address by which the account gets it; one that has an account is told that instead.

    The page must not tell which. Raises WrongPassword as check_proven does.
    """
    account = work.session.get_one(Account, account_id, with_for_update=True)
    check_proven(work, account, current=current, session_token=session_token)
    work.record(AccountVerb.ADDRESS_ASKED, Account, account_id)
    known = find_account(work.session, address=address)
    if known is not None:
        work.post(
            letters.address_taken(
                work.letters, address=address, first_name=known.first_name, locale=known.locale
            )
        )
        return
    asked_before = MailedLink.account_id == account_id, MailedLink.used_at.is_(None)
    work.session.execute(delete(MailedLink).where(*asked_before))
    link = new_link(
        work,
        purpose=LinkPurpose.CHANGE_ADDRESS,
        address=address,
        locale=account.locale,
        account_id=account_id,
    )
    work.post(
        letters.change_address(
            work.letters,
            address=address,
            locale=account.locale,
            url=work.links.to("accounts.address_link", token=link_token(work.tokens, link)),
        )
    )


def check_address_link(work: Work, *, token: str, account_id: int) -> MailedLink:
    """The unused link by which an account gets another address, untouched; raises LinkUnusable.

    Whoever the letter reached by mistake is not signed in as the account, and can do nothing with it.
    """
    link = check_link(work, token=token, purpose=LinkPurpose.CHANGE_ADDRESS)
    if link.account_id != account_id:
        raise LinkUnusable
    return link


def use_address_link(work: Work, *, token: str, account_id: int, session_token: str) -> None:
    """Use up a mailed link: the account has its address. Raises LinkUnusable, also if another account has it by now."""
    link = check_address_link(work, token=token, account_id=account_id)
    try:
        change_address(work, account_id=account_id, address=link.address, keep_session=session_token)
    except AddressTaken as error:
        raise LinkUnusable from error


def change_address(work: Work, *, account_id: int, address: str, keep_session: str = "") -> None:
    """Give an account another canonical address, everywhere, and tell the old one. Raises AddressTaken.

    Other browsers are signed out, links that were mailed are dead, and letters that wait for the old address are taken
    back: it may be nobody's any more, or somebody else's.
    """
    account = work.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    before = account.address
    if before == address:
        return
    outbox.skip_waiting(work.session, recipient=before, now=work.now)
    for old in (before, address):
        forget_links(work, address=old)
    _move(work, account, address)
    suppression.lift(work, address=address)
    end_other_sessions(work, account_id=account_id, keep_session=keep_session)
    work.post(
        letters.address_changed(
            work.letters, address=before, first_name=account.first_name, locale=account.locale
        )
    )
    work.record(AccountVerb.ADDRESS_CHANGED, Account, account_id)


def _move(work: Work, account: Account, address: str) -> None:
    before = account.address

    def take() -> None:
        if find_account(work.session, address=address) is not None:
            raise AddressTaken
        account.address = address
        work.session.flush()

    as_if_second(work.session, take, "uq_accounts_address")
    for column in address_columns(work.rooms):
        own = column == before
        if work.session.scalar(select(column).where(column == address).limit(1)) is None:
            work.session.execute(update(column.class_).where(own).values({column.key: address}))
        else:
            # What waits for both addresses waits for the new one.
            work.session.execute(delete(column.class_).where(own))
