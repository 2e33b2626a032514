"""Copies of the whole database: made while the service runs, and put in its place again.

An SQLite file is copied by SQLite itself, in both directions: it takes a write-ahead log into account, and puts its own
pages where a copy by ``cp`` would meet those of the log. PostgreSQL has its own programs for it, ``pg_dump`` and
``pg_restore``.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Engine, text

from matchmaker.base.db import own_only, sqlite_file

WAITS = 60
"""Seconds that a copy waits for somebody who writes, or reads what it is about to replace."""

# What a role has in its schema, in statements that remove it: tables first, with what hangs on them.
_DROPS = text(
    """
    SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
        AND relowner = current_user::regrole
    UNION ALL
    SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND proowner = current_user::regrole
    """
)


class CopyError(Exception):
    """A copy could not be made, or not put back, and nothing was changed; ``str()`` says why, in one line."""


def back_up(engine: Engine, target: Path) -> None:
    """Copy the database, as it is at one moment, to a new file that its owner alone may read. Raises CopyError."""
    if target.exists():
        raise CopyError(f"{target} exists already")
    # A copy that was begun is not left behind under the name of a whole one.
    begun = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(begun, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        if engine.dialect.name == "sqlite":
            with closing(_existing(_file(engine))) as source, closing(sqlite3.connect(begun)) as copy:
                _transfer(source, copy)
        else:
            _run(engine.url, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={begun}")
        begun.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise CopyError(f"{_file(engine)} cannot be copied to {target}: {error}") from error
    finally:
        begun.unlink(missing_ok=True)


def put_back(engine: Engine, source: Path) -> None:
    """Have the database be what it was when the copy ``source`` was made, and nothing else.

    What a process that was killed has left in a write-ahead log does not come back with it. Whoever is connected
    meanwhile sees the one or the other. Raises CopyError.
    """
    if not source.is_file():
        raise CopyError(f"{source} is not there")
    if engine.dialect.name == "sqlite":
        _put_file_back(_file(engine), source)
    else:
        _put_dump_back(engine, source)


def _file(engine: Engine) -> Path:
    return sqlite_file(engine) or Path("the database")


def _existing(file: Path, options: str = "mode=ro") -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?{options}", uri=True)


def _transfer(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    until = time.monotonic() + WAITS

    def give_up(status: int, remaining: int, total: int) -> None:  # noqa: ARG001
        # All pages come in one step, unless somebody else is writing.
        if remaining and time.monotonic() > until:
            raise sqlite3.OperationalError(f"it was in use for {WAITS} seconds")

    source.backup(target, progress=give_up)


def _put_file_back(file: Path, source: Path) -> None:
    # SQLite would put files of its own beside a copy that has none.
    alone = not source.with_name(f"{source.name}-wal").exists()
    try:
        with closing(_existing(source, "immutable=1" if alone else "mode=ro")) as copy:
            if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise CopyError(f"{source} is damaged")
            if not copy.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchall():
                raise CopyError(f"{source} is no copy of a database of matchmaker")
            if not file.exists():
                os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(file, timeout=WAITS)) as target:
                _transfer(copy, target)
                # No page that was replaced stays readable.
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        own_only(file)
    except (sqlite3.Error, OSError) as error:
        raise CopyError(f"{source} cannot be put into {file}: {error}") from error


def _put_dump_back(engine: Engine, source: Path) -> None:
    with engine.connect() as connection:
        drops = connection.scalars(_DROPS).all()
    with tempfile.TemporaryDirectory() as folder:
        # Unpacked as a whole first: a dump that is damaged must not replace anything.
        script, before = Path(folder, "script.sql"), Path(folder, "before.sql")
        _run(None, "pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(source))
        before.write_text("".join(f"{drop};\n" for drop in drops), encoding="utf-8")
        _run(
            engine.url,
            "psql",
            *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *(f"--file={before}", f"--file={script}"),
        )


def _run(url: URL | None, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, for the database at ``url`` if it needs one.

    Who the user is and the password go by the environment: all users of the machine see the arguments of a process.
    """
    found = shutil.which(program)
    if found is None:
        raise CopyError(
            f"{program} is not installed: it comes with PostgreSQL's client programs, as in Debian's postgresql-client"
        )
    environment = {"PGCONNECT_TIMEOUT": "10", "PGOPTIONS": f"-c lock_timeout={WAITS}s", **os.environ}
    if url is not None:
        query = dict(url.query)
        secrets = {
            "PGUSER": _single(query.pop("user", None)) or url.username,
            "PGPASSWORD": _single(query.pop("password", None)) or url.password,
        }
        environment |= {name: value for name, value in secrets.items() if value}
        address = URL.create("postgresql", host=url.host, port=url.port, database=url.database, query=query)
        arguments = ("--no-password", f"--dbname={address.render_as_string()}", *arguments)
    done = subprocess.run(  # noqa: S603
        [found, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.strip()]
        raise CopyError(told[0] if told else f"{program} ended with {done.returncode}")


def _single(value: str | tuple[str, ...] | None) -> str | None:
    return value[-1] if isinstance(value, tuple) else value
