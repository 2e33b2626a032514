"""The sessions of browsers that are signed in."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account, AccountSession
from matchmaker.accounts.rules import FRESH_LASTS, IDLE_LASTS, SEEN_EVERY, SESSION_LASTS, AccountVerb
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


def is_over(known: AccountSession, *, now: datetime) -> bool:
    """Whether a session is too old, or was not used for too long."""
    idle = known.seen_at is not None and known.seen_at + IDLE_LASTS <= now
    return idle or known.expires_at <= now


def over(now: datetime) -> ColumnElement[bool]:
    """Which sessions are over, as ``is_over`` says it of one."""
    return or_(AccountSession.expires_at <= now, AccountSession.seen_at <= now - IDLE_LASTS)


def sessions_of(session: Session, *, account_id: int, now: datetime) -> Sequence[AccountSession]:
    """The browsers in which an account is signed in, the one that was used last first."""
    return session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id, ~over(now))
        .order_by(AccountSession.seen_at.desc(), AccountSession.created_at.desc(), AccountSession.id)
    ).all()


def is_of(known: AccountSession, *, session_token: str) -> bool:
    """Whether a session is that of the browser with this token."""
    return known.id == _hashed(session_token)


def keep_seen(work: Work, *, session_token: str) -> None:
    """Keep that a browser was used, at most once a day."""
    own = AccountSession.id == _hashed(session_token)
    stale = or_(AccountSession.seen_at.is_(None), AccountSession.seen_at <= work.now - SEEN_EVERY)
    work.session.execute(update(AccountSession).where(own, stale).values(seen_at=work.now))


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
            seen_at=work.now,
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


def forget_session(work: Work, *, session_token: str) -> None:
    """End a session in whose browser somebody has signed in anew, which is what is on record."""
    work.session.execute(delete(AccountSession).where(AccountSession.id == _hashed(session_token)))


def end_other_sessions(work: Work, *, account_id: int, keep_session: str, which: str | None = None) -> None:
    """Sign all browsers of an account out but one, given by its session token, or of these the one with the id ``which``."""
    others = and_(AccountSession.account_id == account_id, AccountSession.id != _hashed(keep_session))
    meant = others if which is None else and_(others, AccountSession.id == which)
    ended = work.session.scalars(delete(AccountSession).where(meant).returning(AccountSession.id)).all()
    if ended:
        work.record(AccountVerb.BROWSERS_SIGNED_OUT, Account, account_id, browsers=len(ended))


def _hashed(session_token: str) -> str:
    return hashlib.sha256(session_token.encode()).hexdigest()
