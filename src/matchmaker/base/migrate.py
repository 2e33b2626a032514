"""The schema and its history: Alembic, with a configuration built in code.

The revisions are found in the installed package, or at the top of a checkout.
"""

import importlib
import importlib.util
import pkgutil
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

import matchmaker
from matchmaker.base import changes, search
from matchmaker.base.db import Base, UTCDateTime
from matchmaker.base.resources import folder

Progress = Callable[[str], None]

# The key of PostgreSQL's advisory lock that one upgrade holds at a time: "match" in ASCII.
UPGRADE_LOCK = 0x6D61746368

# What a step may take on PostgreSQL: whoever wants the table of a step that waits, or works, waits behind it. What the
# service itself does with a table takes less than the first; a step that meets the second is one to be cut up.
LIMITS = {"lock_timeout": "2s", "statement_timeout": "5s"}

# Why PostgreSQL refused a step, by the state of its error.
REFUSALS = {
    "23503": "rows would refer to rows that are not there, so that nothing was changed",
    "55P03": f"a table was in use for {LIMITS['lock_timeout']}, so that nothing was changed",
    "57014": f"a step took more than {LIMITS['statement_timeout']}, so that nothing was changed",
}

# Modules below the rooms that hold tables of their own; those of rooms are found by themselves.
TABLES_BELOW = (
    "base.changes",
    "base.heartbeats",
    "base.leases",
    "base.limits",
    "base.outbox",
    "base.sent_forms",
    "post.brake",
    "post.suppression",
)


class SchemaError(Exception):
    """The database cannot be brought to this version's schema; ``str()`` says why."""


def load_models() -> MetaData:
    """Import every module that defines tables, and give the metadata that then holds all of them."""
    rooms = [f"{room.name}.models" for room in pkgutil.iter_modules(matchmaker.__path__) if room.ispkg]
    for module in (*TABLES_BELOW, *sorted(rooms)):
        name = f"{matchmaker.__name__}.{module}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    return Base.metadata


def comparison_options(connection: Connection) -> dict[str, Any]:
    """What Alembic needs to know to migrate over ``connection`` and to compare it with the models."""
    return {
        "connection": connection,
        "target_metadata": load_models(),
        "render_as_batch": connection.dialect.name == "sqlite",
        "render_item": _render_item,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": _is_described,
    }


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at, or None for one without schema."""
    with engine.execution_options(read_only=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head_revision() -> str | None:
    """The newest revision that this version knows, or None while there is none."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def too_old(connection: Connection) -> str | None:
    """What to do about a database that lacks something which this version needs, in one line; None if it fits.

    One of a later version fits as well: the version before may serve beside it (decision 18).
    """
    current = MigrationContext.configure(connection).get_current_revision()
    head = head_revision() or ""
    # They are numbered in their order.
    if current is not None and current >= head:
        return None
    return f"the database is at revision {current or 'none'}, this version needs {head}: run 'matchmaker db upgrade'"


def upgrade(
    engine: Engine, progress: Progress | None = None, *, to: str = "head", wait: bool = False
) -> None:
    """Bring the database to the newest revision, in one transaction; ``progress`` is told each step by name.

    ``to`` stops at an earlier revision, for a database as a former version had it. On PostgreSQL a step that waits
    long for a table, or takes long, is given up, unless it shall ``wait``.

    Two processes that do it at once do it one after the other. Raises SchemaError, and changes nothing, for a
    database of a newer version, for rows that the new schema would leave without what they refer to, and for a step
    that was given up.
    """
    config = _config()
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    with _exclusive(engine) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in known:
            raise SchemaError(f"the database is at revision {present}, which this version does not know")
        config.attributes.update(connection=connection, progress=progress)
        if connection.dialect.name == "postgresql" and not wait:
            # Not before the lock of _exclusive: another upgrade is waited for, and nobody stands in line behind that.
            for name, limit in LIMITS.items():
                connection.execute(text(f"SET LOCAL {name} = '{limit}'"))
        try:
            changes.uninstall(connection, load_models())
            command.upgrade(config, to)
            changes.install(connection, load_models())
            if to == "head":
                search.complete(connection, load_models())
        except DBAPIError as error:
            refusal = REFUSALS.get(getattr(error.orig, "sqlstate", ""))
            if refusal is None:
                raise
            raise SchemaError(f"{refusal}: {shorten(error.statement or '', 90)}") from error


def differences(engine: Engine) -> list[str]:
    """What the database has otherwise than the models, a line each; empty when they agree.

    Beside what Alembic compares, the names of CHECK constraints are, of what tells of changes, and of what words are
    found by.
    """
    with engine.execution_options(read_only=True).connect() as connection:
        options = comparison_options(connection)
        metadata: MetaData = options["target_metadata"]
        del options["connection"], options["target_metadata"]
        context = MigrationContext.configure(connection, opts=options)
        found = [_describe(item) for item in compare_metadata(context, metadata)]
        untold = [f"missing trigger {name}" for name in changes.missing(connection, metadata)]
        unfound = search.differences(connection, metadata)
        return found + _check_differences(connection, metadata) + untold + unfound


def write_revision(engine: Engine, message: str, scripts: Path) -> Path | None:
    """Write the next revision into ``scripts``: what the models have otherwise than the up-to-date ``engine``.

    Gives its file, or None when there is no difference.
    """
    config = _config(scripts)
    number = sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions()) + 1
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
    if script is None or isinstance(script, list):
        return None
    path = Path(script.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ### " not in line), encoding="utf-8")
    return path


def _config(scripts: Path | None = None) -> Config:
    config = Config(cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(scripts or folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """A connection inside the one transaction that may change the schema at this moment."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _without_foreign_keys(connection), connection.begin():
                yield connection
                _refuse_orphans(connection)
        else:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                yield connection


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    # Alembic changes an SQLite table by copying it and dropping the old one, which would delete what refers
    # to it. The pragma does nothing inside a transaction, so it goes around the one that SQLAlchemy begins.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        raise SchemaError(f"{len(orphans)} rows would refer to rows that are not there, in: {tables}")


def _check_differences(connection: Connection, metadata: MetaData) -> list[str]:
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    found = []
    for table in metadata.sorted_tables:
        if table.name not in present:
            continue
        wanted = {str(item.name) for item in table.constraints if isinstance(item, CheckConstraint)}
        actual = {str(item["name"]) for item in inspector.get_check_constraints(table.name)}
        found += [f"missing CHECK {name} on {table.name}" for name in sorted(wanted - actual)]
        found += [f"unknown CHECK {name} on {table.name}" for name in sorted(actual - wanted)]
    return found


def _is_described(name: str | None, kind: str, parents: Any) -> bool:  # noqa: ARG001
    # What words are found by is made by the database's own means, each in its way.
    return not (kind in {"table", "index"} and (name or "").startswith(search.PREFIX))


def _describe(item: Any) -> str:
    # Alembic gives a tuple for what is added or removed, and a list of tuples for a changed column.
    if isinstance(item, list):
        return "; ".join(_describe(change) for change in item)
    kind, *parts = item
    return f"{kind}: " + ", ".join(
        str(getattr(part, "name", None) or part) for part in parts if part is not None
    )


def _render_item(kind: str, item: Any, context: Any) -> str | bool:  # noqa: ARG001
    # A revision must still run when the code around the models has moved on, so it names plain types only.
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False
