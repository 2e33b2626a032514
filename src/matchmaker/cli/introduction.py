"""``matchmaker introduction``: the states of an introduction, drawn."""

import click

from matchmaker.introductions.rules import diagram as drawn


@click.group()
def introduction() -> None:
    """Introductions between citizens and groups."""


@introduction.command()
def diagram() -> None:
    """Print the states and who may do what in them, as a Mermaid diagram."""
    click.echo(drawn())
