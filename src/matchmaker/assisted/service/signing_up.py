"""Signing somebody up at a relay: their answers, then what they agree to, or the letter to their own address."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from matchmaker.assisted import queries
from matchmaker.assisted.rules import AssistedVerb, RelayDeed
from matchmaker.assisted.service.people import AtDesk, agree, check_own_address, record
from matchmaker.base.ids import RelayId
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, CitizenTelephone, SignUp
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.citizens.service.profiles import drafted_citizen
from matchmaker.citizens.service.sign_ups import SignUpLost, finish_sign_up
from matchmaker.places.service import challenges_among, check_commune
from matchmaker.relays.models import Relay
from matchmaker.vocabulary.rules import Levels, Skill, check_phrases, kept_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody answers at a relay. ``address`` is canonical, None for who has none."""

    first_name: str
    locale: str
    address: str | None
    commune_code: str
    skills: Sequence[Skill]
    challenge_ids: Sequence[int]
    hours_a_week: int | None
    radius_km: int | None
    remote: bool
    levels: Levels = field(default_factory=dict)


def note_answers(work: Work, *, relay_id: RelayId, answers: Answers, sign_up_id: str | None = None) -> SignUp:
    """Note the answers of somebody who signs up at a relay, in place of those of ``sign_up_id`` if it is given.

    Raises CommuneOutside, AddressOfRelay, SignUpLost, and LimitExceededError for too many or too long skills.
    """
    relay = work.session.get_one(Relay, relay_id)
    check_commune(work.session, relay.territory_id, answers.commune_code)
    check_phrases([phrase for phrase, _ in answers.skills])
    check_own_address(work.session, answers.address, relay_id=relay_id)
    if sign_up_id is None:
        draft = SignUp(
            id=secrets.token_urlsafe(32),
            territory_id=relay.territory_id,
            relay_id=relay_id,
            created_at=work.now,
        )
    else:
        draft = _locked_draft(work, relay_id=relay_id, sign_up_id=sign_up_id)
    draft.first_name, draft.locale, draft.address = answers.first_name, answers.locale, answers.address
    draft.commune_code = answers.commune_code
    draft.skills = [(phrase, concept_id) for phrase, concept_id in answers.skills]
    draft.levels = kept_levels(answers.skills, answers.levels)
    offered = challenges_among(work.session, relay.territory_id, answers.challenge_ids)
    draft.challenge_ids = [challenge.id for challenge in offered]
    draft.hours_a_week, draft.radius_km = answers.hours_a_week, answers.radius_km
    draft.remote = answers.remote
    work.session.add(draft)
    work.record(AssistedVerb.NOTED, Relay, relay_id, territory_id=relay.territory_id)
    return draft


def sign_up_here(
    work: Work,
    *,
    desk: AtDesk,
    sign_up_id: str,
    channel: ConsentChannel,
    weekly_letter: bool,
    telephone: str | None = None,
) -> Citizen:
    """Make a citizen with a relay of a sign-up without address: they agreed by ``channel`` to what was read to them.

    ``telephone`` is canonical. Raises SignUpLost.
    """
    draft = _locked_draft(work, relay_id=desk.relay_id, sign_up_id=sign_up_id)
    if draft.address is not None or draft.first_name is None or draft.locale is None:
        raise SignUpLost
    citizen = drafted_citizen(work, draft, language=draft.locale)
    citizen.relay_id = desk.relay_id
    citizen.own_first_name, citizen.own_locale = draft.first_name, draft.locale
    if telephone is not None:
        citizen.telephone = CitizenTelephone(number=telephone)
    work.session.add(citizen)
    # Nothing would name whose answers they are, and they must go when the person does.
    work.session.delete(draft)
    work.session.flush()
    agree(work, citizen, desk, purpose=ConsentPurpose.RELAY_PROFILE, channel=channel)
    if weekly_letter:
        agree(work, citizen, desk, purpose=ConsentPurpose.WEEKLY_LETTER, channel=channel)
    record(work, desk, RelayDeed.SIGNED_UP, citizen_id=citizen.id)
    return citizen


def send_to_person(work: Work, *, relay_id: int, sign_up_id: str, weekly_letter: bool) -> str:
    """Mail the confirmation of a sign-up with an address, which the person answers; the address. Raises SignUpLost."""
    draft = _locked_draft(work, relay_id=relay_id, sign_up_id=sign_up_id)
    if draft.address is None or draft.first_name is None or draft.locale is None:
        raise SignUpLost
    finish_sign_up(
        work,
        sign_up_id=draft.id,
        first_name=draft.first_name,
        address=draft.address,
        locale=draft.locale,
        consent_locale=draft.locale if weekly_letter else None,
    )
    return draft.address


def _locked_draft(work: Work, *, relay_id: int, sign_up_id: str) -> SignUp:
    """A sign-up that waits at the relay; who finishes it at the same moment is waited for, and then it is lost."""
    found = queries.find_draft(work.session, relay_id=relay_id, sign_up_id=sign_up_id, lock=True)
    if found is None:
        raise SignUpLost
    return found
