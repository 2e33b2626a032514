"""``matchmaker db``: bring the schema up to date, check it, copy the database and go back to a copy."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from matchmaker.base import copies, migrate
from matchmaker.base.db import make_engine, own_only, sqlite_file
from matchmaker.base.outbox import doubt_unsettled
from matchmaker.base.settings import PREFIX, Settings, database_address
from matchmaker.base.work import system_clock


def database_url() -> str:
    """The configured database; the schema needs no other setting."""
    default = Settings.model_fields["database_url"].default
    return os.environ.get(f"{PREFIX}DATABASE_URL", str(default))


@contextmanager
def opened() -> Iterator[Engine]:
    """An engine of the configured database; says in one line what is wrong with its address or its server."""
    try:
        engine = make_engine(database_address(database_url()))
    except ValueError as error:
        click.echo(f"{PREFIX}DATABASE_URL: {error}", err=True)
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
    """Migrate, check, back up and restore the database."""


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
    """Copy the database to TARGET while the service runs: an SQLite file, or a dump of PostgreSQL by pg_dump.

    TARGET must not be there yet. Nobody but you may read it.
    """
    with opened() as engine:
        try:
            copies.back_up(engine, target)
        except copies.CopyError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"Copied to {target}.")


@database.command()
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(source: Path, *, yes: bool) -> None:
    """Put a copy that `db backup` made in the place of all that the database has now. Stop the processes first.

    On PostgreSQL this takes pg_restore and psql. It happens as a whole or not at all.
    """
    with opened() as engine:
        name = engine.url.render_as_string(hide_password=True)
        if not yes:
            click.confirm(f"Replace all that is in {name}?", abort=True)
        try:
            copies.put_back(engine, source)
        except copies.CopyError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{source} was put back.")
        doubtful = doubt_unsettled(engine, now=system_clock())
        if doubtful:
            click.echo(
                f"Letters that waited then, and may have left since: {doubtful} ('matchmaker mail doubts')."
            )
        with engine.connect() as connection:
            old = migrate.too_old(connection)
        click.echo(f"Now {old}." if old else "The database fits this version.")
        click.echo("Who has left since the copy was made is here again: see 'Going back' in docs/running.md.")
