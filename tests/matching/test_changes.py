"""The database tells of every change in what citizens and needs are read from, in whatever order it is committed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, Table, delete, event, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from matchmaker.base import changes, migrate
from matchmaker.base.db import Base, make_reading_factory, make_session_factory
from matchmaker.citizens.models import Citizen
from matchmaker.matching.loading import citizen_profiles, open_need_batches, phrasebook
from matchmaker.matching.models import WATCHED, Subject
from tests import builders
from tests.cli.processes import eventually
from tests.doors import make_app
from tests.upgrades.full_town import fill

READ_ANEW = {
    # By the versions of their sources, which are watched.
    "concepts", "concept_labels", "concept_relations", "false_friends",
    # What the resolver would answer again.
    "resolved_phrases",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A territory with a citizen and a need, by their numbers."""

    engine: Engine
    territory_id: int
    citizen_id: int
    need_id: int


@pytest.fixture
def place(fresh_engine: Engine, settled: None) -> Settled:
    """A database of the test's own with a citizen and a need."""
    with builders.make_works(make_session_factory(fresh_engine), Flask("no doors")).begin() as work:
        world = builders.find_world(work.session)
        citizen = builders.add_citizen(work, world.territory, skills=["couture"])
        need = builders.add_need(work, builders.add_group(work, world.challenge), wanted=("coudre",))
    return Settled(
        engine=fresh_engine, territory_id=world.territory.id, citizen_id=citizen.id, need_id=need.id
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    with make_reading_factory(engine)() as session:
        yield session


def test_every_table_that_is_read_for_matching_is_watched(place: Settled) -> None:
    asked: list[str] = []
    event.listen(place.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with make_session_factory(place.engine)() as session:
        books = [phrasebook(session, place.territory_id)]
        open_need_batches(session, place.territory_id, now=builders.NOW, remote_elsewhere=True)
        citizen_profiles(session, place.territory_id, books=books, remote_elsewhere=True)

    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", " ".join(asked)))

    assert {"citizens", "needs", "detours", "hidden_from_groups"} <= read
    assert read - READ_ANEW == WATCHED.keys()


def test_whatever_is_done_to_a_watched_table_is_told(fresh_engine: Engine) -> None:
    """All rows of a town in which everything has happened are changed, deleted and put back."""
    fill(make_app(make_session_factory(fresh_engine)))
    every = [one for one in migrate.load_models().sorted_tables if one.name not in {"acts", "changes"}]
    watched = [one for one in every if one.name in WATCHED]
    with fresh_engine.begin() as connection:
        rows = {one: [dict(row) for row in connection.execute(select(one)).mappings()] for one in every}
        told = [
            *(
                _told(connection, one, update(one).values({(key := one.primary_key.columns[0]): key}))
                for one in watched
            ),
            *(_told(connection, one, delete(one)) for one in reversed(every)),
            *(_told(connection, one, insert(one).values(rows[one])) for one in every),
        ]
        connection.rollback()

    assert all(rows.values())
    assert set(told) == {None}


def _told(connection: Connection, table: Table, change: Any) -> tuple[str, str] | None:
    """Which table did not tell of which change, if it did not; what goes with its rows is told as well."""
    known = Base.metadata.tables["changes"]
    connection.execute(delete(known))
    try:
        with connection.begin_nested():
            connection.execute(change)
    except DatabaseError:
        # Accounts stay, of which acts that never change speak, and so does what belongs to them.
        assert table.name not in WATCHED
    subjects = set(connection.scalars(select(known.c.subject)))
    return None if table.name not in WATCHED or WATCHED[table.name] in subjects else (str(change), table.name)


def test_what_goes_with_a_row_is_told(place: Settled) -> None:
    with make_session_factory(place.engine)() as session:
        position = changes.present(session)
        session.execute(delete(Citizen).where(Citizen.id == place.citizen_id))
        session.execute(text("DELETE FROM wanted_skills"))
        found = changes.news(session, position).changed

    assert found == {(Subject.CITIZEN, place.citizen_id), (Subject.NEED, place.need_id)}


def test_nothing_is_told_of_what_is_undone(place: Settled) -> None:
    with reading(place.engine) as session:
        position = changes.present(session)
    with make_session_factory(place.engine)() as session:
        _touch(session)
        assert changes.has_own(session)
        session.rollback()
        assert not changes.has_own(session)
    with reading(place.engine) as session:
        assert not changes.news(session, position).changed


def test_what_was_there_is_not_told_though_somebody_older_is_at_work(place: Settled) -> None:
    if place.engine.dialect.name == "sqlite":
        pytest.skip("one writes after the other")
    sessions = make_session_factory(place.engine)
    with sessions() as old:
        old.execute(text("SELECT pg_current_xact_id()"))
        with sessions() as session:
            _touch(session)
            session.commit()
        with reading(place.engine) as session:
            position = changes.present(session)
        with reading(place.engine) as session:
            assert not changes.news(session, position).changed


@pytest.mark.parametrize("second_commits", [True, False])
def test_who_commits_late_is_not_overlooked(place: Settled, *, second_commits: bool) -> None:
    """The first to write is the last to commit: its row has a smaller number than one that was read before."""
    if place.engine.dialect.name == "sqlite":
        pytest.skip("one writes after the other")
    sessions = make_session_factory(place.engine)
    with reading(place.engine) as session:
        position = changes.present(session)
    with sessions() as first, sessions() as second:
        _touch(first)
        second.execute(text("UPDATE needs SET places = places"))
        if second_commits:
            second.commit()
        with reading(place.engine) as session:
            before = changes.news(session, position)
        with reading(place.engine) as session:
            again = changes.news(session, before.position)
        first.commit()
        second.rollback()
        with reading(place.engine) as session:
            after = changes.news(session, again.position)
        with reading(place.engine) as session:
            nothing = changes.news(session, after.position)

    assert {subject for subject, _ in before.changed} == ({Subject.NEED} if second_commits else set())
    assert again.changed == frozenset(), "what has been read is not read twice"
    assert {subject for subject, _ in after.changed} == {Subject.CITIZEN}
    assert nothing.changed == frozenset()


def test_who_comes_after_changes_were_forgotten_knows(place: Settled) -> None:
    sessions = make_session_factory(place.engine)
    with reading(place.engine) as session:
        early = changes.present(session)
    with sessions() as session:
        _touch(session)
        session.commit()
    late = early

    def is_before_all_at_work() -> bool:
        """Other tests have transactions on the same server of PostgreSQL."""
        nonlocal late
        with reading(place.engine) as session:
            late = changes.news(session, early).position
            return late.since > (session.scalar(select(func.max(changes.Change.xid))) or 0)

    eventually(is_before_all_at_work)
    with sessions() as session:
        changes.forget_changes(session, before=_told_at(session) + timedelta(seconds=1))
        session.commit()

    with reading(place.engine) as session:
        assert changes.news(session, early).lost
        assert not changes.news(session, late).lost


def test_differences_names_what_no_longer_tells(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        on = " ON needs" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER tell_update_of_needs{on}"))

    assert migrate.differences(fresh_engine) == ["missing trigger tell_update_of_needs"]
    migrate.upgrade(fresh_engine)
    assert migrate.differences(fresh_engine) == []


def _touch(session: Session) -> None:
    session.execute(text("UPDATE citizens SET radius_km = 7"))


def _told_at(session: Session) -> datetime:
    found = session.scalar(select(changes.Change.told_at).order_by(changes.Change.id.desc()).limit(1))
    assert found is not None
    return found
