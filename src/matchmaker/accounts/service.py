"""Signing in and out, opening accounts, changing them."""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts import letters
from matchmaker.accounts.models import Account, AccountSession, MailedLink
from matchmaker.accounts.rules import LINK_LASTS, SESSION_LASTS, AccountVerb, LinkPurpose
from matchmaker.base.db import violates
from matchmaker.base.tokens import InvalidToken, Tokens
from matchmaker.base.transfer import Fate
from matchmaker.base.work import Work
from matchmaker.post import suppression
from matchmaker.post.suppression import SuppressedAddress

# OWASP's second recommended setting for Argon2id; the library's own default takes 64 MiB for each attempt, with
# which a flood of sign-ins would empty the machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


class LinkUnusable(Exception):
    """A mailed link is forged, too old or was used before."""


class AddressMismatch(Exception):
    """The person who is signed in is not the one to whose address the letter went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that was just opened: what the cookie holds, and where the person wanted to go."""

    session_token: str
    next_path: str | None
    locale: str


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


def find_session(session: Session, *, session_token: str) -> AccountSession | None:
    """The session that a cookie names, whether or not it is still in force."""
    return session.get(AccountSession, _hashed(session_token))


def request_sign_in(work: Work, *, address: str, locale: str, next_path: str | None = None) -> None:
    """Mail a sign-in link to ``address``, or the news that it has no account: the page must not tell which."""
    account = find_account(work.session, address=address)
    work.record(AccountVerb.LINK_ASKED, Account, account.id if account else None)
    if account is None:
        work.post(
            letters.no_account(
                work.letters, address=address, locale=locale, url=work.links.to_page("sign_up")
            )
        )
        return
    post_sign_in_link(work, account=account, next_path=next_path)


def post_sign_in_link(work: Work, *, account: Account, next_path: str | None = None) -> None:
    """Mail a link that signs ``account`` in."""
    link = _new_link(
        work, purpose=LinkPurpose.SIGN_IN, address=account.address, locale=account.locale, next_path=next_path
    )
    work.post(
        letters.sign_in_link(
            work.letters,
            address=account.address,
            first_name=account.first_name,
            locale=account.locale,
            url=work.links.to("accounts.link", token=_token(work.tokens, link)),
        )
    )


def request_account(
    work: Work, *, first_name: str, address: str, locale: str, next_path: str | None = None
) -> None:
    """Mail the link that opens an account; a known address gets a sign-in link instead, and nothing changes."""
    account = find_account(work.session, address=address)
    work.record(AccountVerb.ASKED, Account, account.id if account else None)
    if account is not None:
        post_sign_in_link(work, account=account, next_path=next_path)
        return
    link = _new_link(
        work,
        purpose=LinkPurpose.OPEN_ACCOUNT,
        address=address,
        locale=locale,
        first_name=first_name,
        next_path=next_path,
    )
    work.post(
        letters.open_account_link(
            work.letters,
            address=address,
            first_name=first_name,
            locale=locale,
            url=work.links.to("accounts.open", token=_token(work.tokens, link)),
        )
    )


def check_link(work: Work, *, token: str, purpose: LinkPurpose) -> MailedLink:
    """The unused link of ``token``, untouched; raises LinkUnusable."""
    try:
        bound = work.tokens.read_bound("link", token)
    except InvalidToken as error:
        raise LinkUnusable from error
    link = work.session.scalars(
        select(MailedLink)
        .where(MailedLink.id == int(bound.name), MailedLink.purpose == purpose)
        .with_for_update()
    ).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= work.now:
        raise LinkUnusable
    if not work.tokens.is_bound(bound, to=_subject(link)):
        raise LinkUnusable
    return link


def use_link(work: Work, *, token: str, purpose: LinkPurpose) -> SignedIn:
    """Use up a mailed link and sign its reader in, opening the account first if that is its purpose.

    Raises LinkUnusable.
    """
    link = check_link(work, token=token, purpose=purpose)
    link.used_at = work.now
    suppression.lift(work, address=link.address)
    account = find_account(work.session, address=link.address)
    if account is None:
        if link.first_name is None:
            raise LinkUnusable
        account = open_account(work, address=link.address, first_name=link.first_name, locale=link.locale)
    return start_session(work, account=account, next_path=link.next_path)


def open_account(work: Work, *, address: str, first_name: str, locale: str) -> Account:
    """The account of a proven canonical address: the one it has, unchanged, or a new one. It gets letters again."""
    suppression.lift(work, address=address)
    known = find_account(work.session, address=address)
    if known is not None:
        return known
    account = Account(address=address, first_name=first_name, locale=locale, created_at=work.now)
    try:
        with work.session.begin_nested():
            work.session.add(account)
    except IntegrityError as error:
        # Two links to one address may be used at the same moment; the account of the quicker one is the account.
        quicker = find_account(work.session, address=address)
        if quicker is None or not violates(error, "uq_accounts_address"):
            raise
        return quicker
    work.acting_as(account.id).record(AccountVerb.OPENED, Account, account.id)
    return account


