"""A database of each release comes to this version with all its rows."""

import pytest
from sqlalchemy import Engine, inspect, text

from matchmaker.base import migrate
from matchmaker.base.db import make_session_factory
from tests.doors import make_app
from tests.upgrades import dumps
from tests.upgrades.full_town import fill

RELEASES = dumps.releases()


@pytest.mark.parametrize("version", RELEASES)
def test_a_release_comes_to_this_version_with_all_its_rows(empty_engine: Engine, version: str) -> None:
    dump = dumps.read(version)
    migrate.upgrade(empty_engine, to=dump.revision)
    with empty_engine.begin() as connection:
        dumps.load(connection, dump)

    migrate.upgrade(empty_engine)

    assert migrate.differences(empty_engine) == []
    found = dumps.rows_of(empty_engine)
    for name in dump.tables.keys() & found.keys():
        kept = found[name][0].keys() & dump.tables[name][0].keys()
        was, now = ([{key: row[key] for key in kept} for row in rows[name]] for rows in (dump.tables, found))
        assert now == was, name
    if empty_engine.dialect.name == "sqlite":
        with empty_engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_rows_that_a_new_key_refuses_stop_the_upgrade(empty_engine: Engine) -> None:
    dump = dumps.read("0.1.0")
    migrate.upgrade(empty_engine, to=dump.revision)
    with empty_engine.begin() as connection:
        dumps.load(connection, dump)
        connection.execute(text("UPDATE needs SET territory_id = 2 WHERE id = 2"))

    with pytest.raises(migrate.SchemaError, match=r"rows would refer to rows that are not there.*needs"):
        migrate.upgrade(empty_engine)

    assert migrate.current_revision(empty_engine) == dump.revision


@pytest.mark.parametrize("version", RELEASES)
def test_a_dump_has_rows_in_every_table_of_its_revision(empty_engine: Engine, version: str) -> None:
    dump = dumps.read(version)
    migrate.upgrade(empty_engine, to=dump.revision)

    tables = set(inspect(empty_engine).get_table_names()) - {"alembic_version", *dumps.NOT_DUMPED}

    assert {name for name, rows in dump.tables.items() if rows} == tables


def test_the_version_before_still_writes_beside_this_one(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        dumps.load(connection, dumps.read(RELEASES[-1]))


def test_the_version_before_still_reads_all_that_it_knows(empty_engine: Engine) -> None:
    """Its columns are there, and what was never empty for it is never empty for it now."""

    def columns() -> dict[tuple[str, str], bool]:
        found = inspect(empty_engine)
        return {
            (name, column["name"]): column["nullable"]
            for name in found.get_table_names()
            for column in found.get_columns(name)
        }

    migrate.upgrade(empty_engine, to=dumps.read(RELEASES[-1]).revision)
    known = columns()
    migrate.upgrade(empty_engine)
    now = columns()

    assert known.keys() - now.keys() == set()
    assert [column for column, nullable in known.items() if now[column] and not nullable] == []


def test_the_next_dump_will_have_rows_in_every_table(fresh_engine: Engine) -> None:
    fill(make_app(make_session_factory(fresh_engine)))

    assert [name for name, rows in dumps.rows_of(fresh_engine).items() if not rows] == []
