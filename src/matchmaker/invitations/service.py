"""Asking people to join something: sent, taken back, accepted once.

What there is to be joined is told by each room that invites, as a ``Kind``.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import DeclarativeBase, Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base import outbox
from matchmaker.base.naming import Naming
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.tokens import Bound, InvalidToken
from matchmaker.base.work import Work
from matchmaker.invitations import letters
from matchmaker.invitations.models import Invitation
from matchmaker.invitations.rules import INVITATION_LASTS, InvitationVerb, Subject, Words

Row = TypeVar("Row", bound=Invitation)


class AlreadyMember(Exception):
    """The address belongs to somebody who has joined."""


class InvitationUnusable(Exception):
    """The invitation is forged, too old, taken back, or was answered before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[Row]):
    """Something that people are invited to join. ``purpose`` tells its links and its limits from those of other kinds."""

    purpose: str
    rows: type[Row]
    subjects: type[DeclarativeBase]
    words: Words
    a_day: int
    """How many invitations one account may send in a day."""
    page: tuple[str, str]
    """Where somebody who joined goes: the name of a page of a room above, and its value that is the subject's id."""
    subject: Callable[[Row], Subject]
    is_member: Callable[[Session, int, int], bool]
    """Whether somebody has joined: by the ids of the subject and the account."""
    join: Callable[[Work, Row, int], None]
    """Lets an account in that has not joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Somebody who accepted: the kind of thing and its id, and their new session unless they were signed in."""

    kind: Kind[Any]
    subject_id: int
    signed_in: accounts.SignedIn | None


