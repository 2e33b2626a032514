"""What is held of a person as a citizen: their profiles, what they agreed to, and sign-ups on their way."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.citizens.models import (
    Citizen,
    CitizenChallenge,
    CitizenSkill,
    CitizenTelephone,
    Consent,
    SignUp,
)
from matchmaker.citizens.service.profiles import forget_citizen
from matchmaker.citizens.service.sign_ups import forget_stale_sign_ups
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.vocabulary.service import forget_phrases


def _about(session: Session, account_id: int) -> Sequence[Section]:
    mine = Citizen.account_id == account_id
    return (
        section(
            session,
            mark("My profiles"),
            select(
                Territory.name.label("territory"),
                Commune.name.label("commune"),
                Citizen.hours_a_week,
                Citizen.radius_km,
                Citizen.remote,
                Citizen.created_at,
            )
            .join(Territory, Territory.id == Citizen.territory_id)
            .join(Commune, Commune.code == Citizen.commune_code)
            .where(mine)
            .order_by(Citizen.id),
        ),
        section(
            session,
            mark("My skills"),
            select(
                CitizenSkill.phrase,
                CitizenSkill.language,
                CitizenSkill.concept_id.label("understood_as"),
                CitizenSkill.confirmed,
                CitizenSkill.level,
            )
            .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
            .where(mine)
            .order_by(CitizenSkill.citizen_id, CitizenSkill.position),
        ),
        section(
            session,
            mark("The challenges that I care about"),
            select(Challenge.title_fr, Challenge.title_en)
            .join(CitizenChallenge, CitizenChallenge.challenge_id == Challenge.id)
            .join(Citizen, Citizen.id == CitizenChallenge.citizen_id)
            .where(mine)
            .order_by(Challenge.id),
        ),
        *_agreed(session, account_id),
    )


def _agreed(session: Session, account_id: int) -> Sequence[Section]:
    """What somebody agreed to, and answered on their way here."""
    mine = Citizen.account_id == account_id
    address = select(Account.address).where(Account.id == account_id).scalar_subquery()
    return (
        section(
            session,
            mark("What I agreed to"),
            select(
                Consent.purpose, Consent.channel, Consent.shown_text, Consent.given_at, Consent.withdrawn_at
            )
            .join(Citizen, Citizen.id == Consent.citizen_id)
            .where(mine)
            .order_by(Consent.id),
        ),
        section(
            session,
            mark("My sign-ups"),
            select(
                SignUp.first_name,
                SignUp.address,
                SignUp.commune_code,
                SignUp.skills,
                SignUp.levels,
                SignUp.hours_a_week,
                SignUp.radius_km,
                SignUp.remote,
                SignUp.created_at,
                SignUp.confirmed_at,
            )
            .where(SignUp.address == address)
            .order_by(SignUp.created_at),
        ),
        section(
            session,
            mark("What I wrote down that others agreed to"),
            select(Consent.purpose, Consent.channel, Consent.given_at)
            .where(Consent.recorded_by_id == account_id)
            .order_by(Consent.id),
        ),
    )


def _part(work: Work, account_id: int) -> None:
    own = select(Citizen.id).where(Citizen.account_id == account_id)
    for citizen_id in work.session.scalars(own.order_by(Citizen.id)).all():
        forget_citizen(work, citizen_id=citizen_id)


def _forget_citizen(work: Work, citizen_id: int) -> None:
    citizen = work.session.get_one(Citizen, citizen_id)
    if citizen.account_id is not None:
        _forget_account(work, citizen.account_id)
    words = [skill.phrase for skill in citizen.skills]
    work.session.delete(citizen)
    work.session.flush()
    forget_phrases(work, [column for room in work.rooms for column in room.phrases], among=words)


def _forget_account(work: Work, account_id: int) -> None:
    address = select(Account.address).where(Account.id == account_id).scalar_subquery()
    work.session.execute(delete(SignUp).where(SignUp.address == address))


TRANSFER = Transfer(
    holds={
        Citizen.account_id: Fate.NEEDED,
        CitizenTelephone.citizen_id: Fate.DELETED,
        CitizenSkill.citizen_id: Fate.DELETED,
        CitizenChallenge.citizen_id: Fate.DELETED,
        Consent.citizen_id: Fate.DELETED,
        # What somebody agreed to at a relay is theirs, not of whoever wrote it down.
        Consent.recorded_by_id: Fate.BLANKED,
        SignUp.address: Fate.DELETED,
        SignUp.citizen_id: Fate.DELETED,
    },
    about=_about,
    phrases=[CitizenSkill.phrase],
    part=_part,
    forget_citizen=_forget_citizen,
    forget_account=_forget_account,
    forget_expired=forget_stale_sign_ups,
)
