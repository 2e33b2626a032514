"""Making, changing and deleting a profile, and its consent to the weekly letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Update, case, literal, select, update
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import as_if_second, violates
from matchmaker.base.ids import TerritoryId
from matchmaker.base.work import Work
from matchmaker.citizens import queries
from matchmaker.citizens.models import Citizen, CitizenSkill, Consent, SignUp
from matchmaker.citizens.rules import CitizenVerb, ConsentChannel, ConsentPurpose, mailed_letter_text
from matchmaker.places.service import challenges_among, check_commune
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.models import Concept
from matchmaker.vocabulary.rules import NO_LEVELS, Levels, Skill, check_phrases


class ProfileExists(Exception):
    """The account has a profile in this territory already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDetails:
    """All of a profile but its skills."""

    territory_id: TerritoryId
    commune_code: str
    hours_a_week: int | None
    radius_km: int | None
    remote: bool
    challenge_ids: Sequence[int]


def make_citizen(work: Work, sign_up: SignUp, account: Account) -> Citizen:
    """A citizen with the answers of a sign-up, and the consent if its box was ticked. Raises ProfileExists.

    A sign-up that gives a citizen an account of their own gives this one, with the profile as it is.
    """
    locale = sign_up.locale or account.locale

    def make() -> Citizen:
        known = queries.find_profile(work.session, account_id=account.id, territory_id=sign_up.territory_id)
        if known is not None:
            raise ProfileExists
        if sign_up.citizen_id is not None:
            return _handed_over(work, sign_up.citizen_id, account)
        citizen = drafted_citizen(work, sign_up, language=locale)
        citizen.account_id = account.id
        work.session.add(citizen)
        work.session.flush()
        return citizen

    citizen = as_if_second(work.session, make, "uq_citizens_account_id_territory_id")
    work.record(CitizenVerb.MADE, Citizen, citizen.id, territory_id=citizen.territory_id)
    if sign_up.consent_text is not None:
        give_weekly_letter(
            work,
            citizen_id=citizen.id,
            shown_text=sign_up.consent_text,
            # A sign-up that version 0.1.0 began has none.
            locale=sign_up.consent_locale or locale,
        )
    return citizen


def drafted_citizen(work: Work, sign_up: SignUp, *, language: str) -> Citizen:
    """A citizen with the answers of a sign-up, written in ``language``, who has no account and no relay yet."""
    return Citizen(
        territory_id=sign_up.territory_id,
        commune_code=sign_up.commune_code,
        hours_a_week=sign_up.hours_a_week,
        radius_km=sign_up.radius_km,
        remote=sign_up.remote,
        created_at=work.now,
        challenges=list(challenges_among(work.session, sign_up.territory_id, sign_up.challenge_ids)),
        skills=_skill_rows(
            work,
            [(phrase, chosen) for phrase, chosen in sign_up.skills],
            language=language,
            levels=sign_up.ticked,
        ),
    )


def change_profile(
    work: Work, *, citizen_id: int, details: ProfileDetails, consent_locale: str | None
) -> None:
    """Change all but the skills, and say yes or no to the weekly letter; a consent that is in force stays as it is.

    ``consent_locale`` is the language of the words that were agreed to, None for a no. Raises as ``change_details``.
    """
    change_details(work, citizen_id=citizen_id, details=details)
    if consent_locale is None:
        withdraw_weekly_letter(work, citizen_id=citizen_id)
    else:
        give_weekly_letter(
            work, citizen_id=citizen_id, shown_text=mailed_letter_text(consent_locale), locale=consent_locale
        )


def change_details(work: Work, *, citizen_id: int, details: ProfileDetails) -> None:
    """Change all but the skills. Who moves to another territory leaves the défis of the first.

    Raises CommuneOutside, and ProfileExists for a move to where the account has another profile.
    """
    citizen = work.session.get_one(Citizen, citizen_id)
    check_commune(work.session, details.territory_id, details.commune_code)
    citizen.commune_code = details.commune_code
    citizen.hours_a_week = details.hours_a_week
    citizen.radius_km = details.radius_km
    citizen.remote = details.remote
    citizen.challenges = list(challenges_among(work.session, details.territory_id, details.challenge_ids))
    citizen.territory_id = details.territory_id
    try:
        work.session.flush()
    except IntegrityError as error:
        if violates(error, "uq_citizens_account_id_territory_id"):
            raise ProfileExists from error
        raise
    work.record(CitizenVerb.CHANGED, Citizen, citizen_id, territory_id=details.territory_id)


def change_skills(
    work: Work, *, citizen_id: int, skills: Sequence[Skill], language: str, levels: Levels = NO_LEVELS
) -> None:
    """Put other skills in place of a citizen's, with the levels that were ticked beside some.

    Raises LimitExceededError for too many or too long ones.
    """
    citizen = work.session.get_one(Citizen, citizen_id)
    rows = _skill_rows(work, skills, language=language, levels=levels)
    citizen.skills.clear()
    # The old rows must be gone before new ones take their positions.
    work.session.flush()
    citizen.skills.extend(rows)
    work.session.flush()
    work.record(CitizenVerb.SKILLS_CHANGED, Citizen, citizen_id, territory_id=citizen.territory_id)


