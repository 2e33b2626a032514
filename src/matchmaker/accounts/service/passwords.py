"""Signing in by password."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import AccountVerb
from matchmaker.accounts.service.accounts import find_account
from matchmaker.accounts.service.sessions import SignedIn, end_other_sessions, start_session
from matchmaker.base.work import Work

# OWASP's second recommended setting for Argon2id; the library's own default takes 64 MiB for each attempt, with
# which a flood of sign-ins would empty the machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def sign_in_by_password(
    work: Work, *, address: str, password: str, next_path: str | None = None
) -> SignedIn | None:
    """A session if the password is right. Wrong passwords and unknown addresses take the same time."""
    account = find_account(work.session, address=address)
    known_hash = account.password_hash if account is not None else None
    try:
        _HASHER.verify(known_hash or _dummy_hash(), password)
    except VerifyMismatchError:
        return None
    if account is None or known_hash is None:
        return None
    return start_session(work, account=account, next_path=next_path)


def set_password(work: Work, *, account_id: int, password: str, keep_session: str) -> None:
    """Give an account a password and sign out its other browsers."""
    account = work.session.get_one(Account, account_id)
    account.password_hash = _HASHER.hash(password)
    end_other_sessions(work, account_id=account_id, keep_session=keep_session)
    work.record(AccountVerb.PASSWORD_SET, Account, account_id)


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
