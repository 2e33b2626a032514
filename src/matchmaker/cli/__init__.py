"""The command ``matchmaker``. Settings come from the environment; a missing one is a clear line and exit 2."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from matchmaker.places.models import Territory
    from matchmaker.web import Site

COMMANDS = {
    "account": "matchmaker.cli.account:account",
    "acts": "matchmaker.cli.acts:acts",
    "catalogue": "matchmaker.cli.catalogue_check:catalogue",
    "db": "matchmaker.cli.database:database",
    "demo": "matchmaker.cli.demo:demo",
    "digest": "matchmaker.cli.digest:digest",
    "doctor": "matchmaker.cli.doctor:doctor",
    "ideas": "matchmaker.cli.ideas:ideas",
    "introduction": "matchmaker.cli.introduction:introduction",
    "mail": "matchmaker.cli.mail:mail",
    "match": "matchmaker.cli.match_database:match",
    "organiser": "matchmaker.cli.travel:organiser",
    "scheduler": "matchmaker.cli.processes:scheduler",
    "serve": "matchmaker.cli.processes:serve",
    "skills": "matchmaker.cli.skills:skills",
}


class LazyGroup(click.Group):
    """Imports a command when it is called: ranking two files needs no Flask, and help needs neither."""

    def list_commands(self, context: click.Context) -> list[str]:  # noqa: ARG002
        """The names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command of that name."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup)
def cli() -> None:
    """Connect citizens to the startups of their territory."""


def site(*, waits: bool = False) -> Site:
    """The installation that the environment describes; says what is missing, or what to do first, and exits 2 otherwise.

    A database that cannot be reached raises SQLAlchemy's error, unless the process ``waits`` for it to come back.
    """
    from sqlalchemy.exc import OperationalError

    from matchmaker.app import create_app
    from matchmaker.base import migrate
    from matchmaker.base.logs import set_up_logs
    from matchmaker.base.settings import SettingsError, unknown_settings
    from matchmaker.web import EXTENSION

    try:
        app = create_app()
    except SettingsError as error:
        for line in str(error).splitlines():
            click.echo(line, err=True)
        raise SystemExit(2) from error
    for line in unknown_settings(os.environ):
        click.echo(line, err=True)
    set_up_logs(app.extensions[EXTENSION].settings.log_level)
    parts: Site = app.extensions[EXTENSION]
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(parts.engine.dispose)
    try:
        with parts.reading() as session:
            old = migrate.too_old(session.connection())
    except OperationalError:
        if not waits:
            raise
        old = None
    if old is not None:
        click.echo(old, err=True)
        raise SystemExit(2)
    return parts


def territory_named(session: Session, slug: str) -> Territory:
    """The territory of this short name; a ClickException when there is none."""
    from matchmaker.places import queries

    territory = queries.find_territory(session, slug=slug)
    if territory is None:
        raise click.ClickException(f"there is no territory {slug!r}")
    return territory


def main() -> None:
    """Run the command line. A database that fails meanwhile is told in one line, and the exit is 1."""
    try:
        cli(prog_name="matchmaker")
    except Exception as error:
        # Imported now: most of the command line needs no database.
        from sqlalchemy.exc import InterfaceError, OperationalError

        if not isinstance(error, (InterfaceError, OperationalError)):
            raise
        click.echo(f"Error: the database cannot be used: {str(error.orig).splitlines()[0]}", err=True)
        raise SystemExit(1) from error