def give_weekly_letter(
    work: Work,
    *,
    citizen_id: int,
    shown_text: str,
    locale: str,
    channel: ConsentChannel = ConsentChannel.WEB,
) -> None:
    """Record the consent to the weekly letter with the text that was shown; one in force stays as it is."""
    keep_consent(
        work,
        Consent(
            citizen_id=citizen_id,
            purpose=ConsentPurpose.WEEKLY_LETTER,
            channel=channel,
            shown_text=shown_text,
            locale=locale,
            given_at=work.now,
        ),
    )


def keep_consent(work: Work, consent: Consent) -> None:
    """Record a consent; one for the same purpose that is in force stays as it is."""

    def keep() -> bool:
        known = queries.find_consent(work.session, citizen_id=consent.citizen_id, purpose=consent.purpose)
        if known is None:
            work.session.add(consent)
            work.session.flush()
        return known is None

    if not as_if_second(work.session, keep, "uq_consents_in_force"):
        return
    citizen = work.session.get_one(Citizen, consent.citizen_id)
    work.record(
        CitizenVerb.CONSENT_GIVEN,
        Consent,
        consent.id,
        territory_id=citizen.territory_id,
        purpose=consent.purpose.value,
    )


def withdraw_weekly_letter(work: Work, *, citizen_id: int) -> None:
    """Withdraw the consent to the weekly letter, and take back letters that still wait; twice is as good as once."""
    # A clock that was put back since the consent was given must not keep anybody from withdrawing it.
    now = literal(work.now, Consent.given_at.type)
    _withdraw(
        work,
        citizen_id,
        update(Consent)
        .where(Consent.citizen_id == citizen_id, queries.letter_wanted())
        .values(withdrawn_at=case((Consent.given_at > now, Consent.given_at), else_=now)),
    )
    for room in work.rooms:
        room.take_back_letters(work, citizen_id)


def delete_profile(work: Work, *, citizen_id: int) -> bool:
    """Delete a citizen, and the account too if nothing else needs it; whether the account is gone."""
    account_id = work.session.get_one(Citizen, citizen_id).account_id
    forget_citizen(work, citizen_id=citizen_id)
    return account_id is not None and accounts.close_if_unused(work, account_id=account_id)


def forget_citizen(work: Work, *, citizen_id: int) -> None:
    """Delete a citizen alone, whether or not anything else needs the account."""
    citizen = work.session.get_one(Citizen, citizen_id)
    work.record(CitizenVerb.DELETED, Citizen, citizen_id, territory_id=citizen.territory_id)
    work.forgets()
    for room in work.rooms:
        room.forget_citizen(work, citizen_id)


def _handed_over(work: Work, citizen_id: int, account: Account) -> Citizen:
    """A relay's citizen as the account's own; what was agreed to at the relay ends. Raises ProfileExists."""
    citizen = work.session.scalars(
        select(Citizen).where(Citizen.id == citizen_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    # They have an account by now, and nobody else takes the profile from it.
    if citizen.account_id is not None:
        raise ProfileExists
    _withdraw(
        work,
        citizen_id,
        update(Consent)
        .where(Consent.citizen_id == citizen_id, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=work.now),
    )
    citizen.account_id, citizen.relay_id, citizen.telephone = account.id, None, None
    citizen.own_first_name = citizen.own_locale = None
    work.session.flush()
    work.session.expire(citizen, ["account", "relay"])
    return citizen


def _withdraw(work: Work, citizen_id: int, statement: Update) -> None:
    """End those consents of a citizen that a statement ends, on record."""
    for number, purpose in work.session.execute(statement.returning(Consent.id, Consent.purpose)).all():
        work.record(
            CitizenVerb.CONSENT_WITHDRAWN,
            Consent,
            number,
            territory_id=work.session.get_one(Citizen, citizen_id).territory_id,
            purpose=purpose.value,
        )


def _skill_rows(work: Work, skills: Sequence[Skill], *, language: str, levels: Levels) -> list[CitizenSkill]:
    check_phrases([phrase for phrase, _ in skills])
    chosen = {concept_id for _, concept_id in skills if concept_id is not None}
    # The vocabulary may have been loaded anew since the person chose.
    known = set(work.session.scalars(select(Concept.id).where(Concept.id.in_(chosen))))
    resolved = vocabulary.resolve_phrases(work, [phrase for phrase, _ in skills], language=language)
    rows = []
    for position, ((text, concept_id), phrase) in enumerate(zip(skills, resolved, strict=True)):
        confirmed = concept_id in known
        guessed = phrase.resolutions[0].concept_id if phrase.resolutions else None
        rows.append(
            CitizenSkill(
                position=position,
                phrase=text,
                language=language,
                level=levels.get(text),
                concept_id=concept_id if confirmed else guessed,
                confirmed=confirmed,
            )
        )
    return rows
