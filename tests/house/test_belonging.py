"""What belongs to a territory, a group or a person twice belongs to the same one: the database holds it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.base import migrate
from matchmaker.base.db import violates
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import SignUp
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import EditKind
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.matching import service as matching
from matchmaker.matching.models import LoweredPair
from matchmaker.matching.rules import DismissReason
from matchmaker.places.models import Challenge
from tests import builders
from tests.introductions.conftest import Pair, make_pair

HISTORY = "what happened stays as it was, and the person may have an account of their own since"
READER = "the letter is its reader's, the line tells of somebody else"
ONE_THING = "a CHECK lets a row have one of the two alone"
MOVED = "the person may have moved since"
NEARBY = "people come to a relay from other communes"

MAY_DIFFER = {
    (
        "introductions",
        "citizen_id",
        "territory_id",
    ): "people of other territories may help, from home or nearby",
    ("sign_ups", "citizen_id", "territory_id"): MOVED,
    ("sign_ups", "citizen_id", "commune_code"): MOVED,
    ("sign_ups", "citizen_id", "relay_id"): HISTORY,
    ("sign_ups", "relay_id", "commune_code"): NEARBY,
    ("citizens", "relay_id", "commune_code"): NEARBY,
    ("consents", "citizen_id", "relay_id"): HISTORY,
    ("need_answers", "citizen_id", "relay_id"): HISTORY,
    ("relay_acts", "citizen_id", "relay_id"): HISTORY,
    ("relay_acts", "citizen_id", "account_id"): "the account is that of who works at the relay",
    ("digest_letters", "citizen_id", "relay_id"): HISTORY,
    ("digest_letters", "citizen_id", "account_id"): ONE_THING,
    ("digest_lines", "letter_id", "citizen_id"): READER,
    ("digest_lines", "need_id", "group_id"): ONE_THING,
    ("drafted_letters", "citizen_id", "account_id"): ONE_THING,
    ("drafted_lines", "letter_id", "citizen_id"): READER,
    ("drafted_lines", "need_id", "group_id"): ONE_THING,
    ("notices", "introduction_id", "need_id"): ONE_THING,
    (
        "shared_contacts",
        "introduction_id",
        "citizen_id",
    ): "who leaves is out of the one before the other goes",
    ("shared_contacts", "citizen_id", "account_id"): HISTORY,
}
"""What may be otherwise than the parent has it, and why: table, reference to the parent, column that both have."""


def repeated(table: Table) -> Iterator[tuple[str, str, str]]:
    """The references of a table that have a parent's column in them too, unless one key holds both together."""
    held = [set(key.column_keys) for key in table.foreign_key_constraints]
    for key in table.foreign_key_constraints:
        both = set(table.columns.keys()) & set(key.referred_table.columns.keys())
        for reference in identifying(key):
            for name in filter(refers, both - {reference}):
                if not any({reference, name} <= together for together in held):
                    yield table.name, reference, name


def refers(name: str) -> bool:
    """Whether a column is one by which something else is found."""
    return name.endswith(("_id", "_code"))


def identifying(key: ForeignKeyConstraint) -> list[str]:
    """The columns of a key by which the parent is found, without those that it has to agree in."""
    return [item.parent.key for item in key.elements if item.column.primary_key]


def test_what_is_said_twice_is_held_together_or_has_a_reason_to_differ() -> None:
    tables = migrate.load_models().sorted_tables

    assert {found for table in tables for found in repeated(table)} == MAY_DIFFER.keys()


Move = tuple[InstrumentedAttribute[int] | InstrumentedAttribute[int | None], int | str, int, str]
"""A column of a row, by its id, that is told to refer to something elsewhere, and the constraint that refuses it."""


def out_of_the_group(work: Work, pair: Pair) -> Iterator[Move]:
    """What belongs to a group, its défi and its needs."""
    elsewhere = pair.world.other_territory
    challenge = work.session.scalars(select(Challenge).where(Challenge.territory_id == elsewhere.id)).one()
    far = builders.add_need(work, builders.add_group(work, challenge, name="Ailleurs"))
    near = builders.add_need(work, builders.add_group(work, pair.world.challenge, name="À côté"))
    empty = builders.add_group(work, pair.world.challenge, name="Sans besoin")
    yield StartupGroup.challenge_id, empty.id, challenge.id, "fk_startup_groups_challenge_of_territory"
    yield StartupGroup.territory_id, empty.id, elsewhere.id, "fk_startup_groups_challenge_of_territory"

    yield Need.group_id, near.id, far.group_id, "fk_needs_group_of_territory"
    yield Need.territory_id, near.id, elsewhere.id, "fk_needs_group_of_territory"

    offered = introductions.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
    yield Introduction.need_id, offered.id, far.id, "fk_introductions_need_of_group"
    yield Introduction.need_id, offered.id, near.id, "fk_introductions_need_of_group"
    yield Introduction.territory_id, offered.id, elsewhere.id, "fk_introductions_need_of_group"

    held = DigestEdit(kind=EditKind.HOLD, account_id=pair.lead.id, need_id=pair.need.id)
    told = DigestEdit(
        kind=EditKind.PARAGRAPH, challenge_id=pair.group.challenge_id, text_fr="Ça", text_en="It"
    )
    for edit in (held, told):
        edit.territory_id, edit.iso_week, edit.made_at = pair.world.territory.id, "2026-W48", work.now
        work.session.add(edit)
    work.session.flush()
    yield DigestEdit.need_id, held.id, far.id, "fk_digest_edits_need_of_territory"
    yield DigestEdit.challenge_id, told.id, challenge.id, "fk_digest_edits_challenge_of_territory"


def away_from_people(work: Work, pair: Pair) -> Iterator[Move]:
    """What belongs to a relay, and to a citizen."""
    here, elsewhere = pair.world.territory, pair.world.other_territory
    far = builders.add_relay(work, elsewhere, commune="63113")
    near = builders.add_relay(work, here)
    sign_up = SignUp(
        id="draft", territory_id=here.id, commune_code="26281", relay_id=near.id, created_at=work.now
    )
    sign_up.skills, sign_up.challenge_ids, sign_up.remote = [], [], False
    work.session.add(sign_up)
    work.session.flush()
    yield SignUp.relay_id, sign_up.id, far.id, "fk_sign_ups_relay_of_territory"

    other = builders.add_citizen(work, here, address="noe@example.org")
    no = DismissReason.NOT_MY_SKILL
    taught = matching.dismiss(work, need_id=pair.need.id, citizen_id=pair.citizen.id, reason=no).lowered[0]
    yield LoweredPair.citizen_id, taught.id, other.id, "fk_lowered_pairs_dismissal_of_citizen"


def test_the_database_refuses_what_belongs_elsewhere(settled: None, works: WorkFactory) -> None:
    with works.begin() as work:
        pair = make_pair(work)
        for column, row, parent, constraint in (*out_of_the_group(work, pair), *away_from_people(work, pair)):
            changed = update(column.class_).where(column.class_.id == row).values({column.key: parent})
            with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
                work.session.execute(changed)
            if work.session.get_bind().dialect.name == "sqlite":
                assert str(refused.value.orig) == "FOREIGN KEY constraint failed"
            else:
                assert violates(refused.value, constraint)
