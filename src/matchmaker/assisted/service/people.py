"""What a relay does for its people, at their wish and on record: correct, ask for the letter or stop it, delete, let go."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.assisted.models import RelayAct
from matchmaker.assisted.rules import AssistedVerb, RelayDeed
from matchmaker.base.ids import AccountId, RelayId
from matchmaker.base.work import Missing, Work
from matchmaker.citizens import queries
from matchmaker.citizens.models import Citizen, CitizenTelephone, Consent, SignUp
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose, relay_text
from matchmaker.citizens.service.profiles import (
    ProfileDetails,
    change_details,
    change_skills,
    delete_profile,
    keep_consent,
    withdraw_weekly_letter,
)
from matchmaker.citizens.service.sign_ups import finish_sign_up
from matchmaker.relays import queries as relays
from matchmaker.relays.models import Relay
from matchmaker.vocabulary.rules import NO_LEVELS, Levels, Skill


class AddressOfRelay(ValueError):
    """The address is that of somebody who works at the relay: it must not stand for the person whom they help."""


class PersonElsewhere(Missing):
    """The relay has no such person, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDesk:
    """Who acts for which relay."""

    relay_id: RelayId
    member_id: AccountId


def correct_person(
    work: Work,
    *,
    desk: AtDesk,
    citizen_id: int,
    first_name: str,
    locale: str,
    telephone: str | None,
    commune_code: str,
    hours_a_week: int | None,
    radius_km: int | None,
    remote: bool,
    challenge_ids: Sequence[int],
) -> None:
    """Correct all but the skills. Raises PersonElsewhere, CommuneOutside."""
    citizen = _locked_person(work, desk, citizen_id)
    citizen.own_first_name, citizen.own_locale = first_name, locale
    if telephone is None:
        citizen.telephone = None
    elif citizen.telephone is None:
        citizen.telephone = CitizenTelephone(number=telephone)
    else:
        citizen.telephone.number = telephone
    change_details(
        work,
        citizen_id=citizen_id,
        details=ProfileDetails(
            territory_id=citizen.territory_id,
            commune_code=commune_code,
            hours_a_week=hours_a_week,
            radius_km=radius_km,
            remote=remote,
            challenge_ids=challenge_ids,
        ),
    )
    record(work, desk, RelayDeed.CORRECTED, citizen_id=citizen_id)


def correct_skills(
    work: Work, *, desk: AtDesk, citizen_id: int, skills: Sequence[Skill], levels: Levels = NO_LEVELS
) -> None:
    """Put other skills in place of a person's, in their language, with the levels that were ticked beside some.

    Raises PersonElsewhere, LimitExceededError.
    """
    citizen = _locked_person(work, desk, citizen_id)
    change_skills(work, citizen_id=citizen_id, skills=skills, language=citizen.locale, levels=levels)
    record(work, desk, RelayDeed.CORRECTED, citizen_id=citizen_id)


def ask_for_letter(work: Work, *, desk: AtDesk, citizen_id: int, channel: ConsentChannel) -> None:
    """Record that a person wants the weekly letter; one consent in force stays. Raises PersonElsewhere."""
    citizen = _locked_person(work, desk, citizen_id)
    if queries.weekly_consent(work.session, citizen_id=citizen_id) is None:
        agree(work, citizen, desk, purpose=ConsentPurpose.WEEKLY_LETTER, channel=channel)
        record(work, desk, RelayDeed.LETTER_ASKED, citizen_id=citizen_id)


def stop_letter(work: Work, *, desk: AtDesk, citizen_id: int) -> None:
    """Withdraw a person's consent to the weekly letter; twice is as good as once. Raises PersonElsewhere."""
    _locked_person(work, desk, citizen_id)
    if queries.weekly_consent(work.session, citizen_id=citizen_id) is not None:
        withdraw_weekly_letter(work, citizen_id=citizen_id)
        record(work, desk, RelayDeed.LETTER_STOPPED, citizen_id=citizen_id)


def delete_person(work: Work, *, desk: AtDesk, citizen_id: int) -> None:
    """Delete a person's profile; that the relay did it stays on record, without them. Raises PersonElsewhere."""
    _locked_person(work, desk, citizen_id)
    delete_profile(work, citizen_id=citizen_id)
    record(work, desk, RelayDeed.DELETED, citizen_id=None)


