"""What each side lets the other see, and the one function that reads it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens.models import CitizenTelephone
from matchmaker.groups import queries as groups
from matchmaker.introductions.models import Introduction, SharedContact
from matchmaker.introductions.rules import IN_FORCE, OPEN, SIDES, NotAllowed, Party, other_side
from matchmaker.introductions.rules.verbs import IntroductionVerb
from matchmaker.introductions.service.actions import lock
from matchmaker.introductions.service.actors import Actor
from matchmaker.introductions.service.transitions import record_act


class NotAgreed(Exception):
    """Not both have accepted, or one took it back: nothing is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What the other side shares: an address, a telephone number in its kept form, or both."""

    first_name: str
    address: str | None
    telephone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """What a side chooses to let the other see once both have accepted. ``telephone`` is in its kept form."""

    address: bool
    telephone: str | None


def contact_of(session: Session, introduction: Introduction, *, viewer: Party) -> Contact | None:
    """What a side sees of the other's contact data; None where the other shares nothing. Raises NotAgreed.

    Nothing else in the program reads what is shared.
    """
    if introduction.state not in IN_FORCE or viewer not in SIDES:
        raise NotAgreed
    shared = session.get(SharedContact, (introduction.id, other_side(viewer)))
    if shared is None or not _still_there(session, introduction, shared):
        return None
    citizen = introduction.citizen
    name = shared.account.first_name if shared.account else citizen.first_name if citizen else ""
    return Contact(first_name=name, address=shared.address, telephone=shared.telephone)


def _still_there(session: Session, introduction: Introduction, shared: SharedContact) -> bool:
    """Whether somebody who shared for a group has not left it."""
    if shared.party is Party.CITIZEN:
        return True
    return groups.role_of(session, group_id=introduction.group_id, account_id=shared.account_id) is not None


def share(work: Work, *, introduction_id: int, by: Actor, sharing: Sharing) -> Introduction:
    """Choose what the other side sees once both have accepted; nothing at all takes back what was shared.

    A citizen without an account has no address: their relay's never stands for it. Raises Missing, NotAllowed for
    an introduction that has ended without an agreement.
    """
    introduction = lock(work, introduction_id)
    if introduction.state not in OPEN | IN_FORCE or by.party not in SIDES:
        raise NotAllowed(f"share by {by.party} in {introduction.state}")
    kept = work.session.get(SharedContact, (introduction.id, by.party))
    account = work.session.get(Account, by.account_id) if by.relay_id is None and by.account_id else None
    own_address = account.address if account is not None and sharing.address else None
    if own_address is None and sharing.telephone is None:
        if kept is not None:
            work.session.delete(kept)
            record_act(work, IntroductionVerb.CONTACT_WITHDRAWN, introduction, by=by)
        return introduction
    if kept is None:
        kept = SharedContact(introduction_id=introduction.id, party=by.party)
        work.session.add(kept)
    kept.citizen_id = introduction.citizen_id if by.party is Party.CITIZEN else None
    kept.account_id = account.id if account is not None else None
    kept.address, kept.telephone, kept.shared_at = own_address, sharing.telephone, work.now
    work.session.flush()
    record_act(work, IntroductionVerb.CONTACT_SHARED, introduction, by=by)
    return introduction


def own_share(session: Session, introduction: Introduction, *, party: Party) -> Contact | None:
    """What a side shares itself, as it chose; None for nothing."""
    kept = session.get(SharedContact, (introduction.id, party))
    if kept is None:
        return None
    name = kept.account.first_name if kept.account else ""
    return Contact(first_name=name, address=kept.address, telephone=kept.telephone)


def telephone_at_relay(session: Session, *, citizen_id: int | None) -> str | None:
    """The number that a relay keeps of one of its people, which it may share at their wish."""
    return session.scalar(select(CitizenTelephone.number).where(CitizenTelephone.citizen_id == citizen_id))
