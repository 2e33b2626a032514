"""``matchmaker acts``: who did what, as it is on record."""

from datetime import timedelta

import click

from matchmaker.base.acts import KEPT, Act, acts_since
from matchmaker.cli import site, territory_named


@click.command()
@click.option("--territory", "slug", help="Only what was done in this territory.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, KEPT.days), help="How far back.")
def acts(slug: str | None, days: int) -> None:
    """Print the acts on record, a line each, the oldest first: when (UTC), who by account number, what, on which row.

    A visitor, the scheduler, a command and whoever has left since act by no account: nobody.
    """
    works = site().works
    with works.reading() as session:
        territory_id = None
        if slug is not None:
            territory_id = territory_named(session, slug).id
        since = works.clock() - timedelta(days=days)
        for act in acts_since(session, moment=since, territory_id=territory_id):
            click.echo(_line(act))


def _line(act: Act) -> str:
    who = "nobody" if act.by_id is None else f"account {act.by_id}"
    row = act.subject_kind if act.subject_id is None else f"{act.subject_kind} {act.subject_id}"
    detail = [f"{name}={value}" for name, value in (act.detail or {}).items()]
    return "  ".join([f"{act.at:%Y-%m-%d %H:%M:%S}", who, act.action, row, *detail])
