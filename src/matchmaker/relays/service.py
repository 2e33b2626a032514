"""Naming relays, and who works there."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import violates
from matchmaker.base.tokens import InvalidToken
from matchmaker.base.work import Missing, Work
from matchmaker.places.service import check_commune
from matchmaker.relays import letters, queries
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.rules import RelayKind

INVITATION_LASTS = timedelta(days=14)


class RelayNameTaken(Exception):
    """The territory has a relay of this name."""


class AlreadyAtRelay(Exception):
    """The address belongs to somebody who works at the relay."""


class NotAtRelay(Missing):
    """The account does not work at the relay, or not any more."""


class RelayInvitationUnusable(Exception):
    """The invitation is forged, too old, taken back, or was answered before."""


def name_relay(work: Work, *, territory_id: int, name: str, kind: RelayKind, commune_code: str) -> Relay:
    """A new relay of a territory. Raises RelayNameTaken, CommuneOutside."""
    check_commune(work.session, territory_id, commune_code)
    relay = Relay(
        territory_id=territory_id, name=name, kind=kind, commune_code=commune_code, created_at=work.now
    )
    try:
        with work.session.begin_nested():
            work.session.add(relay)
    except IntegrityError as error:
        if violates(error, "uq_relays_territory_id_name"):
            raise RelayNameTaken from error
        raise
    return relay


def invite_to_relay(work: Work, *, relay_id: int, invited_by_id: int, address: str) -> RelayInvitation:
    """Ask a canonical address to work at a relay. An invitation that waits is renewed and sent again, never doubled.

    Raises AlreadyAtRelay.
    """
    # Whoever else invites to this relay waits here, so that no two invitations of one address are written.
    relay = work.session.scalars(select(Relay).where(Relay.id == relay_id).with_for_update(of=Relay)).one()
    invited = work.session.scalars(
        select(RelayInvitation)
        .where(
            RelayInvitation.relay_id == relay_id,
            RelayInvitation.address == address,
            RelayInvitation.accepted_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    # Asked only now: if the invitation was being accepted, the line above has waited for it.
    account = accounts.find_account(work.session, address=address)
    if account is not None and works_at(work.session, relay_id=relay_id, account_id=account.id):
        raise AlreadyAtRelay
    if invited is None:
        invited = RelayInvitation(relay_id=relay_id, address=address, created_at=work.now)
        work.session.add(invited)
    invited.invited_by_id = invited_by_id
    invited.expires_at = work.now + INVITATION_LASTS
    work.session.flush()
    work.post(
        letters.invitation(
            work.letters,
            address=address,
            first_name=account.first_name if account else "",
            locale=account.locale if account else relay.territory.locale,
            territory_name=relay.territory.name,
            relay_name=relay.name,
            invited_by=work.session.get_one(Account, invited_by_id).first_name,
            until=invited.expires_at.astimezone(ZoneInfo(relay.territory.time_zone)).date(),
            url=work.links.to(
                "relays.invitation",
                token=work.tokens.sign_bound("relay_invitation", str(invited.id), to=_subject(invited)),
            ),
        )
    )
    return invited


def withdraw_relay_invitation(work: Work, *, relay_id: int, invitation_id: int) -> None:
    """Take back an invitation that waits; the link in its letter no longer works. Twice is as good as once."""
    work.session.execute(
        delete(RelayInvitation).where(
            RelayInvitation.id == invitation_id,
            RelayInvitation.relay_id == relay_id,
            RelayInvitation.accepted_at.is_(None),
        )
    )


def find_relay_invitation(work: Work, *, token: str) -> RelayInvitation:
    """The invitation behind a mailed token, untouched; raises RelayInvitationUnusable."""
    try:
        bound = work.tokens.read_bound("relay_invitation", token)
    except InvalidToken as error:
        raise RelayInvitationUnusable from error
    found = work.session.scalars(
        select(RelayInvitation).where(RelayInvitation.id == int(bound.name)).with_for_update()
    ).one_or_none()
    if found is None or found.accepted_at is not None or found.expires_at <= work.now:
        raise RelayInvitationUnusable
    if not work.tokens.is_bound(bound, to=_subject(found)):
        raise RelayInvitationUnusable
    return found


def accept_relay_invitation(
    work: Work, *, token: str, account_id: int | None, first_name: str | None = None, locale: str = "fr"
) -> tuple[Relay, accounts.SignedIn | None]:
    """Begin to work at a relay. Whoever holds the mailed link owns its address, so this also signs in.

    A person who is signed in must be the one invited. Raises RelayInvitationUnusable, accounts.AddressMismatch.
    """
    invited = find_relay_invitation(work, token=token)
    try:
        account, signed_in = accounts.enter_by_letter(
            work, address=invited.address, account_id=account_id, first_name=first_name, locale=locale
        )
    except accounts.LinkUnusable as error:
        raise RelayInvitationUnusable from error
    invited.accepted_at = work.now
    if not works_at(work.session, relay_id=invited.relay_id, account_id=account.id):
        work.session.add(RelayMember(relay_id=invited.relay_id, account_id=account.id, joined_at=work.now))
    work.session.flush()
    return invited.relay, signed_in


def remove_relay_member(work: Work, *, relay_id: int, account_id: int) -> None:
    """End somebody's access to a relay, at once. Raises NotAtRelay."""
    check_at_relay(work.session, relay_id=relay_id, account_id=account_id)
    work.session.execute(
        delete(RelayMember).where(RelayMember.relay_id == relay_id, RelayMember.account_id == account_id)
    )


def works_at(session: Session, *, relay_id: int, account_id: int | None) -> bool:
    """Whether an account, or None for a visitor, works at a relay."""
    return queries.find_relay_member(session, relay_id=relay_id, account_id=account_id) is not None


def check_at_relay(session: Session, *, relay_id: int, account_id: int | None) -> None:
    """Raise NotAtRelay unless the account works at the relay."""
    if not works_at(session, relay_id=relay_id, account_id=account_id):
        raise NotAtRelay


def _subject(invited: RelayInvitation) -> str:
    return f"{invited.address} {invited.created_at.isoformat()}"
