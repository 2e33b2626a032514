"""What is kept of people: each room answers for its columns, shows all of it, and leaves no trace of who has left."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Column, String, select
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.assisted import service as assisted
from matchmaker.base.db import Base
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.transfer import Fate
from matchmaker.base.work import WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.groups import service as groups
from matchmaker.groups.rules import Role
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Action, Party
from matchmaker.introductions.service import Actor
from matchmaker.invitations import service as invitations
from matchmaker.matching import service as matching
from matchmaker.matching.rules import DismissReason
from matchmaker.relays import service as relays
from matchmaker.rooms import TRANSFERS
from tests import builders
from tests.builders import World
from tests.digests.weeks import run_week
from tests.doors import signed_in

ADDRESS = "nadia.needle@example.org"
NAME = "Nadianeedle"
TELEPHONE = "+33699999999"
SENTENCE = "Je sais recoudre les aiguilles."
WORDS = "RÉPARER des Vélos"
NEEDLES = (ADDRESS, NAME, TELEPHONE, SENTENCE, WORDS)
"""What is nowhere else in the town, as it is written; that anybody ever wrote the words, in small letters, is kept."""

ADDRESS_LENGTH = 254

HOLDS = {
    column: fate
    for room in TRANSFERS
    for attribute, fate in room.holds.items()
    for column in attribute.property.columns
}


def names_somebody(column: Column[object]) -> bool:
    """Whether a column names an account or a citizen, or holds an address."""
    named = {key.column.table.name for key in column.foreign_keys if key.column.primary_key}
    return bool(named & {"accounts", "citizens"}) or (
        isinstance(column.type, String) and column.type.length == ADDRESS_LENGTH
    )


NAMING = [
    column for table in Base.metadata.sorted_tables for column in table.columns if names_somebody(column)
]


@pytest.mark.parametrize("column", NAMING, ids=str)
def test_a_room_says_what_becomes_of_each_row_that_names_somebody(column: Column[object]) -> None:
    assert column in HOLDS, f"no transfer.py answers for {column}"
    for key in column.foreign_keys:
        assert (HOLDS[column] is Fate.BLANKED) == (key.ondelete == "SET NULL")


def test_rooms_answer_for_nothing_else() -> None:
    assert set(HOLDS) == set(NAMING)


@pytest.fixture
def nadia(works: WorkFactory, world: World) -> Account:
    """Somebody who did all that a citizen can do, and of whom others have heard."""
    with works.begin() as work:
        lead = builders.add_account(work, address="lead@example.org", first_name="Gaspard")
        group = builders.add_group(work, world.challenge, lead=lead)
        need = builders.add_need(work, group, wanted=("réparer des vélos",), places=1)
        other = builders.add_need(work, group, title="Coudre des sacs", wanted=("couture",))
        sign_up_id = citizens.start_sign_up(
            work, territory_id=world.territory.id, commune_code="26281", locale="fr"
        )
        citizens.answer_skills(
            work, sign_up_id=sign_up_id, skills=[(WORDS, None), ("couture", None)], locale="fr"
        )
        citizens.finish_sign_up(
            work,
            sign_up_id=sign_up_id,
            first_name=NAME,
            address=ADDRESS,
            locale="fr",
            consent_locale="fr",
        )
        accounts.request_account(work, first_name=NAME, address=ADDRESS, locale="fr")
        account = builders.add_account(work, address=ADDRESS, first_name=NAME)
        citizen = citizens.create_profile(
            work, sign_up_id=sign_up_id, account_id=account.id, locale="fr", consent_locale="fr"
        )
        accounts.request_sign_in(work, address=ADDRESS, locale="fr")
        invitations.invite(
            work,
            groups.INVITATION,
            subject_id=group.id,
            invited_by_id=lead.id,
            address=ADDRESS,
            role=Role.MEMBER,
        )
        relay = builders.add_relay(work, world.territory, members=[lead])
        invitations.invite(
            work, relays.INVITATION, subject_id=relay.id, invited_by_id=lead.id, address=ADDRESS
        )
        matching.dismiss(work, need_id=other.id, citizen_id=citizen.id, reason=DismissReason.NOT_MY_SKILL)
        run_week(work, territory_id=world.territory.id, started_by=lead.id)
        herself = Actor(party=Party.CITIZEN, account_id=account.id)
        begun = introductions.offer(work, need_id=need.id, citizen_id=citizen.id, by=herself)
        by_group = Actor(party=Party.GROUP, account_id=lead.id)
        introductions.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=by_group)
        introductions.share(
            work,
            introduction_id=begun.id,
            by=herself,
            sharing=introductions.Sharing(address=True, telephone=TELEPHONE),
        )
        introductions.write_message(work, introduction_id=begun.id, by=herself, text=SENTENCE)
    introductions.send_notices(works)
    return account


def test_somebody_downloads_all_that_is_kept_of_them(app: Flask, nadia: Account) -> None:
    answer = signed_in(app, nadia).get("/account/data")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    held = json.loads(answer.text)
    for needle in NEEDLES:
        assert needle in answer.text
    assert held["Mon compte"][0]["address"] == ADDRESS
    assert held["Mes compétences"][0]["phrase"] == WORDS
    assert held["Ce que j’ai écrit"][0]["body"] == SENTENCE


def test_who_deletes_their_profile_leaves_no_trace(app: Flask, works: WorkFactory, nadia: Account) -> None:
    with works.begin() as work:
        found = set(traces(work.session))
        assert {needle for needle, _ in found} == set(NEEDLES)
        assert {(WORDS, "introductions.match"), (WORDS, "digest_lines.match")} <= found
    signed_in(app, nadia).fill_in("/profile/delete")
    with works.begin() as work:
        assert list(traces(work.session)) == []
        states = work.session.scalars(select(OutboxMessage.state).where(OutboxMessage.recipient == ""))
        assert set(states) == {MessageState.SKIPPED}


def test_a_relays_person_who_is_deleted_leaves_no_trace(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        member = builders.add_account(work)
        relay = builders.add_relay(work, world.territory, members=[member])
        person = builders.add_person(work, relay, member, first_name=NAME, telephone=TELEPHONE)
    with works.begin() as work:
        assert {needle for needle, _ in traces(work.session)} == {NAME, TELEPHONE}
        desk = assisted.AtDesk(relay_id=relay.id, member_id=member.id)
        assisted.delete_person(work, desk=desk, citizen_id=person.id)
    with works.begin() as work:
        assert list(traces(work.session)) == []


def traces(session: Session) -> Iterator[tuple[str, str]]:
    """Where the needles are in the database."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for name, value in row.items():
                for needle in NEEDLES:
                    if needle in str(value):
                        yield needle, f"{table.name}.{name}"
