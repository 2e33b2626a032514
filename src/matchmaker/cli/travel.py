"""``matchmaker organiser travel``: how much longer ways are than a straight line."""

import click

from matchmaker.cli import site, territory_named
from matchmaker.cli.organiser import organiser
from matchmaker.places import queries, service

__all__ = ["organiser"]


@organiser.command()
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option(
    "--percent", type=int, help="How long ways are, in per cent of the straight line: 170 in mountains."
)
@click.option("--between", nargs=2, help="Codes of two communes between which that holds, as over a ferry.")
@click.option("--forget", is_flag=True, help="Take back what was said, of these communes or of all.")
def travel(slug: str, percent: int | None, between: tuple[str, str] | None, forget: bool) -> None:
    """Say how much longer ways are than a straight line, in a territory or between two communes; then tell all of it."""
    if forget and percent is not None:
        raise click.ClickException("either a percentage or --forget")
    if between is not None and percent is None and not forget:
        raise click.ClickException("say how long the way is by --percent, or take it back by --forget")
    with site().works.begin() as work:
        territory = territory_named(work.session, slug)
        if forget or percent is not None:
            try:
                service.set_travel(work, territory_id=territory.id, percent=percent, between=between)
            except service.InvalidTerritory as error:
                raise click.ClickException(str(error)) from error
        click.echo(f"{territory.name}: ways have {territory.travel_percent} % of the straight line")
        for detour, one, other in queries.detours_of(work.session, territory_id=territory.id):
            click.echo(f"  {one.name} ({one.code}) to {other.name} ({other.code}): {detour.percent} %")
