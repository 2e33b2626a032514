"""The database: one metadata with named constraints, one engine, one session factory."""

import enum
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    UniqueConstraint,
    and_,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from matchmaker.base import ids

SessionFactory = Callable[[], Session]
Value = TypeVar("Value")

WRITER_WAITS = 15_000
"""Milliseconds that SQLite waits for another writer."""

LOG_WAITS = 1_000
"""Milliseconds that it waits for readers before it leaves its log for a later time."""

AT_ONCE = 500
"""Values that one statement is given at most: databases bound them, and so the memory of a large read is bounded."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive value is refused: SQLite would lose its zone without a word."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment into UTC; raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment back as an aware one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[enum.StrEnum], *, name: str | None = None) -> Enum:
    """A column type that keeps a ``StrEnum`` by its value, with a CHECK on both databases.

    The CHECK has the name of the kind, unless a table with two columns of one kind names them.
    """
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        **dict.fromkeys(ids.KINDS, Integer()),
    }


def make_engine(url: str, *, pool: int = 5, overflow: int = 10) -> Engine:
    """An engine for ``url``: SQLite with WAL, foreign keys and immediate writers, or PostgreSQL through psycopg 3.

    To PostgreSQL it keeps ``pool`` connections, and opens ``overflow`` more while all are in use. Its errors do not
    tell the values of a statement, which may be addresses, to the logs.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=pool,
            max_overflow=overflow,
            hide_parameters=True,
        )
        event.listen(engine, "do_connect", _connect_in_utf8)
        return engine
    engine = create_engine(address, hide_parameters=True)
    file = sqlite_file(engine)
    if file is not None:
        event.listen(engine, "do_connect", lambda *_: _make_own(file))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _connect_in_utf8(
    dialect: Dialect,
    record: ConnectionPoolEntry,  # noqa: ARG001
    arguments: Any,
    parameters: Any,
) -> DBAPIConnection:
    # In another encoding some names cannot be kept at all; in SQL_ASCII not even SQLAlchemy understands the answers.
    connection: Any = dialect.connect(*arguments, **parameters)
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise dialect.loaded_dbapi.OperationalError(
            f"its encoding is {encoding} and must be UTF8: "
            "make another by CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    return connection  # type: ignore[no-any-return]


def sqlite_file(engine: Engine) -> Path | None:
    """The file that an engine opens; None for another database, and for one in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name.startswith((":memory:", "file:")):
        return None
    return Path(name)


def own_only(file: Path) -> None:
    """Let nobody read a file and its write-ahead log but the user whose they are."""
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if path.exists():
            path.chmod(0o600)


def _make_own(file: Path) -> None:
    # SQLite would let all users of the machine read a file that it makes; its log has the rights of the file. What
    # cannot be made is told by SQLite itself.
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def empty_log(bind: Engine | Connection) -> None:
    """Write what SQLite's write-ahead log has into its file, and empty it: it keeps what was deleted from there.

    Nothing for PostgreSQL, nor in the middle of a transaction. While somebody reads it stays as it is, after a second.
    """
    if not isinstance(bind, Engine) or bind.dialect.name != "sqlite":
        return
    with closing(bind.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOG_WAITS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.execute(f"PRAGMA busy_timeout={WRITER_WAITS}")
        cursor.close()


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # sqlite3's own implicit BEGIN is turned off, so that the one in _begin_immediate is the only one.
    driver: Any = connection
    driver.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={WRITER_WAITS}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        # What is deleted is overwritten, whatever SQLite was built with.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A plain BEGIN that is later promoted to a writer fails with "database is locked" under load; readers ask
    # for a deferred one by the execution option read_only.
    deferred = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


def make_session_factory(engine: Engine, **info: object) -> sessionmaker[Session]:
    """Sessions that keep loaded values after a commit, and tell ``info`` of their installation."""
    return sessionmaker(engine, expire_on_commit=False, info=info)


def make_reading_factory(engine: Engine, **info: object) -> sessionmaker[Session]:
    """Sessions for pages that only read: on SQLite they never wait for a writer nor block one.

    They write nothing by themselves before a query, so that what a page changed by mistake can still be seen.
    """
    read_only = engine.execution_options(read_only=True)
    return sessionmaker(read_only, expire_on_commit=False, autoflush=False, info=info)


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ``on_conflict_…``, in the dialect of the session's database."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def violates(error: IntegrityError, constraint: str) -> bool:
    """Whether ``error`` came from the named ``constraint``, on either database.

    PostgreSQL reports the name. SQLite reports the name of a CHECK and of an index over an expression, but only the
    columns of another unique constraint, so these are looked up in the metadata; of a foreign key it reports nothing.
    """
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == constraint)
    message = str(error.orig)
    if message in {
        f"CHECK constraint failed: {constraint}",
        f"UNIQUE constraint failed: index '{constraint}'",
    }:
        return True
    for table in Base.metadata.tables.values():
        unique = [
            item for item in table.constraints if isinstance(item, UniqueConstraint | PrimaryKeyConstraint)
        ]
        for item in (*unique, *table.indexes):
            if item.name == constraint:
                columns = ", ".join(f"{table.name}.{column.name}" for column in item.columns)
                return message == f"UNIQUE constraint failed: {columns}"
    return False


def names_what_is_gone(error: IntegrityError) -> bool:
    """Whether ``error`` says that a row would have named another that is not there, on either database."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "23503" if state else str(error.orig) == "FOREIGN KEY constraint failed"


def as_if_second(session: Session, verb: Callable[[], Value], *constraints: str) -> Value:
    """What ``verb`` gives. Who is overtaken at one of the unique ``constraints`` does it again, as if they came second.

    What was done the first time is undone. The verb looks for what is there before it writes, and says what it means.
    """
    try:
        with session.begin_nested():
            return verb()
    except IntegrityError as error:
        if not any(violates(error, constraint) for constraint in constraints):
            raise
    return verb()


def rows_that_name(session: Session, row: Base) -> dict[str, int]:
    """How many rows of each table name a row by a foreign key, by the table's name; tables with none are left out."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.referred_table is not row.__table__:
                continue
            same = and_(*(part.parent == getattr(row, part.column.key) for part in key.elements))
            number = session.scalar(select(func.count()).select_from(table).where(same))
            if number:
                found[table.name] = number
    return found


def in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Values in their order, as many at a time as a statement is given."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