def invite(
    work: Work, kind: Kind[Row], *, subject_id: int, invited_by_id: int, address: str, **terms: object
) -> Row:
    """Ask a canonical address to join. An invitation that waits is renewed and sent again, never doubled.

    ``terms`` is what else the rows of the kind say. Raises AlreadyMember.
    """
    _lock_subject(work, kind, subject_id)
    account = accounts.find_account(work.session, address=address)
    if account is not None and kind.is_member(work.session, subject_id, account.id):
        raise AlreadyMember
    rows = kind.rows
    invited = work.session.scalars(
        select(rows).where(
            rows.subject_id == subject_id, rows.address == address, rows.accepted_at.is_(None)
        ),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if invited is None:
        invited = rows()
        invited.subject_id, invited.address, invited.created_at = subject_id, address, work.now
        work.session.add(invited)
    for name, value in terms.items():
        setattr(invited, name, value)
    invited.invited_by_id, invited.expires_at = invited_by_id, work.now + INVITATION_LASTS
    work.session.flush()
    _post_letter(work, kind, invited, account)
    _record(work, InvitationVerb.SENT, kind, invited)
    return invited


def withdraw(work: Work, kind: Kind[Any], *, subject_id: int, invitation_id: int) -> bool:
    """Take back an invitation to a subject, so that the link in its letter no longer works; whether it still waited."""
    _lock_subject(work, kind, subject_id)
    rows = kind.rows
    invited = work.session.scalars(
        select(rows).where(
            rows.id == invitation_id, rows.subject_id == subject_id, rows.accepted_at.is_(None)
        ),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if invited is None:
        return False
    _record(work, InvitationVerb.WITHDRAWN, kind, invited)
    work.session.delete(invited)
    return True


def withdraw_all(work: Work, kind: Kind[Any], *, subject_id: int) -> None:
    """Take back every invitation to a subject that waits for an answer."""
    _lock_subject(work, kind, subject_id)
    rows = kind.rows
    waiting = select(rows).where(rows.subject_id == subject_id, rows.accepted_at.is_(None))
    for invited in work.session.scalars(waiting).all():
        _record(work, InvitationVerb.WITHDRAWN, kind, invited)
        work.session.delete(invited)
    work.session.flush()


def find_invitation(work: Work, kinds: Iterable[Kind[Any]], *, token: str) -> tuple[Kind[Any], Invitation]:
    """The invitation behind a mailed token, and its kind; raises InvitationUnusable."""
    kind, number, bound = _read(work, kinds, token)
    return kind, _usable(work, bound, work.session.get(kind.rows, number))


def accept_invitation(
    work: Work,
    kinds: Iterable[Kind[Any]],
    *,
    token: str,
    account_id: int | None,
    first_name: str | None = None,
    locale: str = "fr",
) -> Joined:
    """Join. Whoever holds the mailed link owns its address, so this also signs in.

    A person who is signed in must be the one invited. Raises InvitationUnusable, accounts.AddressMismatch.
    """
    kind, number, bound = _read(work, kinds, token)
    rows = kind.rows
    _lock_subject(work, kind, work.session.scalar(select(rows.subject_id).where(rows.id == number)))
    invited = _usable(work, bound, work.session.get(rows, number, populate_existing=True))
    try:
        account, signed_in = accounts.enter_by_letter(
            work, address=invited.address, account_id=account_id, first_name=first_name, locale=locale
        )
    except accounts.LinkUnusable as error:
        raise InvitationUnusable from error
    work = work.acting_as(account.id)
    invited.accepted_at = work.now
    if not kind.is_member(work.session, invited.subject_id, account.id):
        kind.join(work, invited, account.id)
    work.session.flush()
    _record(work, InvitationVerb.ACCEPTED, kind, invited)
    return Joined(kind=kind, subject_id=invited.subject_id, signed_in=signed_in)


def forget_account(work: Work, rows: type[Invitation], *, account_id: int) -> None:
    """Forget where somebody was asked to join, and who in the letters by which they asked others."""
    account = work.session.get_one(Account, account_id)
    asked = select(rows.address).where(rows.invited_by_id == account_id)
    outbox.take_out(
        work.session,
        and_(OutboxMessage.kind == letters.KIND, OutboxMessage.recipient.in_(asked)),
        Naming(names=[account.first_name], addresses=[account.address]),
    )
    work.session.execute(delete(rows).where(rows.address == account.address))


def forget_expired(work: Work, rows: type[Invitation]) -> Sequence[str]:
    """Delete the invitations that nobody accepted in their time; the addresses to which they went."""
    late = and_(rows.accepted_at.is_(None), rows.expires_at <= work.now)
    return work.session.scalars(delete(rows).where(late).returning(rows.address)).all()


def _record(work: Work, verb: InvitationVerb, kind: Kind[Row], invited: Row) -> None:
    territory_id = kind.subject(invited).territory_id
    work.record(verb, kind.rows, invited.id, territory_id=territory_id, subject=invited.subject_id)


def _lock_subject(work: Work, kind: Kind[Any], subject_id: int | None) -> None:
    """Make whoever else invites to this, takes back or accepts wait until this unit of work ends.

    Each of them asks for the invitation only afterwards, so no two wait for each other.
    """
    key = kind.subjects.__table__.c.id
    work.session.execute(select(key).where(key == subject_id).with_for_update())


def _post_letter(work: Work, kind: Kind[Row], invited: Row, account: Account | None) -> None:
    subject = kind.subject(invited)
    token = work.tokens.sign_bound(kind.purpose, str(invited.id), to=_bound_to(invited))
    work.post(
        letters.invitation(
            work.letters,
            kind.words,
            subject,
            address=invited.address,
            first_name=account.first_name if account else "",
            locale=account.locale if account else subject.locale,
            invited_by=invited.invited_by.first_name,
            until=invited.expires_at.astimezone(ZoneInfo(subject.time_zone)).date(),
            url=work.links.to("invitations.invitation", token=token),
        )
    )


def _read(work: Work, kinds: Iterable[Kind[Any]], token: str) -> tuple[Kind[Any], int, Bound]:
    for kind in kinds:
        with suppress(InvalidToken):
            bound = work.tokens.read_bound(kind.purpose, token)
            return kind, int(bound.name), bound
    raise InvitationUnusable


def _usable(work: Work, bound: Bound, invited: Invitation | None) -> Invitation:
    if invited is None or invited.accepted_at is not None or invited.expires_at <= work.now:
        raise InvitationUnusable
    # 0.1.0 bound the links to groups to the address alone. They last two weeks, so the next release need not know it.
    if not any(work.tokens.is_bound(bound, to=to) for to in (_bound_to(invited), invited.address)):
        raise InvitationUnusable
    return invited


def _bound_to(invited: Invitation) -> str:
    return f"{invited.address} {invited.created_at.isoformat()}"
