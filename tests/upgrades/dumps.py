"""The rows of a database as text, for the next versions to begin from: one file for each release.

A release is made with a dump of its own, which is then never changed:

    python -m tests.upgrades.dumps 0.2.0

writes ``tests/upgrades/0.2.0.json``. Values stand there as SQLite keeps them, moments in UTC, and PostgreSQL reads
them too; loading them needs no models, which belong to a later version by then.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, column, insert, select, table, text

from matchmaker.base import migrate
from matchmaker.base.db import make_engine, make_session_factory

FOLDER = Path(__file__).parent

NOT_DUMPED = {"changes"}
"""What the database writes itself when rows are put in."""

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A revision, and the rows of each of its tables in an order in which they can be put in."""

    revision: str
    tables: dict[str, list[Row]]


def releases() -> list[str]:
    """The versions that have a dump, oldest first."""
    versions = [path.stem for path in FOLDER.glob("*.json")]
    return sorted(versions, key=lambda version: [int(part) for part in version.split(".")])


def read(version: str) -> Dump:
    """The dump of a release."""
    return Dump(**json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8")))


def load(connection: Connection, dump: Dump) -> None:
    """Put all rows of a dump into a database with its schema or a later one, by a transaction of the caller's."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
    for name, rows in dump.tables.items():
        into = table(name, *(column(key) for key in rows[0]))
        connection.execute(insert(into), rows)
        if postgres and isinstance(rows[0].get("id"), int):
            # What is added from now on gets numbers after those.
            counted = select(text(f"setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
            connection.execute(counted)


def rows_of(engine: Engine) -> dict[str, list[Row]]:
    """All rows of an up-to-date database, as this version's models read them and a dump writes them."""
    tables = [one for one in migrate.load_models().sorted_tables if one.name not in NOT_DUMPED]
    with engine.connect() as connection:
        return {found.name: _rows(connection, found) for found in tables}


def _rows(connection: Connection, found: Table) -> list[Row]:
    rows = [
        {str(key): _written(value) for key, value in row.items()}
        for row in connection.execute(select(found)).mappings()
    ]
    # Ordered here: databases do not agree on the order of texts.
    return sorted(rows, key=lambda row: [row[key.name] for key in found.primary_key])


def _written(value: object) -> object:
    """A value as a dump has it."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def write(version: str) -> Path:
    """Write the dump of a release: the full town in this checkout's schema."""
    from tests.doors import make_app
    from tests.upgrades.full_town import fill

    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/town.sqlite")
        migrate.upgrade(engine)
        fill(make_app(make_session_factory(engine)))
        rows, revision = rows_of(engine), migrate.current_revision(engine)
        engine.dispose()
    tables = ",\n".join(
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in found) + "]"
        for name, found in rows.items()
    )
    path = FOLDER / f"{version}.json"
    path.write_text(f'{{"revision": {json.dumps(revision)}, "tables": {{\n{tables}}}}}\n', encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1])}\n")
