"""Databases for the tests: made once by the migrations, then copied or rolled back."""

import fcntl
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.base import migrate
from matchmaker.base.db import make_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database with the schema, whose changes are undone after the test.

    ``sessions`` all work on one connection inside one transaction: what one of them commits, the others see,
    and nobody else does. ``engine`` is for its dialect and for ``inspect``; a second connection from it would
    see none of that, and on SQLite wait in vain.
    """

    engine: Engine
    sessions: sessionmaker[Session]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo at the end of the block what is done inside it, as all is after the test."""
        with self.sessions.kw["bind"].begin_nested() as point:
            try:
                yield
            finally:
                point.rollback()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteTemplate:
    """An SQLite file in a folder of its own."""

    url: str

    def copy(self) -> str:
        """Copy the file, which has no write-ahead log because nobody is connected to it."""
        file = Path(make_url(self.url).database or "")
        target = file.with_name(f"{uuid.uuid4().hex}.sqlite")
        shutil.copyfile(file, target)
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        """Remove the file, with its log."""
        file = Path(make_url(url).database or "")
        for path in file.parent.glob(file.name + "*"):
            path.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresTemplate:
    """A database of a server of which ``url`` is the address with the template's name."""

    url: str

    def copy(self) -> str:
        """Have the server copy the template, to which nobody is connected."""
        url = make_url(self.url)
        name = f"{url.database}_{uuid.uuid4().hex[:12]}"
        create_database(self.url, name, template=url.database)
        return url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove the database."""
        drop_database(url)


Template = SqliteTemplate | PostgresTemplate


def create_database(server: str, name: str, template: str | None = None) -> None:
    """Make a database on the server at the address ``server``, whatever database that names."""
    statement = SQL("CREATE DATABASE {} TEMPLATE {}").format(
        Identifier(name), Identifier(template or "template0")
    )
    _as_administrator(server, statement)


def drop_database(url: str) -> None:
    """Remove the database that ``url`` names, and end what is connected to it."""
    _as_administrator(
        url, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(make_url(url).database or ""))
    )


def _as_administrator(url: str, statement: Composed) -> None:
    address = make_url(url).set(drivername="postgresql", database="postgres")
    with closing(
        psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
    ) as connection:
        connection.execute(statement)


def made_once(path: Path, make: Callable[[Path], object]) -> Path:
    """A file that the first process to ask for it makes, for all processes of this run of the tests."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            make(unfinished)
            unfinished.rename(path)
    return path


def sqlite_template(run_folder: Path) -> SqliteTemplate:
    """An SQLite file of this run of the tests, brought to the newest revision."""
    path = made_once(run_folder / "schema.sqlite", lambda made: make_schema(f"sqlite:///{made}"))
    return SqliteTemplate(url=f"sqlite:///{path}")


@contextmanager
def empty_postgres(server: str) -> Iterator[str]:
    """The address of a database on the server that has no schema, removed at the end."""
    name = f"matchmaker_test_{uuid.uuid4().hex[:12]}"
    create_database(server, name)
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        drop_database(make_url(server).set(database=name).render_as_string(hide_password=False))


@contextmanager
def postgres_template(server: str) -> Iterator[PostgresTemplate]:
    """A database of this process on the server, brought to the newest revision, removed at the end."""
    with empty_postgres(server) as url:
        make_schema(url)
        yield PostgresTemplate(url=url)


def make_schema(url: str) -> None:
    """Bring an empty database to the newest revision, and leave no connection behind."""
    if migrate.head_revision() is None:
        raise RuntimeError(
            'there is no migration yet: write the first one with ./run revision "First schema"'
        )
    engine = make_engine(url)
    try:
        migrate.upgrade(engine)
    finally:
        engine.dispose()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Database]:
    """A database whose every change is undone at the end."""
    with engine.connect() as connection, connection.begin() as outer:
        sessions = sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        try:
            yield Database(engine=engine, sessions=sessions)
        finally:
            outer.rollback()


@contextmanager
def filled(template: Template, fill: Callable[[Engine], object]) -> Iterator[Template]:
    """Another template: a copy of this one with rows in it, removed at the end."""
    url = template.copy()
    engine = make_engine(url)
    try:
        fill(engine)
        engine.dispose()
        yield replace(template, url=url)
    finally:
        template.drop(url)


@contextmanager
def copied(template: Template) -> Iterator[Engine]:
    """An engine of a new copy of the template, removed at the end."""
    url = template.copy()
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
        template.drop(url)
