"""What relays hold of a person: where they work, and where they were asked to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.invitations import service as invitations
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.service import remove_relay_member


def _about(session: Session, account_id: int) -> Sequence[Section]:
    address = select(Account.address).where(Account.id == account_id).scalar_subquery()
    return (
        section(
            session,
            mark("Relays where I work"),
            select(Relay.name.label("relay"), RelayMember.joined_at)
            .join(RelayMember, RelayMember.relay_id == Relay.id)
            .where(RelayMember.account_id == account_id)
            .order_by(RelayMember.joined_at),
        ),
        section(
            session,
            mark("Relays that invited me"),
            _invitations().where(RelayInvitation.address == address),
        ),
        section(
            session,
            mark("Whom I invited to relays"),
            _invitations().where(RelayInvitation.invited_by_id == account_id),
        ),
    )


def _invitations() -> Select[str, str, datetime, datetime | None]:
    return (
        select(
            Relay.name.label("relay"),
            RelayInvitation.address,
            RelayInvitation.created_at,
            RelayInvitation.accepted_at,
        )
        .join(Relay, Relay.id == RelayInvitation.subject_id)
        .order_by(RelayInvitation.id)
    )


def _part(work: Work, account_id: int) -> None:
    joined = select(RelayMember.relay_id).where(RelayMember.account_id == account_id)
    for relay_id in work.session.scalars(joined.order_by(RelayMember.relay_id)).all():
        remove_relay_member(work, relay_id=relay_id, account_id=account_id)


def _forget_account(work: Work, account_id: int) -> None:
    invitations.forget_account(work, RelayInvitation, account_id=account_id)


TRANSFER = Transfer(
    holds={
        RelayMember.account_id: Fate.NEEDED,
        RelayInvitation.invited_by_id: Fate.DELETED,
        RelayInvitation.address: Fate.DELETED,
    },
    about=_about,
    texts=[Relay.name, Relay.telephone, Relay.postal_address, Relay.opening_hours],
    part=_part,
    forget_account=_forget_account,
    forget_expired=lambda work: invitations.forget_expired(work, RelayInvitation),
)
