"""Finding an account, opening, changing and closing it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import AccountVerb
from matchmaker.accounts.service.forgetting import take_out_address
from matchmaker.base.db import as_if_second
from matchmaker.base.tokens import Tokens
from matchmaker.base.transfer import Fate, HeldBack, Obstacle
from matchmaker.base.work import Transfer, Work
from matchmaker.post import suppression
from matchmaker.post.suppression import SuppressedAddress


def find_account(session: Session, *, address: str) -> Account | None:
    """The account of a canonical address."""
    return session.scalars(select(Account).where(Account.address == address)).one_or_none()


def find_by_token(session: Session, *, tokens: Tokens, purpose: str, token: str) -> Account | None:
    """The account that a link in one of its letters names; None when it, or its address, is another by now.

    Raises InvalidToken.
    """
    bound = tokens.read_bound(purpose, token)
    account = session.get(Account, int(bound.name))
    return account if account is not None and tokens.is_bound(bound, to=account.address) else None


def open_account(work: Work, *, address: str, first_name: str, locale: str) -> Account:
    """The account of a proven canonical address: the one it has, unchanged, or a new one. It gets letters again."""
    suppression.lift(work, address=address)

    def open_or_find() -> Account:
        known = find_account(work.session, address=address)
        if known is not None:
            return known
        account = Account(address=address, first_name=first_name, locale=locale, created_at=work.now)
        work.session.add(account)
        work.session.flush()
        work.acting_as(account.id).record(AccountVerb.OPENED, Account, account.id)
        return account

    # Two links to one address may be used at the same moment.
    return as_if_second(work.session, open_or_find, "uq_accounts_address")


def change_account(work: Work, *, account_id: int, first_name: str, locale: str) -> None:
    """Change the name and the language of an account."""
    account = work.session.get_one(Account, account_id)
    account.first_name = first_name
    account.locale = locale
    work.record(AccountVerb.CHANGED, Account, account_id)


def find_suppressed(session: Session, *, tokens: Tokens, account_id: int) -> SuppressedAddress | None:
    """Why and since when an account gets no letters but those to sign in, if so."""
    account = session.get_one(Account, account_id)
    return suppression.find_suppressed(session, tokens=tokens, address=account.address)


def resume_letters(work: Work, *, account_id: int) -> None:
    """Send letters to an account again, on its owner's word that they arrive."""
    suppression.lift(work, address=work.session.get_one(Account, account_id).address)
    work.record(AccountVerb.LETTERS_RESUMED, Account, account_id)


def delete_account(work: Work, *, account_id: int) -> None:
    """Delete an account with all of which it is part in every room, and forget its owner. Raises HeldBack.

    Nobody acts by the account any more afterwards: its sessions are gone with it.
    """
    for room in work.rooms:
        room.part(work, account_id)
    if not close_if_unused(work, account_id=account_id):
        raise HeldBack


def obstacles(session: Session, *, rooms: Sequence[Transfer], account_id: int) -> Sequence[Obstacle]:
    """What stands against deleting an account, in the language in force."""
    return [one for room in rooms for one in room.holds_back(session, account_id)]


def close_if_unused(work: Work, *, account_id: int) -> bool:
    """Delete an account that no room needs, and what is left of it in each; whether it was deleted."""
    for room in work.rooms:
        for column, fate in room.holds.items():
            needed = select(column).where(column == account_id).limit(1)
            if fate is Fate.NEEDED and work.session.scalar(needed) is not None:
                return False
    work.record(AccountVerb.CLOSED, Account, account_id)
    take_out_address(work, address=work.session.get_one(Account, account_id).address)
    work.forgets()
    for room in work.rooms:
        room.forget_account(work, account_id)
    return True
