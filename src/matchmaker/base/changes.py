"""What has changed, told by the database itself, for processes that keep what they have read.

Triggers write a row for whatever is inserted, updated or deleted in a watched table, in the same transaction: by
whatever statement, cascade or version of this program. A process reads what is new since its position.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from matchmaker.base.db import Base

KEPT = timedelta(days=1)
"""How long changes are kept for those who have not read them yet; who comes later reads everything anew."""

FORGOTTEN = "forgotten"
"""The subject of a row that tells up to what position changes are gone."""

_WATCHED = "watched"
_EVENTS = ("insert", "update", "delete")


class Change(Base):
    """That something of a subject has changed, with its number. ``xid`` is PostgreSQL's transaction, 0 on SQLite."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    subject: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(BigInteger())
    xid: Mapped[int] = mapped_column(BigInteger(), index=True)
    told_at: Mapped[datetime] = mapped_column(server_default=func.current_timestamp(), index=True)

    # SQLite would give the number of a deleted row again.
    __table_args__ = ({"sqlite_autoincrement": True},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Up to where somebody has read.

    On SQLite, where one writes after the other, ``since`` is the last row. On PostgreSQL whatever was written by
    transactions before ``since`` has been read; ``seen`` are the rows of later ones that have been, too.
    """

    since: int
    seen: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new to somebody: pairs of a subject and a number, each once, and where they are then.

    With ``lost`` some of it is forgotten, and nothing less than all must be read again.
    """

    changed: frozenset[tuple[str, int]]
    position: Position
    lost: bool


def watch(
    subject: StrEnum, table: type[Base], number: InstrumentedAttribute[int] | None = None
) -> tuple[str, str]:
    """Have each change in a table told as one of a subject, with the number in a column of it, or 0.

    Gives the names of the table and of the subject.
    """
    declared = table.metadata.tables[table.__tablename__]
    declared.info[_WATCHED] = (subject.value, None if number is None else number.key)
    return declared.name, subject.value


def present(session: Session) -> Position:
    """Where somebody is who reads everything from now on in this session, or in a later one."""
    if _is_postgres(session):
        # In any database of the server: what was committed since the oldest began is there already all the same.
        oldest = _oldest_at_work(session)
        own = text("xid IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint")
        return Position(
            since=oldest,
            seen=frozenset(session.scalars(select(Change.id).where(Change.xid >= oldest, own))),
        )
    return Position(since=session.scalar(select(func.max(Change.id))) or 0)


def news(session: Session, position: Position) -> News:
    """What has been committed since a position, or was written in the session's own transaction.

    PostgreSQL commits in another order than that in which it numbers rows and transactions. So each time all is read
    again that was written by any transaction which had not ended the last time; those before it had, so that nothing
    of theirs can appear any more.
    """
    postgres = _is_postgres(session)
    # Before the rows: what ends meanwhile is read twice rather than never.
    oldest = _oldest_at_work(session) if postgres else 0
    unread = Change.xid >= position.since if postgres else Change.id > position.since
    rows = session.execute(
        select(Change.id, Change.subject, Change.number, Change.xid).where(unread).order_by(Change.id)
    ).all()
    if postgres:
        after = Position(since=oldest, seen=frozenset(row.id for row in rows if row.xid >= oldest))
    else:
        after = Position(since=max((row.id for row in rows), default=position.since))
    new = [row for row in rows if row.id not in position.seen]
    first_unread = position.since if postgres else position.since + 1
    return News(
        changed=frozenset((row.subject, row.number) for row in new if row.subject != FORGOTTEN),
        position=after,
        lost=any(row.subject == FORGOTTEN and row.number >= first_unread for row in new),
    )


def has_own(session: Session) -> bool:
    """Whether the transaction at hand may have changed something that nobody else can see yet."""
    if _is_postgres(session):
        own = text("xid = pg_current_xact_id_if_assigned()::text::bigint")
        return session.scalar(select(Change.id).where(own).limit(1)) is not None
    if not isinstance(engine := session.get_bind(), Engine):
        return True
    # Who writes is alone: what is not yet in the file for others is one's own.
    with engine.execution_options(read_only=True).connect() as others:
        committed = others.scalar(select(func.max(Change.id)))
    return committed != session.scalar(select(func.max(Change.id)))


def forget_changes(session: Session, *, before: datetime) -> None:
    """Delete what was told before a moment, and leave word of it for those who have not read it yet."""
    position = Change.xid if _is_postgres(session) else Change.id
    old = Change.told_at < before
    last = session.scalar(select(func.max(position)).where(old))
    if last is None:
        return
    session.execute(delete(Change).where(old, position <= last))
    told = {"subject": FORGOTTEN, "number": last, "xid": 0}
    if _is_postgres(session):
        session.execute(insert(Change).values({**told, "xid": text("pg_current_xact_id()::text::bigint")}))
    else:
        session.execute(insert(Change).values(told))


def install(connection: Connection, metadata: MetaData) -> None:
    """Have the database tell of changes in all watched tables, where it does not yet."""
    if not _missing(connection, metadata):
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
    for name in sorted(_missing(connection, metadata)):
        connection.exec_driver_sql(_statements(connection, metadata)[name])


def uninstall(connection: Connection, metadata: MetaData) -> None:
    """Have SQLite tell of nothing while its tables are changed, which it does by copying and renaming them."""
    if connection.dialect.name == "sqlite":
        for name in sorted(_installed(connection) & _statements(connection, metadata).keys()):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def missing(connection: Connection, metadata: MetaData) -> list[str]:
    """What ought to tell of changes in a database and is not there, in alphabetical order."""
    return sorted(_missing(connection, metadata))


def _missing(connection: Connection, metadata: MetaData) -> set[str]:
    present_tables = set(inspect(connection).get_table_names())
    if Change.__tablename__ not in present_tables:
        return set()
    wanted = {
        name
        for table in _watched(metadata)
        if table.name in present_tables
        for name in (_trigger(table, event) for event in _EVENTS)
    }
    return wanted - _installed(connection)


def _installed(connection: Connection) -> set[str]:
    known = (
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {name for (name,) in connection.exec_driver_sql(known)}


def _watched(metadata: MetaData) -> Iterator[Table]:
    return (table for table in metadata.sorted_tables if _WATCHED in table.info)


def _trigger(table: Table, event: str) -> str:
    return f"tell_{event}_of_{table.name}"


def _statements(connection: Connection, metadata: MetaData) -> dict[str, str]:
    """What makes each trigger, by its name."""
    make = _sqlite_trigger if connection.dialect.name == "sqlite" else _postgres_trigger
    return {
        _trigger(table, event): make(table, event, *table.info[_WATCHED])
        for table in _watched(metadata)
        for event in _EVENTS
    }


def _sqlite_trigger(table: Table, event: str, subject: str, column: str | None) -> str:
    sides = {"insert": ["NEW"], "delete": ["OLD"], "update": ["OLD", "NEW"]}[event]
    numbers = sorted({"0" if column is None else f"{side}.{column}" for side in sides}, reverse=True)
    rows = [f"SELECT '{subject}', {number}, 0" for number in numbers]
    insertion = f"INSERT INTO changes (subject, number, xid) {' UNION '.join(rows)};"
    return (
        f"CREATE TRIGGER {_trigger(table, event)} AFTER {event.upper()} ON {table.name} BEGIN {insertion} END"
    )


def _postgres_trigger(table: Table, event: str, subject: str, column: str | None) -> str:
    seen = {
        "insert": "NEW TABLE AS after_it",
        "delete": "OLD TABLE AS before_it",
        "update": "OLD TABLE AS before_it NEW TABLE AS after_it",
    }[event]
    return (
        f"CREATE TRIGGER {_trigger(table, event)} AFTER {event.upper()} ON {table.name} "
        f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION tell_changes('{subject}', '{column or 0}')"
    )


_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION tell_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched text := CASE TG_OP
        WHEN 'INSERT' THEN 'SELECT NUMBER AS number FROM after_it'
        WHEN 'DELETE' THEN 'SELECT NUMBER AS number FROM before_it'
        ELSE 'SELECT NUMBER AS number FROM before_it UNION SELECT NUMBER FROM after_it'
    END;
BEGIN
    EXECUTE 'INSERT INTO changes (subject, number, xid) SELECT DISTINCT '
        || quote_literal(TG_ARGV[0]) || ', number, pg_current_xact_id()::text::bigint FROM ('
        || replace(touched, 'NUMBER', TG_ARGV[1]) || ') AS touched';
    RETURN NULL;
END
$$
"""


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _oldest_at_work(session: Session) -> int:
    """The oldest transaction of PostgreSQL that has not ended."""
    found = session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    return int(found or 0)
