"""``matchmaker match explain``: why a citizen is, or is not, proposed for a need."""

import click

from matchmaker.cli import site
from matchmaker.cli.match import match

__all__ = ["match"]


@match.command()
@click.option("--need", "need_id", type=int, required=True, help="The number in the need's address.")
@click.option("--citizen", "citizen_id", type=int, required=True, help="The citizen's number.")
def explain(need_id: int, citizen_id: int) -> None:
    """Tell each part of the score of one citizen for one need, from the database."""
    # Here and not above: ranking two files with the other commands of this group needs no database.
    from matchmaker.matching import queries, service

    parts = site()
    with parts.reading() as session:
        need = queries.find_need(session, need_id=need_id)
        if need is None:
            raise click.ClickException(f"there is no need {need_id}")
        try:
            found = service.explain(session, need, citizen_id=citizen_id, now=parts.works.clock())
        except LookupError as error:
            raise click.ClickException(f"there is no citizen {citizen_id}") from error
        click.echo(f"{need.title}: {found.match.total:.2f} of 100")
    if found.gate is not None:
        click.echo(f"not proposed: {found.gate.value}")
    for reason in found.match.reasons:
        kind = reason.importance.value if reason.importance else "title"
        by = f"{reason.own!r} ({reason.how.value}, {reason.strength:.2f})" if reason.how else "nothing"
        click.echo(f"  {kind} {reason.wanted!r}: {by}, {reason.points:.2f} of {reason.possible:.2f}")
    for part in found.match.parts:
        value = "" if part.value is None else f" ({part.value:g})"
        click.echo(f"{part.name.value}: {part.points:+.2f}{value}{'' if part.known else ', not known'}")
    change = found.match.best_change
    if change is not None:
        what = change.wanted or f"{change.amount:g}"
        click.echo(f"best change: {change.kind.value} {what}, {change.gain:+.2f}")
