"""Naming relays, and who works there."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.db import as_if_second
from matchmaker.base.i18n import mark
from matchmaker.base.text import name_key
from matchmaker.base.work import Missing, Work
from matchmaker.invitations.rules import Subject, Words
from matchmaker.invitations.service import Kind
from matchmaker.places.service import check_commune
from matchmaker.relays import queries
from matchmaker.relays.models import Relay, RelayInvitation, RelayMember
from matchmaker.relays.rules import RelayKind, RelayVerb


class RelayNameTaken(Exception):
    """The territory has a relay of this name."""


class NotAtRelay(Missing):
    """The account does not work at the relay, or not any more."""


def name_relay(work: Work, *, territory_id: int, name: str, kind: RelayKind, commune_code: str) -> Relay:
    """A new relay of a territory. Raises RelayNameTaken, CommuneOutside."""
    check_commune(work.session, territory_id, commune_code)

    def make() -> Relay:
        taken = select(Relay.id).where(Relay.territory_id == territory_id, Relay.name_key == name_key(name))
        if work.session.scalar(taken) is not None:
            raise RelayNameTaken
        relay = Relay(
            territory_id=territory_id, name=name, kind=kind, commune_code=commune_code, created_at=work.now
        )
        work.session.add(relay)
        work.session.flush()
        return relay

    relay = as_if_second(work.session, make, "uq_relays_territory_id_name_key", "uq_relays_territory_id_name")
    work.record(RelayVerb.NAMED, Relay, relay.id, territory_id=territory_id)
    return relay


def describe_relay(
    work: Work,
    *,
    relay_id: int,
    telephone: str | None,
    postal_address: str | None,
    opening_hours: str | None,
) -> None:
    """Say how people reach a relay, as its letters on paper tell them. What is empty is not told."""
    relay = work.session.get_one(Relay, relay_id)
    relay.telephone, relay.postal_address = telephone or None, postal_address or None
    relay.opening_hours = opening_hours or None
    work.session.flush()
    work.record(RelayVerb.DESCRIBED, Relay, relay_id, territory_id=relay.territory_id)


def remove_relay_member(work: Work, *, relay_id: int, account_id: int) -> None:
    """End somebody's access to a relay, at once. Raises NotAtRelay."""
    check_at_relay(work.session, relay_id=relay_id, account_id=account_id)
    work.session.execute(
        delete(RelayMember).where(RelayMember.relay_id == relay_id, RelayMember.account_id == account_id)
    )
    territory_id = work.session.get_one(Relay, relay_id).territory_id
    work.record(RelayVerb.MEMBER_REMOVED, Account, account_id, territory_id=territory_id, relay=relay_id)


def works_at(session: Session, *, relay_id: int, account_id: int | None) -> bool:
    """Whether an account, or None for a visitor, works at a relay."""
    return queries.find_relay_member(session, relay_id=relay_id, account_id=account_id) is not None


def check_at_relay(session: Session, *, relay_id: int, account_id: int | None) -> None:
    """Raise NotAtRelay unless the account works at the relay."""
    if not works_at(session, relay_id=relay_id, account_id=account_id):
        raise NotAtRelay


WORDS = Words(
    letter_subject=mark("%(name)s invites you to the relay %(relay)s"),
    preheader=mark("There you sign up people who have no e-mail address."),
    sentence=mark(
        "%(name)s invites you to the relay %(relay)s."
        " There you sign up people who have no e-mail address, with their consent."
    ),
    title=mark("Work at the relay %(relay)s"),
    lead=mark(
        "%(name)s invites you. There you sign up people who have no e-mail address, with their consent."
    ),
    name_hint=mark("The team of the territory and your relay see it."),
    accept=mark("Yes, I take part"),
    welcome=mark("Welcome! Here you sign up people who have no e-mail address."),
)


def _subject(invited: RelayInvitation) -> Subject:
    relay = invited.subject
    return Subject(
        territory=relay.territory.name,
        territory_id=relay.territory_id,
        time_zone=relay.territory.time_zone,
        locale=relay.territory.locale,
        values={"relay": relay.name},
    )


def _is_member(session: Session, relay_id: int, account_id: int) -> bool:
    return works_at(session, relay_id=relay_id, account_id=account_id)


def _join(work: Work, invited: RelayInvitation, account_id: int) -> None:
    work.session.add(RelayMember(relay_id=invited.subject_id, account_id=account_id, joined_at=work.now))


INVITATION = Kind(
    purpose="relay_invitation",
    rows=RelayInvitation,
    subjects=Relay,
    words=WORDS,
    a_day=50,
    page=("relay_desk", "relay_id"),
    subject=_subject,
    is_member=_is_member,
    join=_join,
)
"""To a relay, to work there."""
