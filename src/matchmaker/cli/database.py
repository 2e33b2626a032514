"""``matchmaker db``: bring the schema up to date, check it, copy an SQLite file safely."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from matchmaker.base import migrate
from matchmaker.base.db import make_engine, own_only, sqlite_file
from matchmaker.base.settings import PREFIX, Settings


def database_url() -> str:
    """The configured database; the schema needs no other setting."""
    default = Settings.model_fields["database_url"].default
    return os.environ.get(f"{PREFIX}DATABASE_URL", str(default))


@contextmanager
def opened() -> Iterator[Engine]:
    """An engine of the configured database; says in one line what is wrong with its address or its server."""
    try:
        engine = make_engine(database_url())
    except (ArgumentError, ValueError) as error:
        click.echo(f"{PREFIX}DATABASE_URL: is not the address of a database", err=True)
        raise SystemExit(2) from error
    try:
        yield engine
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise click.ClickException(f"the database cannot be used: {reason}") from error
    finally:
        engine.dispose()


@click.group()
def database() -> None:
    """Migrate, check and back up the database."""


@database.command()
@click.option(
    "--wait", is_flag=True, help="Let each step take the time it takes; no page should be open then."
)
def upgrade(*, wait: bool) -> None:
    """Bring the database to this version's schema.

    On PostgreSQL it gives up, and changes nothing, when a table is in use for two seconds or a step takes more than
    five: pages would have to wait.
    """
    with opened() as engine:
        try:
            migrate.upgrade(engine, click.echo, wait=wait)
        except migrate.SchemaError as error:
            raise click.ClickException(str(error)) from error
        file = sqlite_file(engine)
        if file is not None:
            own_only(file)
        click.echo(f"The database is at revision {migrate.current_revision(engine)}.")


@database.command()
def check() -> None:
    """Tell whether the database fits this version; exit 1 if not."""
    with opened() as engine:
        current, head = migrate.current_revision(engine), migrate.head_revision()
        if current != head:
            raise click.ClickException(
                f"the database is at revision {current or 'none'}, this version needs {head}"
            )
        differences = migrate.differences(engine)
        for difference in differences:
            click.echo(difference, err=True)
        if differences:
            raise click.ClickException("the database differs from what this version expects")
        click.echo(f"The database is at revision {head} and fits.")


@database.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def backup(target: Path) -> None:
    """Copy a running SQLite database to TARGET, its write-ahead log included."""
    with opened() as engine:
        name = engine.url.database if engine.dialect.name == "sqlite" else None
    if not name:
        raise click.ClickException("this copies SQLite files; for PostgreSQL use pg_dump")
    if target.exists():
        raise click.ClickException(f"{target} exists already")
    # A copy that was begun is not left behind under the name of a whole one.
    begun = target.with_name(f".{target.name}.part")
    try:
        with (
            closing(sqlite3.connect(f"{Path(name).absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(begun)) as copy,
        ):
            own_only(begun)
            source.backup(copy)
        begun.rename(target)
    except (sqlite3.Error, OSError) as error:
        begun.unlink(missing_ok=True)
        raise click.ClickException(f"{name} cannot be copied to {target}: {error}") from error
    click.echo(f"Copied to {target}.")