def enter_by_letter(
    work: Work, *, address: str, account_id: int | None, first_name: str | None, locale: str
) -> tuple[Account, SignedIn | None]:
    """The account of an address that a mailed link proves; signs its reader in, unless somebody is (``account_id``).

    Who is signed in must be the owner. A new account needs ``first_name``. Raises AddressMismatch, LinkUnusable.
    """
    account = find_account(work.session, address=address)
    if account_id is not None and (account is None or account.id != account_id):
        raise AddressMismatch
    if account is None:
        if not first_name:
            raise LinkUnusable
        account = open_account(work, address=address, first_name=first_name, locale=locale)
    return account, None if account_id is not None else start_session(work, account=account)


def start_session(work: Work, *, account: Account, next_path: str | None = None) -> SignedIn:
    """Open a session for ``account``."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        AccountSession(
            id=_hashed(token),
            account_id=account.id,
            created_at=work.now,
            expires_at=work.now + SESSION_LASTS,
        )
    )
    work.acting_as(account.id).record(AccountVerb.SIGNED_IN, Account, account.id)
    return SignedIn(session_token=token, next_path=next_path, locale=account.locale)


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


def end_session(work: Work, *, session_token: str) -> None:
    """Sign one browser out."""
    ended = work.session.scalar(
        delete(AccountSession)
        .where(AccountSession.id == _hashed(session_token))
        .returning(AccountSession.account_id)
    )
    if ended is not None:
        work.acting_as(ended).record(AccountVerb.SIGNED_OUT, Account, ended)


def change_account(work: Work, *, account_id: int, first_name: str, locale: str) -> None:
    """Change the name and the language of an account."""
    account = work.session.get_one(Account, account_id)
    account.first_name = first_name
    account.locale = locale
    work.record(AccountVerb.CHANGED, Account, account_id)


def set_password(work: Work, *, account_id: int, password: str, keep_session: str) -> None:
    """Give an account a password and sign out its other browsers."""
    account = work.session.get_one(Account, account_id)
    account.password_hash = _HASHER.hash(password)
    work.session.execute(
        delete(AccountSession).where(
            AccountSession.account_id == account_id, AccountSession.id != _hashed(keep_session)
        )
    )
    work.record(AccountVerb.PASSWORD_SET, Account, account_id)


def find_suppressed(session: Session, *, tokens: Tokens, account_id: int) -> SuppressedAddress | None:
    """Why and since when an account gets no letters but those to sign in, if so."""
    account = session.get_one(Account, account_id)
    return suppression.find_suppressed(session, tokens=tokens, address=account.address)


def resume_letters(work: Work, *, account_id: int) -> None:
    """Send letters to an account again, on its owner's word that they arrive."""
    suppression.lift(work, address=work.session.get_one(Account, account_id).address)
    work.record(AccountVerb.LETTERS_RESUMED, Account, account_id)


def close_if_unused(work: Work, *, account_id: int) -> bool:
    """Delete an account that no room needs, and what is left of it in each; whether it was deleted."""
    for room in work.rooms:
        for column, fate in room.holds.items():
            needed = select(column).where(column == account_id).limit(1)
            if fate is Fate.NEEDED and work.session.scalar(needed) is not None:
                return False
    work.record(AccountVerb.CLOSED, Account, account_id)
    for room in work.rooms:
        room.forget_account(work, account_id)
    return True


def forget_expired(work: Work) -> None:
    """Delete sessions and links that are no longer good for anything."""
    work.session.execute(delete(AccountSession).where(AccountSession.expires_at <= work.now))
    work.session.execute(delete(MailedLink).where(MailedLink.expires_at <= work.now - LINK_LASTS))


def _new_link(
    work: Work,
    *,
    purpose: LinkPurpose,
    address: str,
    locale: str,
    next_path: str | None,
    first_name: str | None = None,
) -> MailedLink:
    link = MailedLink(
        purpose=purpose,
        address=address,
        first_name=first_name,
        locale=locale,
        next_path=next_path,
        created_at=work.now,
        expires_at=work.now + LINK_LASTS,
    )
    work.session.add(link)
    work.session.flush()
    return link


def _token(tokens: Tokens, link: MailedLink) -> str:
    return tokens.sign_bound("link", str(link.id), to=_subject(link))


def _subject(link: MailedLink) -> str:
    return f"{link.address} {link.created_at.timestamp():.6f}"


def _hashed(session_token: str) -> str:
    return hashlib.sha256(session_token.encode()).hexdigest()


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))
