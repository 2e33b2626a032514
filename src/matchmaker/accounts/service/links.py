"""Links in letters that sign their reader in, or open an account."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from matchmaker.accounts import letters
from matchmaker.accounts.models import Account, AccountSession, MailedLink
from matchmaker.accounts.rules import LINK_LASTS, AccountVerb, LinkPurpose
from matchmaker.accounts.service.accounts import find_account, open_account
from matchmaker.accounts.service.sessions import SignedIn, over, start_session
from matchmaker.base.tokens import InvalidToken, Tokens
from matchmaker.base.work import Work
from matchmaker.post import suppression


class LinkUnusable(Exception):
    """A mailed link is forged, too old or was used before."""


class AddressMismatch(Exception):
    """The person who is signed in is not the one to whose address the letter went."""


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
    """Mail a link that signs ``account`` in. Those that were mailed before no longer do."""
    work.session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    link = new_link(
        work, purpose=LinkPurpose.SIGN_IN, address=account.address, locale=account.locale, next_path=next_path
    )
    work.post(
        letters.sign_in_link(
            work.letters,
            address=account.address,
            first_name=account.first_name,
            locale=account.locale,
            url=work.links.to("accounts.link", token=link_token(work.tokens, link)),
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
    link = new_link(
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
            locale=locale,
            url=work.links.to("accounts.open", token=link_token(work.tokens, link)),
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
    return start_session(work, account=account, next_path=link.next_path, by_link=True)


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
    return account, None if account_id is not None else start_session(work, account=account, by_link=True)


def forget_links(work: Work, *, address: str) -> None:
    """Let no link that was mailed to an address, and not used yet, open anything any more."""
    waiting = MailedLink.used_at.is_(None)
    work.session.execute(delete(MailedLink).where(MailedLink.address == address, waiting))


def forget_expired(work: Work) -> Sequence[str]:
    """Delete sessions and links that are no longer good for anything; the addresses to which the links went."""
    work.session.execute(delete(AccountSession).where(over(work.now)))
    late = MailedLink.expires_at <= work.now - LINK_LASTS
    return work.session.scalars(delete(MailedLink).where(late).returning(MailedLink.address)).all()


def new_link(
    work: Work,
    *,
    purpose: LinkPurpose,
    address: str,
    locale: str,
    next_path: str | None = None,
    first_name: str | None = None,
    account_id: int | None = None,
) -> MailedLink:
    """A link to an address, which is from now on the only one in force."""
    forget_links(work, address=address)
    link = MailedLink(
        purpose=purpose,
        address=address,
        account_id=account_id,
        first_name=first_name,
        locale=locale,
        next_path=next_path,
        created_at=work.now,
        expires_at=work.now + LINK_LASTS,
    )
    work.session.add(link)
    work.session.flush()
    return link


def link_token(tokens: Tokens, link: MailedLink) -> str:
    """What the address of a link ends with; it is kept nowhere."""
    return tokens.sign_bound("link", str(link.id), to=_subject(link))


def _subject(link: MailedLink) -> str:
    return f"{link.address} {link.created_at.timestamp():.6f}"
