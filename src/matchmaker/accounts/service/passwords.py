"""Signing in by password."""

import secrets
from functools import cache

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from matchmaker.accounts import letters
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import AccountVerb
from matchmaker.accounts.rules.passwords import Weakness, weakness_of
from matchmaker.accounts.service.accounts import find_account
from matchmaker.accounts.service.links import forget_links
from matchmaker.accounts.service.sessions import SignedIn, end_other_sessions, is_fresh, start_session
from matchmaker.base.work import Work

# OWASP's second recommended setting for Argon2id; the library's own default takes 64 MiB for each attempt, with
# which a flood of sign-ins would empty the machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

log = structlog.get_logger()


class WrongPassword(Exception):
    """The current password was not given, and no link was followed just now."""


class WeakPassword(ValueError):
    """The password would be guessed among the first; ``weakness`` says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness)
        self.weakness = weakness


def sign_in_by_password(
    work: Work, *, address: str, password: str, next_path: str | None = None
) -> SignedIn | None:
    """A session if the password is right. Wrong passwords and unknown addresses take the same time."""
    account = find_account(work.session, address=address)
    known_hash = account.password_hash if account is not None else None
    try:
        _HASHER.verify(known_hash or _dummy_hash(), password)
        right = account is not None and known_hash is not None
    except VerifyMismatchError:
        right = False
    if account is None or not right:
        log.warning("sign_in_failed", account=account and account.id)
        return None
    return start_session(work, account=account, next_path=next_path)


def set_password(
    work: Work, *, account_id: int, password: str, keep_session: str, current: str | None = None
) -> None:
    """Give an account a password: its other browsers are signed out, links that were mailed are dead, a letter tells it.

    Raises WrongPassword as check_proven does where the account has a password, and WeakPassword.
    """
    account = work.session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if account.password_hash is not None:
        check_proven(work, account, current=current, session_token=keep_session)
    weakness = weakness_of(password, about=(account.address, account.first_name))
    if weakness is not None:
        raise WeakPassword(weakness)
    account.password_hash = hashed_password(password)
    end_other_sessions(work, account_id=account_id, keep_session=keep_session)
    forget_links(work, address=account.address)
    work.post(
        letters.password_changed(
            work.letters,
            address=account.address,
            first_name=account.first_name,
            locale=account.locale,
            url=work.links.to("accounts.sign_in"),
        )
    )
    work.record(AccountVerb.PASSWORD_SET, Account, account_id)


def hashed_password(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def check_proven(work: Work, account: Account, *, current: str | None, session_token: str) -> None:
    """Raise WrongPassword unless ``current`` is the password, or a mailed link was followed in this browser just now."""
    if is_fresh(work.session, session_token=session_token, now=work.now):
        return
    try:
        _HASHER.verify(account.password_hash or _dummy_hash(), current or "")
    except VerifyMismatchError as error:
        raise WrongPassword from error
    if account.password_hash is None:
        raise WrongPassword


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
