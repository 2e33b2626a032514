"""What accounts hold of a person: who they are, where they are signed in, and the letters to their address."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account, AccountSession, MailedLink
from matchmaker.accounts.service.links import forget_expired
from matchmaker.base import outbox
from matchmaker.base.acts import Act
from matchmaker.base.i18n import mark
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("My account"),
            select(
                Account.address,
                Account.first_name,
                Account.locale,
                Account.password_hash.is_not(None).label("has_password"),
                Account.created_at,
            ).where(Account.id == account_id),
        ),
        section(
            session,
            mark("Browsers in which I am signed in"),
            select(AccountSession.created_at, AccountSession.seen_at, AccountSession.expires_at)
            .where(AccountSession.account_id == account_id)
            .order_by(AccountSession.created_at),
        ),
        *_mail(session, account_id),
        section(
            session,
            mark("What I did, as it is on record"),
            select(Act.at, Act.action, Act.detail).where(Act.by_id == account_id).order_by(Act.id),
        ),
    )


def _mail(session: Session, account_id: int) -> Sequence[Section]:
    """What was mailed to somebody."""
    address = select(Account.address).where(Account.id == account_id).scalar_subquery()
    return (
        section(
            session,
            mark("Links that were mailed to me"),
            select(
                MailedLink.purpose,
                MailedLink.address,
                MailedLink.first_name,
                MailedLink.next_path,
                MailedLink.created_at,
                MailedLink.expires_at,
                MailedLink.used_at,
            )
            .where(or_(MailedLink.address == address, MailedLink.account_id == account_id))
            .order_by(MailedLink.id),
        ),
        section(
            session,
            mark("Letters to me"),
            select(
                OutboxMessage.created_at,
                OutboxMessage.recipient,
                OutboxMessage.recipient_name,
                OutboxMessage.subject,
                OutboxMessage.text,
                OutboxMessage.state,
                OutboxMessage.settled_at,
            )
            .where(OutboxMessage.recipient == address)
            .order_by(OutboxMessage.id),
        ),
    )


def _forget_account(work: Work, account_id: int) -> None:
    account = work.session.get_one(Account, account_id)
    work.session.execute(delete(MailedLink).where(MailedLink.address == account.address))
    outbox.forget(work.session, recipient=account.address, now=work.now)
    work.session.delete(account)
    work.session.flush()


TRANSFER = Transfer(
    holds={
        Account.address: Fate.DELETED,
        # That something was done stays on record, without who did it.
        Act.by_id: Fate.BLANKED,
        AccountSession.account_id: Fate.DELETED,
        MailedLink.address: Fate.DELETED,
        MailedLink.account_id: Fate.DELETED,
        # How many letters of a run arrived is counted after their readers have left.
        OutboxMessage.recipient: Fate.BLANKED,
    },
    about=_about,
    forget_account=_forget_account,
    forget_expired=forget_expired,
)
