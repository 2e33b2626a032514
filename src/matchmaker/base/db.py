"""The database: one metadata with named constraints, one engine, one session factory."""

import enum
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    UniqueConstraint,
    create_engine,
    event,
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


def make_engine(url: str) -> Engine:
    """An engine for ``url``: SQLite with WAL, foreign keys and immediate writers, or PostgreSQL through psycopg 3.

    Its errors do not tell the values of a statement, which may be addresses, to the logs.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(
            address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    # sqlite3's own implicit BEGIN is turned off, so that the one in _begin_immediate is the only one.
    driver: Any = connection
    driver.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=15000", "journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    # A plain BEGIN that is later promoted to a writer fails with "database is locked" under load; readers ask
    # for a deferred one by the execution option read_only.
    deferred = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if deferred else "BEGIN IMMEDIATE")


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def make_reading_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions for pages that only read: on SQLite they never wait for a writer nor block one.

    They write nothing by themselves before a query, so that what a page changed by mistake can still be seen.
    """
    return sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False, autoflush=False)


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


def in_parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Values in their order, as many at a time as a statement is given."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
