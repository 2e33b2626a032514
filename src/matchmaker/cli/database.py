"""``matchmaker db``: bring the schema up to date, check it, copy the database and go back to a copy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from matchmaker.base import copies, migrate
from matchmaker.base.db import make_engine, own_only, sqlite_file
from matchmaker.base.outbox import doubt_unsettled
from matchmaker.base.settings import PREFIX, Settings, SettingsError, database_address, load_settings
from matchmaker.base.work import system_clock
from matchmaker.cli import site

if TYPE_CHECKING:
    from matchmaker.cli.leaving_again import Record, Row


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

    On PostgreSQL this takes pg_restore and psql. It happens as a whole or not at all. Whoever has left since the copy
    was made, or taken back a consent, then does so again, as far as the database that is replaced can tell.
    """
    from matchmaker.cli import leaving_again

    with opened() as engine:
        name = engine.url.render_as_string(hide_password=True)
        if not yes:
            click.confirm(f"Replace all that is in {name}?", abort=True)
        before = leaving_again.read_record(engine)
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
        _leave_again(before, leaving_again.read_record(engine), fits=not old)


def _leave_again(before: Record | None, copy: Record | None, *, fits: bool) -> None:
    here = "Whoever has left since the copy was made is here again"
    if before is None or copy is None:
        click.echo(f"{here}, and nothing tells who: see 'Going back' in docs/running.md.")
    elif not before.is_of(copy):
        click.echo("It is a copy of another database: nobody leaves it.")
    elif not (rows := before.since(copy)):
        click.echo("Nobody has left since the copy was made.")
    elif not fits or not _is_set_up():
        click.echo(f"{here}. Next, run 'matchmaker db forget {' '.join(map(str, rows))}'.")
    else:
        _forget(rows)


def _is_set_up() -> bool:
    try:
        load_settings()
    except SettingsError:
        return False
    return True


@database.command()
@click.argument("rows", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(rows: tuple[str, ...], *, yes: bool) -> None:
    """Have people leave again who were brought back by a copy: ROWS as accounts:12, citizens:40, consents:7.

    `db restore` tells them where it cannot do this itself. Accounts and profiles are deleted, consents taken back.
    """
    from matchmaker.cli.leaving_again import read_row

    try:
        named = [read_row(text) for text in rows]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if not yes:
        click.confirm(f"Delete for good {', '.join(map(str, named))}?", abort=True)
    _forget(named)


def _forget(rows: Sequence[Row]) -> None:
    from matchmaker.cli.leaving_again import leave_again

    held = leave_again(site().works, rows)
    done = [row for row in rows if row not in held]
    if done:
        click.echo(f"Has left again: {', '.join(map(str, done))}.")
    if held:
        click.echo(
            f"Is still needed, as somebody who leads a group alone: {', '.join(map(str, held))}. Have somebody else take"
            f" over, then run 'matchmaker db forget {' '.join(map(str, held))}'."
        )
