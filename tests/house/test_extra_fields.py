"""A form says what its page asks, and nothing more: fields that nobody asked for make no row and change none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Column, String, select, text

from matchmaker.base.db import Base
from matchmaker.base.work import WorkFactory
from tests.databases import Database
from tests.doors import works_of
from tests.house.town import ELSEWHERE, Town, make_town
from tests.house.valid_forms import VALID_FORMS, make_ready

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.sqlite_daily]

WORDS = {
    "role": "lead",
    "state": "open",
    "purpose": "profile",
    "party": "organiser",
    "begun_by": "organiser",
    "score": "100",
    "places_taken": "0",
    "owner": "1",
    "consent": "y",
    "verified": "y",
    "confirmed": "y",
    "holds_place": "y",
    "thanked": "y",
}
MOMENTS = (
    "created_at",
    "given_at",
    "accepted_at",
    "withdrawn_at",
    "used_at",
    "expires_at",
    "joined_at",
    "since",
)
NUMBERS = (
    "id",
    "account_id",
    "author_id",
    "by_id",
    "citizen_id",
    "group_id",
    "invited_by_id",
    "made_by_id",
    "need_id",
    "recorded_by_id",
    "relay_id",
    "started_by_id",
    "subject_id",
    "territory_id",
)
"""Names of columns that somebody might try to fill: those of another's row, of a role, of what the service decides."""

Rows = Mapping[str, Counter[tuple[object, ...]]]


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


Known = Mapping[Column[object], set[object]]


def rows(works: WorkFactory, at_first: Known, known: Known) -> Rows:
    """What stands in these columns, by table. The number of a row that was not ``known`` by its column is "new".

    That of one which was not there ``at_first``, but made for the form, is "made for it". Such numbers differ from one
    time to the next, where a sequence gives them.
    """
    asked = {*WORDS, *MOMENTS, *NUMBERS}

    def told(column: Column[object], value: object) -> object:
        if value is None or column not in known or value in at_first[column]:
            return value
        return "made for it" if value in known[column] else "new"

    found = {}
    with works.begin() as work:
        for table in Base.metadata.sorted_tables:
            columns = [one for one in table.columns if one.name in asked and not _drawn(one)]
            number_and_rest = work.session.execute(
                select(*columns) if columns else select(*table.primary_key)
            )
            found[table.name] = Counter(
                tuple(told(column, value) for column, value in zip(columns, row, strict=False))
                for row in number_and_rest
            )
    return found


def _drawn(column: Column[object]) -> bool:
    """Whether it holds numbers that are drawn by lot, as those of sessions and sign-ups."""
    return column.name == "id" and isinstance(column.type, String)


def numbers_known(works: WorkFactory) -> Known:
    """The numbers that stand in each of these columns before a form is sent."""
    with works.begin() as work:
        return {
            column: set(work.session.scalars(select(column)))
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if column.name in NUMBERS
        }


def extra(town: Town) -> dict[str, str]:
    """All these fields, with a stranger's number where one is asked for."""
    stranger = str(town.accounts[ELSEWHERE])
    return {
        **WORDS,
        **dict.fromkeys(MOMENTS, "2020-01-01T00:00:00+00:00"),
        **dict.fromkeys(NUMBERS, stranger),
    }


def far_from_known(database: Database) -> None:
    """Have PostgreSQL number new rows from where no number stands yet, in no column that names rows of any table."""
    if database.engine.dialect.name == "postgresql":
        database.sessions.kw["bind"].execute(
            text("SELECT setval(sequencename::regclass, 10000000) FROM pg_sequences")
        )


def test_fields_that_a_page_does_not_ask_for_change_nothing(town: Town, database: Database) -> None:
    far_from_known(database)
    works, fields = works_of(town.app), extra(town)
    at_first = numbers_known(works)
    moved = []
    for key in VALID_FORMS:
        outcomes = []
        for more in ({}, fields):
            with database.undone():
                ready = make_ready(town, key)
                known = numbers_known(works)
                status = replace(ready, data={**more, **ready.data}).send().status_code
                outcomes.append((status, rows(works, at_first, known)))
        if outcomes[0] != outcomes[1]:
            moved.append(key)
    assert moved == []
