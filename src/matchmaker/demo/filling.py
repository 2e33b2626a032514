"""The demonstration's rows, table by table. Each function inserts many at once: the whole takes a fraction of a second."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from matchmaker.accounts.models import Account
from matchmaker.base import i18n
from matchmaker.base.db import Base
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill, Consent
from matchmaker.citizens.rules import WEEKLY_LETTER_TEXT, ConsentChannel, ConsentPurpose
from matchmaker.demo import content, people, relays
from matchmaker.demo.ground import Ground
from matchmaker.demo.needs import NeedDraft
from matchmaker.demo.people import CitizenDraft
from matchmaker.demo.relays import RelayAtWork
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import NeedState, Role

GROUPS_WRITE = "fr"
"""The language of all groups and their needs."""

Row = dict[str, object]
Concepts = Mapping[tuple[str, str], str | None]
"""What a phrase in a language was resolved to."""


def add_accounts(work: Work, citizens: Sequence[CitizenDraft]) -> dict[str, int]:
    """Accounts for all who have an address: citizens, members of groups, the organiser, the relay. Their ids by address."""
    organiser, relay = content.sign_ins().organiser, content.sign_ins().relay
    rows: dict[str, Row] = {}
    for citizen in citizens:
        if citizen.address is not None:
            rows[citizen.address] = _account(
                work, citizen.address, citizen.first_name, citizen.language, citizen.joined
            )
    founded = {group.name: group.founded for one in content.territories() for group in one.groups}
    for member in people.members():
        days = founded[member.group]
        rows[member.address] = _account(work, member.address, member.first_name, GROUPS_WRITE, days)
    rows[organiser.address] = _account(work, organiser.address, organiser.first_name, GROUPS_WRITE, 240)
    rows[relay.address] = _account(work, relay.address, relay.first_name, GROUPS_WRITE, 240)
    ids = _insert(work, Account, list(rows.values()))
    return dict(zip(rows, ids, strict=True))


def add_groups(
    work: Work, grounds: Mapping[str, Ground], accounts: Mapping[str, int]
) -> dict[str, tuple[int, Ground, str]]:
    """The groups with their members: by name each group's id, its territory, and the code of its commune."""
    written = [(grounds[one.slug], group) for one in content.territories() for group in one.groups]
    ids = _insert(
        work,
        StartupGroup,
        [
            {
                "territory_id": ground.row.id,
                "challenge_id": ground.challenges[group.challenge],
                "name": group.name,
                "pitch": group.pitch,
                "description": group.description,
                "stage": group.stage,
                "locale": GROUPS_WRITE,
                "created_at": work.now - timedelta(days=group.founded),
            }
            for ground, group in written
        ],
    )
    groups = {
        group.name: (number, ground, ground.communes[group.commune])
        for number, (ground, group) in zip(ids, written, strict=True)
    }
    founded = {group.name: group.founded for _, group in written}
    _insert_all(
        work,
        Membership,
        [
            {
                "group_id": groups[member.group][0],
                "account_id": accounts[member.address],
                "role": Role.LEAD if member.lead else Role.MEMBER,
                "joined_at": work.now - timedelta(days=founded[member.group]) + timedelta(minutes=place),
            }
            for place, member in enumerate(people.members())
        ],
    )
    return groups


def add_needs(
    work: Work,
    groups: Mapping[str, tuple[int, Ground, str]],
    needs: Sequence[NeedDraft],
    concepts: Concepts,
) -> None:
    """The needs with what they want."""
    rows: list[Row] = []
    for need in needs:
        group_id, ground, commune = groups[need.group]
        today = work.now.astimezone(ZoneInfo(ground.row.time_zone)).date()
        text = need.text
        rows.append(
            {
                "group_id": group_id,
                "territory_id": ground.row.id,
                "kind": text.kind,
                "state": need.state,
                "title": text.title,
                "description": text.description,
                "places": text.places,
                "places_taken": text.places if need.state is NeedState.FILLED else 0,
                "places_by_hand": text.places if need.state is NeedState.FILLED else 0,
                "hours_a_week": text.hours,
                "commune_code": commune,
                "remote": text.remote,
                "until": today + timedelta(days=text.until),
                "created_at": work.now - timedelta(days=text.posted),
            }
        )
    ids = _insert(work, Need, rows)
    _insert_all(
        work,
        WantedSkill,
        [
            {
                "need_id": number,
                "position": position,
                "phrase": wanted.phrase,
                "language": GROUPS_WRITE,
                "importance": wanted.importance,
                "concept_id": concepts.get((wanted.phrase, GROUPS_WRITE)),
                "confirmed": False,
            }
            for number, need in zip(ids, needs, strict=True)
            for position, wanted in enumerate(need.text.wanted)
        ],
    )


