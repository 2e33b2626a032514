"""The database: moments keep their zone, constraints tell their names, writers wait for each other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account, AccountSession
from matchmaker.base.db import make_engine, make_reading_factory, make_session_factory, violates
from matchmaker.base.limits import RateBucket
from matchmaker.places.models import Challenge, Territory
from tests.builders import NOW


def account(**values: object) -> Account:
    """Somebody."""
    fields = {
        "address": "amina@example.org",
        "first_name": "Amina",
        "locale": "fr",
        "created_at": NOW,
        **values,
    }
    return Account(**fields)


def bucket(key: str, moment: datetime = NOW) -> RateBucket:
    """A row with a moment."""
    return RateBucket(key=key, tokens=1.0, updated_at=moment)


def test_a_moment_comes_back_aware_and_in_utc(session: Session) -> None:
    session.add(bucket("here", datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1)))))
    session.commit()
    session.expire_all()
    found = session.scalars(select(RateBucket.updated_at)).one()
    assert found == NOW
    assert found.tzinfo is UTC


def test_a_moment_without_zone_is_refused(session: Session) -> None:
    session.add(bucket("nowhere", NOW.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="must carry its time zone"):
        session.flush()


def test_moments_of_other_zones_are_compared_as_moments(session: Session) -> None:
    session.add(bucket("here", NOW))
    session.flush()
    east = timezone(timedelta(hours=5))
    later = select(RateBucket.key).where(
        RateBucket.updated_at < (NOW + timedelta(seconds=1)).astimezone(east)
    )
    assert session.scalars(later).all() == ["here"]
    earlier = select(RateBucket.key).where(RateBucket.updated_at < NOW.astimezone(east))
    assert session.scalars(earlier).all() == []


def refusal(session: Session, *rows: object) -> IntegrityError:
    """The refusal of the database to keep ``rows``."""
    session.begin_nested()
    session.add_all(rows)
    with pytest.raises(IntegrityError) as error:
        session.flush()
    return error.value


def test_a_taken_unique_value_is_told_by_the_constraints_name(session: Session) -> None:
    error = refusal(session, account(), account())
    assert violates(error, "uq_accounts_address")
    assert not violates(error, "pk_accounts")
    assert not violates(error, "ck_accounts_known_locale")
    assert not violates(error, "no such constraint")


def test_a_unique_pair_is_told_by_the_constraints_name(session: Session) -> None:
    territory = Territory(
        slug="ici", name="Ici", summary_fr="", summary_en="", locale="fr", time_zone="Europe/Paris",
        digest_weekday=2, digest_hour=8, created_at=NOW,
    )  # fmt: skip
    session.add(territory)
    session.flush()
    words = {"title_fr": "A", "title_en": "A", "description_fr": "", "description_en": ""}
    rows = [Challenge(territory_id=territory.id, slug="a", position=n, **words) for n in (0, 1)]
    assert violates(refusal(session, *rows), "uq_challenges_territory_id_slug")


def test_a_failed_check_is_told_by_its_name(session: Session) -> None:
    error = refusal(session, account(first_name=""))
    assert violates(error, "ck_accounts_first_name_length")
    assert not violates(error, "ck_accounts_first_name")
    assert not violates(error, "uq_accounts_address")


def test_a_taken_key_is_told_by_its_name(session: Session) -> None:
    session.execute(insert(RateBucket).values(key="a", tokens=1.0, updated_at=NOW))
    with pytest.raises(IntegrityError) as error, session.begin_nested():
        session.execute(insert(RateBucket).values(key="a", tokens=1.0, updated_at=NOW))
    assert violates(error.value, "pk_rate_buckets")


def test_a_reference_to_nothing_is_refused(session: Session) -> None:
    error = refusal(session, AccountSession(id="x", account_id=404, created_at=NOW, expires_at=NOW))
    assert not violates(error, "uq_accounts_address")


def test_a_state_that_does_not_exist_is_refused(session: Session) -> None:
    statement = text(
        "INSERT INTO mailed_links (purpose, address, locale, created_at, expires_at)"
        " VALUES ('x', 'x@example.org', 'fr', '2026-11-24', '2026-11-24')"
    )
    with pytest.raises(DBAPIError):
        session.execute(statement)


def test_an_error_does_not_tell_the_values_of_its_statement(fresh_engine: Engine) -> None:
    with make_session_factory(fresh_engine)() as session:
        session.add_all([account(first_name="x" * 61), account(address="b@example.org")])
        with pytest.raises(DBAPIError) as error:
            session.flush()
    assert "amina@example.org" not in str(error.value).split("DETAIL")[0]


def test_sqlite_keeps_a_log_checks_references_and_waits(fresh_engine: Engine) -> None:
    if fresh_engine.dialect.name != "sqlite":
        pytest.skip("about SQLite alone")
    with fresh_engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous", "secure_delete")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 15000,
        "synchronous": 1,
        "secure_delete": 1,
    }


def test_a_new_sqlite_file_is_its_owners_alone_from_its_first_byte(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/new.sqlite")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        modes = {path.suffix: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == dict.fromkeys((".sqlite", ".sqlite-wal", ".sqlite-shm"), 0o600)


def test_writers_at_once_wait_for_each_other(fresh_engine: Engine) -> None:
    sessions = make_session_factory(fresh_engine)
    with sessions() as session:
        session.add(bucket("count"))
        session.commit()

    def write(_: int) -> None:
        with sessions() as session:
            # Read first, then write: what a plain BEGIN cannot be promoted for while another writes.
            tokens = session.scalars(
                select(RateBucket.tokens).where(RateBucket.key == "count").with_for_update()
            ).one()
            session.execute(update(RateBucket).values(tokens=tokens + 1))
            session.commit()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(200)))
    with sessions() as session:
        assert session.scalars(select(RateBucket.tokens)).one() == 201


def test_a_reader_neither_waits_for_a_writer_nor_stops_one(fresh_engine: Engine) -> None:
    reading, writing = make_reading_factory(fresh_engine), make_session_factory(fresh_engine)
    with reading() as reader, writing() as writer:
        assert reader.scalars(select(RateBucket)).all() == []
        writer.add(bucket("new"))
        writer.flush()
        with reading() as other:
            assert other.scalars(select(RateBucket)).all() == []
        writer.commit()


def test_a_reader_writes_nothing_before_a_query(fresh_engine: Engine) -> None:
    with make_reading_factory(fresh_engine)() as reader:
        reader.add(bucket("by mistake"))
        assert reader.scalars(select(RateBucket)).all() == []
        assert len(reader.new) == 1


def test_values_stay_loaded_after_a_commit(fresh_engine: Engine) -> None:
    with make_session_factory(fresh_engine)() as session:
        row = bucket("kept")
        session.add(row)
        session.commit()
    assert row.key == "kept"


def test_an_sqlite_folder_that_is_not_there_is_an_error() -> None:
    engine = make_engine("sqlite:////nowhere/at/all.sqlite")
    with pytest.raises(OperationalError):
        engine.connect()
