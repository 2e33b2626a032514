"""Reads about relays and who works there."""

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Account
from matchmaker.base.paging import ROWS, Page, part_of
from matchmaker.base.text import alphabetical
from matchmaker.places.models import Commune
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember


def relays_of(session: Session, *, territory_id: int, place: int = 0, size: int = ROWS) -> Page[Relay]:
    """A page of the relays of a territory with who works there, by name; ``place`` stand before it."""
    names = session.execute(select(Relay.id, Relay.name).where(Relay.territory_id == territory_id)).all()
    ordered = [number for number, name in sorted(names, key=lambda one: (alphabetical(one[1]), one[0]))]
    page = part_of(ordered, place=place, size=size)
    query = (
        select(Relay)
        .where(Relay.id.in_(page.rows))
        .options(
            joinedload(Relay.commune).lazyload(Commune.postal_codes),
            selectinload(Relay.members).joinedload(RelayMember.account),
        )
    )
    relays = {relay.id: relay for relay in session.scalars(query)}
    return Page(rows=tuple(relays[number] for number in page.rows), after=page.after, before=page.before)


def has_relays(session: Session, *, territory_id: int) -> bool:
    """Whether a territory has a relay."""
    return session.scalar(select(exists().where(Relay.territory_id == territory_id))) or False


def relays_at(session: Session, *, account_id: int) -> Sequence[Relay]:
    """The relays at which an account works, by name."""
    found = session.scalars(
        select(Relay).join(RelayMember).where(RelayMember.account_id == account_id).order_by(Relay.id)
    )
    return sorted(found, key=lambda relay: alphabetical(relay.name))


def find_relay(session: Session, *, territory_id: int, relay_id: int) -> Relay | None:
    """A relay of a territory."""
    return session.scalars(
        select(Relay).where(Relay.territory_id == territory_id, Relay.id == relay_id)
    ).one_or_none()


def find_own_relay(session: Session, *, account_id: int, relay_id: int) -> Relay | None:
    """A relay with its territory, if an account works there."""
    return session.scalars(
        select(Relay)
        .join(RelayMember)
        .where(RelayMember.account_id == account_id, Relay.id == relay_id)
        .options(joinedload(Relay.territory))
    ).one_or_none()


def find_relay_member(session: Session, *, relay_id: int, account_id: int | None) -> RelayMember | None:
    """An account's place at a relay."""
    return None if account_id is None else session.get(RelayMember, (relay_id, account_id))


def is_address_of_relay(session: Session, *, relay_id: int, address: str) -> bool:
    """Whether the address is that of somebody who works at this relay, or was asked to."""
    works_there = exists().where(
        RelayMember.relay_id == relay_id, RelayMember.account_id == Account.id, Account.address == address
    )
    invited = exists().where(
        RelayInvitation.subject_id == relay_id,
        RelayInvitation.address == address,
        RelayInvitation.accepted_at.is_(None),
    )
    return session.scalar(select(or_(works_there, invited))) is True