def add_citizens(
    work: Work,
    grounds: Mapping[str, Ground],
    accounts: Mapping[str, int],
    relay: RelayAtWork,
    citizens: Sequence[CitizenDraft],
    concepts: Concepts,
) -> None:
    """The citizens with skills, the défis they care about, and their consents."""
    ids = _insert(
        work,
        Citizen,
        [
            {
                "account_id": None if citizen.address is None else accounts[citizen.address],
                "relay_id": relay.id if citizen.address is None else None,
                "own_first_name": citizen.first_name if citizen.address is None else None,
                "own_locale": citizen.language if citizen.address is None else None,
                "territory_id": grounds[citizen.territory].row.id,
                "commune_code": grounds[citizen.territory].home_of(citizen),
                "hours_a_week": citizen.hours_a_week,
                "radius_km": citizen.radius_km,
                "remote": citizen.remote,
                "created_at": work.now - timedelta(days=citizen.joined),
            }
            for citizen in citizens
        ],
    )
    numbered = list(zip(ids, citizens, strict=True))
    _add_skills(work, numbered, concepts)
    _insert_all(
        work,
        CitizenChallenge,
        [
            {"citizen_id": number, "challenge_id": grounds[citizen.territory].challenges[slug]}
            for number, citizen in numbered
            for slug in citizen.challenges
        ],
    )
    _add_consents(work, numbered)
    relays.record(work, relay, [pair for pair in numbered if pair[1].address is None])


def _add_skills(work: Work, citizens: Sequence[tuple[int, CitizenDraft]], concepts: Concepts) -> None:
    _insert_all(
        work,
        CitizenSkill,
        [
            {
                "citizen_id": number,
                "position": position,
                "phrase": phrase,
                "language": citizen.language,
                "concept_id": concepts.get((phrase, citizen.language)),
                "confirmed": False,
            }
            for number, citizen in citizens
            for position, phrase in enumerate(citizen.skills)
        ],
    )


def _add_consents(work: Work, citizens: Sequence[tuple[int, CitizenDraft]]) -> None:
    shown = {}
    for language in i18n.LOCALES:
        with i18n.using(language):
            shown[language] = i18n.gettext(WEEKLY_LETTER_TEXT)
    _insert_all(
        work,
        Consent,
        [
            {
                "citizen_id": number,
                "purpose": ConsentPurpose.WEEKLY_LETTER,
                "channel": ConsentChannel.DEMO,
                "shown_text": shown[citizen.language],
                "locale": citizen.language,
                "given_at": work.now - timedelta(days=citizen.joined),
                "withdrawn_at": None,
            }
            for number, citizen in citizens
            if citizen.consents and citizen.address is not None
        ],
    )


def _account(work: Work, address: str, first_name: str, language: str, days: int) -> Row:
    return {
        "address": address,
        "first_name": first_name,
        "locale": language,
        "password_hash": None,
        "created_at": work.now - timedelta(days=days),
    }


def _insert(work: Work, table: type[Base], rows: Sequence[Row]) -> list[int]:
    """Insert rows and give their ids in the order of the rows."""
    if not rows:
        return []
    number = table.__table__.c.id
    return list(
        work.session.scalars(insert(table).returning(number, sort_by_parameter_order=True), list(rows))
    )


def _insert_all(work: Work, table: type[Base], rows: Sequence[Row]) -> None:
    if rows:
        work.session.execute(insert(table), list(rows))