def give_address(work: Work, *, desk: AtDesk, citizen_id: int, address: str, weekly_letter: bool) -> None:
    """Mail a person the link by which they take their profile over; until then nothing changes.

    Raises PersonElsewhere, AddressOfRelay.
    """
    citizen = _locked_person(work, desk, citizen_id)
    check_own_address(work.session, address, relay_id=desk.relay_id)
    # A letter that went to a mistyped address must not open the profile to whoever reads it.
    work.session.execute(delete(SignUp).where(SignUp.citizen_id == citizen_id))
    sign_up = SignUp(
        id=secrets.token_urlsafe(32),
        territory_id=citizen.territory_id,
        commune_code=citizen.commune_code,
        skills=[(skill.phrase, skill.concept_id if skill.confirmed else None) for skill in citizen.skills],
        levels={text: level.value for text, level in citizen.levels.items()},
        challenge_ids=[challenge.id for challenge in citizen.challenges],
        hours_a_week=citizen.hours_a_week,
        radius_km=citizen.radius_km,
        remote=citizen.remote,
        relay_id=desk.relay_id,
        citizen_id=citizen_id,
        created_at=work.now,
    )
    work.session.add(sign_up)
    work.session.flush()
    finish_sign_up(
        work,
        sign_up_id=sign_up.id,
        first_name=citizen.first_name,
        address=address,
        locale=citizen.locale,
        consent_locale=citizen.locale if weekly_letter else None,
    )
    record(work, desk, RelayDeed.ADDRESS_GIVEN, citizen_id=citizen_id)


def check_own_address(session: Session, address: str | None, *, relay_id: int) -> None:
    """Raise AddressOfRelay for the address of somebody who works at this relay; None is no address.

    Who works at another relay is as anybody else: to refuse their address would tell where they work.
    """
    if address is not None and relays.is_address_of_relay(session, relay_id=relay_id, address=address):
        raise AddressOfRelay


def agree(
    work: Work, citizen: Citizen, desk: AtDesk, *, purpose: ConsentPurpose, channel: ConsentChannel
) -> None:
    """Keep what a person said yes to at a relay, with the words that were read to them; ``channel`` is how."""
    relay = work.session.get_one(Relay, desk.relay_id)
    keep_consent(
        work,
        Consent(
            citizen_id=citizen.id,
            purpose=purpose,
            channel=channel,
            shown_text=relay_text(purpose, relay=relay.name, locale=citizen.locale),
            locale=citizen.locale,
            relay_id=desk.relay_id,
            recorded_by_id=desk.member_id,
            given_at=work.now,
        ),
    )


def record(work: Work, desk: AtDesk, deed: RelayDeed, *, citizen_id: int | None) -> None:
    """Put on record what a relay did, for whom, and who there did it.

    The row of the relay stays with it for its organisers and its people; the act is one among all of the territory.
    """
    work.session.add(
        RelayAct(
            relay_id=desk.relay_id,
            account_id=desk.member_id,
            citizen_id=citizen_id,
            deed=deed,
            done_at=work.now,
        )
    )
    work.record(
        AssistedVerb.HELPED,
        Citizen,
        citizen_id,
        territory_id=work.session.get_one(Relay, desk.relay_id).territory_id,
        relay=desk.relay_id,
        deed=deed.value,
    )


def _locked_person(work: Work, desk: AtDesk, citizen_id: int) -> Citizen:
    """The person, whom nobody else changes meanwhile: they may be taking their profile over."""
    # Locked in the order in which a confirmation does it, so that neither waits for the other for ever.
    work.session.execute(select(SignUp.id).where(SignUp.citizen_id == citizen_id).with_for_update())
    citizen = work.session.scalars(
        select(Citizen)
        .where(Citizen.id == citizen_id, Citizen.relay_id == desk.relay_id)
        .options(joinedload(Citizen.territory))
        .with_for_update(of=Citizen),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if citizen is None:
        raise PersonElsewhere(citizen_id)
    return citizen
