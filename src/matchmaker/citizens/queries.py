"""Reads about citizens, their consents, sign-ups on their way, and where a typed commune lies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.accounts.models import Account
from matchmaker.base.db import in_parts
from matchmaker.base.text import fold
from matchmaker.citizens.models import (
    Citizen,
    CitizenChallenge,
    Consent,
    Relay,
    RelayAct,
    RelayInvitation,
    RelayMember,
    SignUp,
)
from matchmaker.citizens.rules import ConsentPurpose
from matchmaker.places.models import Commune


def has_profile(session: Session, *, account_id: int) -> bool:
    """Whether the account is a citizen of some territory."""
    return session.scalar(select(Citizen.id).where(Citizen.account_id == account_id).limit(1)) is not None


def profiles_of(session: Session, *, account_id: int) -> Sequence[Citizen]:
    """The account's profiles, one a territory, the newest first."""
    return session.scalars(
        _with_answers(select(Citizen))
        .where(Citizen.account_id == account_id)
        .order_by(Citizen.created_at.desc(), Citizen.id.desc())
    ).all()


def profile_for(session: Session, *, account_id: int | None, territory_id: int) -> Citizen | None:
    """The account's profile in a territory, or else the newest of any other; None for a visitor."""
    profiles = () if account_id is None else profiles_of(session, account_id=account_id)
    here = [profile for profile in profiles if profile.territory_id == territory_id]
    return next(iter(here or profiles), None)


def find_profile(session: Session, *, account_id: int, territory_id: int) -> Citizen | None:
    """The account's profile in one territory."""
    return session.scalars(
        select(Citizen).where(Citizen.account_id == account_id, Citizen.territory_id == territory_id)
    ).one_or_none()


def find_sign_up(session: Session, sign_up_id: str | None) -> SignUp | None:
    """The sign-up of that id, if it is still on its way; a confirmed one has become a citizen."""
    sign_up = session.get(SignUp, sign_up_id) if sign_up_id else None
    return None if sign_up is None or sign_up.confirmed_at is not None else sign_up


def letter_wanted() -> ColumnElement[bool]:
    """Whether a consent is one to the weekly letter, and in force."""
    return and_(Consent.purpose == ConsentPurpose.WEEKLY_LETTER, Consent.withdrawn_at.is_(None))


def weekly_consent(session: Session, *, citizen_id: int) -> Consent | None:
    """The citizen's consent to the weekly letter, if it is in force."""
    return find_consent(session, citizen_id=citizen_id, purpose=ConsentPurpose.WEEKLY_LETTER)


def find_consent(session: Session, *, citizen_id: int, purpose: ConsentPurpose) -> Consent | None:
    """The citizen's consent for that purpose, if it is in force."""
    return session.scalars(
        select(Consent).where(
            Consent.citizen_id == citizen_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )
    ).one_or_none()


def challenges_chosen(session: Session, *, citizen_ids: Iterable[int]) -> dict[int, set[int]]:
    """The ids of the défis that each of some citizens chose."""
    found: dict[int, set[int]] = defaultdict(set)
    for ids in in_parts(sorted(set(citizen_ids))):
        rows = session.execute(
            select(CitizenChallenge.citizen_id, CitizenChallenge.challenge_id).where(
                CitizenChallenge.citizen_id.in_(ids)
            )
        )
        for citizen_id, challenge_id in rows:
            found[citizen_id].add(challenge_id)
    return found


def relays_of(session: Session, *, territory_id: int) -> Sequence[Relay]:
    """The relays of a territory with who works there, by name."""
    return session.scalars(
        select(Relay)
        .where(Relay.territory_id == territory_id)
        .order_by(Relay.name)
        .options(
            joinedload(Relay.commune).lazyload(Commune.postal_codes),
            selectinload(Relay.members).joinedload(RelayMember.account),
        )
    ).all()


def relays_at(session: Session, *, account_id: int) -> Sequence[Relay]:
    """The relays at which an account works, by name."""
    return session.scalars(
        select(Relay).join(RelayMember).where(RelayMember.account_id == account_id).order_by(Relay.name)
    ).all()


