"""What a form names may be removed while it is on its way: whoever sent it is told so, and nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, event, func, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.sql import Insert

from matchmaker.base.db import Base
from matchmaker.places import service as places
from matchmaker.places.models import Challenge
from tests.databases import Database
from tests.doors import works_of
from tests.house.town import Town, make_town
from tests.house.valid_forms import VALID_FORMS, make_ready

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.sqlite_daily]

NOWHERE = 987654
"""A number that no row has: what a key holds whose row was removed a moment ago."""

KEPT_APART = {"acts", "rate_buckets", "sent_forms"}
"""Tables of what a form does to itself, and to its own reader."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


def keys_written(context: DefaultExecutionContext) -> Iterator[tuple[str, str]]:
    """The foreign keys to numbered rows that a statement fills, by table and column."""
    statement = getattr(context.compiled, "statement", None)
    if isinstance(statement, Insert) and statement.table.name not in KEPT_APART:
        given = context.compiled_parameters[0]
        for key in statement.table.foreign_keys:
            if isinstance(given.get(key.parent.name), int):
                yield statement.table.name, key.parent.name


@contextmanager
def insertions(engine: Engine, asked: tuple[str, str] | None, seen: set[tuple[str, str]]) -> Iterator[None]:
    """Note the keys that are written; the ``asked`` one names a row that is gone."""

    def look(connection, cursor, statement, parameters, context, many):  # type: ignore[no-untyped-def]
        written = set(keys_written(context)) if context is not None and context.compiled else set()
        seen.update(written)
        if many or asked not in written:
            return statement, parameters
        column = asked[1]
        if isinstance(parameters, dict):
            return statement, {**parameters, column: NOWHERE}
        names = context.compiled.positiontup
        return statement, tuple(
            NOWHERE if name == column else value for name, value in zip(names, parameters, strict=True)
        )

    event.listen(engine, "before_cursor_execute", look, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", look)


def rows_in(town: Town, table: str) -> int:
    """How many rows a table has."""
    with works_of(town.app).begin() as work:
        return work.session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0


def test_whoever_names_what_is_gone_at_that_moment_is_told_so(town: Town, database: Database) -> None:
    wrong: dict[tuple[str, ...], int] = {}
    tried: set[tuple[str, str]] = set()
    for key in VALID_FORMS:
        written: set[tuple[str, str]] = set()
        with database.undone():
            ready = make_ready(town, key)
            with insertions(database.engine, None, written):
                ready.send()
        for asked in sorted(written - tried):
            tried.add(asked)
            with database.undone():
                ready = make_ready(town, key)
                before = rows_in(town, asked[0])
                with insertions(database.engine, asked, set()):
                    answer = ready.send().status_code
                if answer >= 500 or rows_in(town, asked[0]) != before:
                    wrong[key, *asked] = answer
    assert wrong == {}
    assert {("startup_groups", "challenge_id"), ("needs", "group_id")} <= tried


@pytest.mark.parametrize("key", ["groups.new", "groups.edit"])
def test_a_defi_that_was_removed_since_the_page_was_read_is_told_beside_its_field(
    town: Town, database: Database, key: str
) -> None:
    with works_of(town.app).begin() as work:
        territory = work.session.get_one(Challenge, town.numbers["challenge_id"]).territory
        defi = places.add_challenge(
            work,
            territory=territory,
            slug="ephemere",
            title_fr="Éphémère",
            title_en="Passing",
            description_fr="",
            description_en="",
        )
        town.numbers["challenge_id"] = defi.id
    ready = make_ready(town, key)
    read = []

    def note(connection, cursor, statement, *rest):  # type: ignore[no-untyped-def]
        read.extend([statement] if statement.startswith("SELECT challenges") else [])

    def remove(connection, name):  # type: ignore[no-untyped-def]
        if read:
            connection.execute(delete(Challenge).where(Challenge.id == defi.id))

    event.listen(database.engine, "after_cursor_execute", note)
    event.listen(database.engine, "savepoint", remove)
    try:
        answer = ready.send()
    finally:
        event.remove(database.engine, "after_cursor_execute", note)
        event.remove(database.engine, "savepoint", remove)
    assert read
    assert answer.status_code == 422
    assert 'id="challenge-error"' in answer.text
