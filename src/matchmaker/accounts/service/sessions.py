"""The sessions of browsers that are signed in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account, AccountSession
from matchmaker.accounts.rules import FRESH_LASTS, SESSION_LASTS, AccountVerb
from matchmaker.base.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that was just opened: what the cookie holds, and where the person wanted to go."""

    session_token: str
    next_path: str | None
    locale: str


def find_session(session: Session, *, session_token: str) -> AccountSession | None:
    """The session that a cookie names, whether or not it is still in force."""
    return session.get(AccountSession, _hashed(session_token))


def is_fresh(session: Session, *, session_token: str, now: datetime) -> bool:
    """Whether somebody signed in by a mailed link just now, in the browser of this session."""
    known = find_session(session, session_token=session_token)
    return known is not None and known.by_link and now < known.created_at + FRESH_LASTS


def start_session(
    work: Work, *, account: Account, next_path: str | None = None, by_link: bool = False
) -> SignedIn:
    """Open a session for ``account``, ``by_link`` if a mailed link proves who it is."""
    token = secrets.token_urlsafe(32)
    work.session.add(
        AccountSession(
            id=_hashed(token),
            account_id=account.id,
            created_at=work.now,
            expires_at=work.now + SESSION_LASTS,
            by_link=by_link,
        )
    )
    work.acting_as(account.id).record(AccountVerb.SIGNED_IN, Account, account.id)
    return SignedIn(session_token=token, next_path=next_path, locale=account.locale)


def end_session(work: Work, *, session_token: str) -> None:
    """Sign one browser out."""
    ended = work.session.scalar(
        delete(AccountSession)
        .where(AccountSession.id == _hashed(session_token))
        .returning(AccountSession.account_id)
    )
    if ended is not None:
        work.acting_as(ended).record(AccountVerb.SIGNED_OUT, Account, ended)


def end_other_sessions(work: Work, *, account_id: int, keep_session: str) -> None:
    """Sign all browsers of an account out but one, given by its session token."""
    work.session.execute(
        delete(AccountSession).where(
            AccountSession.account_id == account_id, AccountSession.id != _hashed(keep_session)
        )
    )


def _hashed(session_token: str) -> str:
    return hashlib.sha256(session_token.encode()).hexdigest()