def find_relay(session: Session, *, relay_id: int) -> Relay | None:
    """A relay with its territory."""
    return session.scalars(
        select(Relay).where(Relay.id == relay_id).options(joinedload(Relay.territory))
    ).one_or_none()


def find_own_relay(session: Session, *, relay_id: int, account_id: int | None) -> Relay | None:
    """A relay with its territory, if an account works there."""
    if find_relay_member(session, relay_id=relay_id, account_id=account_id) is None:
        return None
    return find_relay(session, relay_id=relay_id)


def find_relay_member(session: Session, *, relay_id: int, account_id: int | None) -> RelayMember | None:
    """An account's place at a relay."""
    return None if account_id is None else session.get(RelayMember, (relay_id, account_id))


def waiting_relay_invitations(
    session: Session, *, territory_id: int, now: datetime
) -> Sequence[RelayInvitation]:
    """The invitations to a territory's relays that can still be accepted, by address."""
    return session.scalars(
        select(RelayInvitation)
        .join(Relay)
        .where(
            Relay.territory_id == territory_id,
            RelayInvitation.accepted_at.is_(None),
            RelayInvitation.expires_at > now,
        )
        .order_by(RelayInvitation.address)
    ).all()


def is_address_of_relay(session: Session, *, address: str) -> bool:
    """Whether the address is that of somebody who works at a relay, or was asked to."""
    works_there = exists().where(RelayMember.account_id == Account.id, Account.address == address)
    invited = exists().where(RelayInvitation.address == address, RelayInvitation.accepted_at.is_(None))
    return session.scalar(select(or_(works_there, invited))) is True


def count_people(session: Session, *, territory_id: int) -> dict[int, int]:
    """How many people each relay of a territory has signed up who are still with it, by its id."""
    rows = session.execute(
        select(Citizen.relay_id, func.count())
        .where(Citizen.territory_id == territory_id, Citizen.relay_id.is_not(None))
        .group_by(Citizen.relay_id)
    )
    return {relay_id: number for relay_id, number in rows if relay_id is not None}


def people_of(session: Session, *, relay_id: int, search: str = "") -> Sequence[Citizen]:
    """A relay's people whose first name holds ``search``, in any case and without accents; the newest first."""
    people = session.scalars(
        _with_answers(select(Citizen))
        .where(Citizen.relay_id == relay_id)
        .order_by(Citizen.created_at.desc(), Citizen.id.desc())
    ).all()
    return [person for person in people if fold(search) in fold(person.first_name)]


def find_person(session: Session, *, relay_id: int, citizen_id: int) -> Citizen | None:
    """One of a relay's people, with all that they answered and agreed to."""
    return session.scalars(
        _with_answers(select(Citizen))
        .where(Citizen.relay_id == relay_id, Citizen.id == citizen_id)
        .options(
            joinedload(Citizen.telephone), selectinload(Citizen.consents).joinedload(Consent.recorded_by)
        )
    ).one_or_none()


def acts_for(session: Session, *, relay_id: int, citizen_id: int) -> Sequence[RelayAct]:
    """What a relay did for one of its people, the latest first."""
    return session.scalars(
        select(RelayAct)
        .where(RelayAct.relay_id == relay_id, RelayAct.citizen_id == citizen_id)
        .order_by(RelayAct.id.desc())
        .options(joinedload(RelayAct.account))
    ).all()


def find_draft(
    session: Session, *, relay_id: int, sign_up_id: str | None, lock: bool = False
) -> SignUp | None:
    """A sign-up that was begun at a relay and not finished; with ``lock`` nobody else finishes it meanwhile."""
    query = select(SignUp).where(
        SignUp.id == sign_up_id,
        SignUp.relay_id == relay_id,
        SignUp.citizen_id.is_(None),
        SignUp.mailed_at.is_(None),
        SignUp.confirmed_at.is_(None),
    )
    return session.scalars(query.with_for_update(of=SignUp) if lock else query).one_or_none()


def _with_answers(query: Select[Citizen]) -> Select[Citizen]:
    return query.options(
        joinedload(Citizen.account),
        joinedload(Citizen.territory),
        joinedload(Citizen.commune).lazyload(Commune.postal_codes),
        selectinload(Citizen.skills),
        selectinload(Citizen.challenges),
    )
