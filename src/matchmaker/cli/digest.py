"""``matchmaker digest``: run the weekly letters without the scheduler, and see how they stand."""

import click

from matchmaker.base.i18n import format_moment, using
from matchmaker.cli import site, territory_named
from matchmaker.digests import queries, service
from matchmaker.digests.rules import iso_week
from matchmaker.places import queries as places


@click.group()
def digest() -> None:
    """The weekly letters."""


@digest.command()
@click.option(
    "--territory", "slug", help="Run this territory's week now, whatever its day; else all that is due."
)
def run(slug: str | None) -> None:
    """Queue the letters of the week. The scheduler or the next `matchmaker scheduler` sends them."""
    works = site().works
    if slug is None:
        number = service.request_due(works)
        click.echo(f"Weeks run: {number}, letters queued: {service.advance(works)}")
        return
    try:
        with works.begin() as work:
            territory = territory_named(work.session, slug)
            week = service.request_week(work, territory_id=territory.id, started_by=None).iso_week
    except service.AlreadyRun:
        click.echo(f"{slug}: this week was run before, nothing is sent again")
        return
    click.echo(f"{slug} {week}: {service.advance(works)} letters queued")


@digest.command()
def status() -> None:
    """Each territory's week: whether it ran, and what became of its letters."""
    parts = site()
    now = parts.works.clock()
    with parts.reading() as session, using("en"):
        for territory in places.territories(session):
            week = iso_week(now, territory.time_zone)
            coming = service.coming(session, territory, now=now)
            after = f"next {format_moment(coming.leaves_at, territory.time_zone)} ({territory.time_zone})"
            this = queries.find_run(session, territory_id=territory.id, iso_week=week)
            if this is None:
                click.echo(f"{territory.slug} {week}: not run, {after}")
                continue
            stand = queries.progress(session, this)
            waiting = stand.unwritten + stand.waiting
            click.echo(
                f"{territory.slug} {week}: {this.state.value}, sent {stand.sent}, waiting {waiting}, "
                f"failed {stand.failed}, in doubt {stand.in_doubt}, on paper {stand.paper}, {after}"
            )
