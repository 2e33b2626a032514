"""Reads about citizens, their consents, sign-ups on their way, and where a typed commune lies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.base.db import in_parts
from matchmaker.citizens.models import Citizen, CitizenChallenge, Consent, SignUp
from matchmaker.citizens.rules import ConsentPurpose
from matchmaker.places.models import Commune


def has_profile(session: Session, *, account_id: int) -> bool:
    """Whether the account is a citizen of some territory."""
    return session.scalar(select(Citizen.id).where(Citizen.account_id == account_id).limit(1)) is not None


def profiles_of(session: Session, *, account_id: int) -> Sequence[Citizen]:
    """The account's profiles, one a territory, the newest first."""
    return session.scalars(
        with_answers(select(Citizen))
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


def with_answers(query: Select[Citizen]) -> Select[Citizen]:
    return query.options(
        joinedload(Citizen.account),
        joinedload(Citizen.territory),
        joinedload(Citizen.commune).lazyload(Commune.postal_codes),
        selectinload(Citizen.skills),
        selectinload(Citizen.challenges),
    )
