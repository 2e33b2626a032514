"""``matchmaker organiser``: found a territory, and say who runs its desk."""

from dataclasses import replace
from itertools import count
from zoneinfo import available_timezones

import click

from matchmaker.accounts import service as accounts
from matchmaker.accounts.rules import NAME_LENGTH, InvalidAddress, canonical_address
from matchmaker.base.work import Work
from matchmaker.cli import site, territory_named
from matchmaker.digests import service as digests
from matchmaker.places import queries as places_queries
from matchmaker.places import service as places
from matchmaker.places.models import Territory


@click.group()
def organiser() -> None:
    """Territories and the people who run them."""


@organiser.command()
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option("--address", required=True, help="The organiser's e-mail address.")
@click.option("--first-name", required=True)
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def name(slug: str, address: str, first_name: str, locale: str) -> None:
    """Name an organiser. They get a link to sign in; a known address keeps its account."""
    canonical = _canonical(address)
    with site().works.begin() as work:
        territory_id = territory_named(work.session, slug).id
        first_name = " ".join(first_name.split())
        if not 1 <= len(first_name) <= NAME_LENGTH:
            raise click.ClickException(f"a first name has 1 to {NAME_LENGTH} characters")
        account = accounts.open_account(work, address=canonical, first_name=first_name, locale=locale)
        places.name_organiser(work, territory_id=territory_id, account_id=account.id)
        accounts.post_sign_in_link(work, account=account)
    click.echo(f"{first_name} runs {slug}; a link to sign in is on its way.")


@organiser.command()
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option("--address", required=True, help="The organiser's e-mail address.")
def remove(slug: str, address: str) -> None:
    """End an organiser's access to the desk, at once. Their account stays."""
    canonical = _canonical(address)
    with site().works.begin() as work:
        territory_id = territory_named(work.session, slug).id
        account = accounts.find_account(work.session, address=canonical)
        if account is None or not places.is_organiser(
            work.session, territory_id=territory_id, account_id=account.id
        ):
            raise click.ClickException(f"nobody of that address runs {slug}")
        places.remove_organiser(work, territory_id=territory_id, account_id=account.id)
        first_name = account.first_name
    click.echo(f"{first_name} no longer runs {slug}.")


def _canonical(address: str) -> str:
    try:
        return canonical_address(address)
    except InvalidAddress as error:
        raise click.ClickException(str(error)) from error


@organiser.command("found")
@click.option(
    "--slug", required=True, help="The territory's short name in addresses: small letters and hyphens."
)
@click.option("--name", required=True, help="Its name, as Valence-Romans.")
@click.option("--summary-fr", required=True)
@click.option("--summary-en", required=True)
@click.option("--contact", help="How people reach its team, in one line: an address, a telephone number.")
@click.option(
    "--epci", "epcis", multiple=True, help="Code of an intercommunalité whose communes belong to it."
)
@click.option("--commune", "communes", multiple=True, help="INSEE code of a single commune.")
@click.option(
    "--challenge", "challenges", multiple=True, required=True, help="A défi as 'French title|English title'."
)
@click.option("--time-zone", default="Europe/Paris", show_default=True)
@click.option(
    "--weekday",
    type=click.IntRange(1, 7),
    default=2,
    show_default=True,
    help="Day of the letter, 1 is Monday.",
)
@click.option("--hour", type=click.IntRange(0, 23), default=8, show_default=True, help="Hour of the letter.")
def found(
    slug: str,
    name: str,
    summary_fr: str,
    summary_en: str,
    contact: str | None,
    epcis: tuple[str, ...],
    communes: tuple[str, ...],
    challenges: tuple[str, ...],
    time_zone: str,
    weekday: int,
    hour: int,
) -> None:
    """Found a territory of communes, with its défis."""
    with site().works.begin() as work:
        try:
            territory = places.found_territory(
                work,
                slug=slug,
                name=name,
                summary_fr=summary_fr,
                summary_en=summary_en,
                contact=contact,
                epcis=epcis,
                communes=communes,
                time_zone=time_zone,
                digest_weekday=weekday,
                digest_hour=hour,
            )
            for titles in challenges:
                _add_challenge(work, territory, titles)
        except places.InvalidTerritory as error:
            raise click.ClickException(str(error)) from error
        communes_there = places_queries.count_communes(work.session, territory_id=territory.id)
    click.echo(f"{name} has {communes_there} communes and {len(challenges)} défis.")


@organiser.command()
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option("--name", help="Its new name. The short name stays, and so do links.")
@click.option("--summary-fr")
@click.option("--summary-en")
@click.option("--contact", help="How people reach its team, in one line; empty takes it away.")
@click.option("--time-zone", help="Its letters then leave at their hour there.")
@click.option(
    "--challenge",
    "changed",
    multiple=True,
    help="Another title for a défi, as 'defi-2=French title|English title'.",
)
@click.option("--new-challenge", "added", multiple=True, help="A défi more, as 'French title|English title'.")
@click.option(
    "--remove-challenge", "removed", multiple=True, help="A défi less, as defi-2, if nothing hangs on it."
)
def change(
    slug: str,
    name: str | None,
    summary_fr: str | None,
    summary_en: str | None,
    contact: str | None,
    time_zone: str | None,
    changed: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> None:
    """Change what a territory says of itself, its time zone and its défis. What is not named stays; then all is told."""
    with site().works.begin() as work:
        territory = territory_named(work.session, slug)
        try:
            if not (name is summary_fr is summary_en is contact is None):
                places.change_territory(
                    work,
                    territory_id=territory.id,
                    name=name,
                    summary_fr=summary_fr,
                    summary_en=summary_en,
                    contact=contact,
                )
            if time_zone is not None:
                _move(work, territory, time_zone)
            for one in changed:
                which, _, titles = one.partition("=")
                title_fr, title_en = _titles(titles)
                places.change_challenge(
                    work, territory_id=territory.id, slug=which, title_fr=title_fr, title_en=title_en
                )
            for titles in added:
                _add_challenge(work, territory, titles)
            for which in removed:
                places.remove_challenge(work, territory_id=territory.id, slug=which)
        except places.InvalidTerritory as error:
            raise click.ClickException(str(error)) from error
        click.echo(
            f"{territory.name} ({territory.time_zone}): {territory.summary_fr} | {territory.summary_en}"
        )
        click.echo(f"  contact: {territory.contact or 'none'}")
        for challenge in places_queries.challenges_of(work.session, territory_id=territory.id):
            click.echo(f"  {challenge.slug}: {challenge.title_fr} | {challenge.title_en}")


def _move(work: Work, territory: Territory, time_zone: str) -> None:
    if time_zone not in available_timezones():
        raise click.ClickException(f"{time_zone!r} is not a time zone")
    schedule = replace(digests.schedule_of(territory), time_zone=time_zone)
    digests.set_schedule(work, territory_id=territory.id, schedule=schedule, offered=(), skipped=())


def _add_challenge(work: Work, territory: Territory, titles: str) -> None:
    title_fr, title_en = _titles(titles)
    known = {challenge.slug for challenge in territory.challenges}
    slug = next(slug for number in count(len(known) + 1) if (slug := f"defi-{number}") not in known)
    places.add_challenge(
        work,
        territory=territory,
        slug=slug,
        title_fr=title_fr,
        title_en=title_en,
        description_fr="",
        description_en="",
    )


def _titles(text: str) -> tuple[str, str]:
    """Both titles of "French title|English title"; one alone is for both languages."""
    title_fr, _, title_en = text.partition("|")
    return title_fr.strip(), (title_en or title_fr).strip()
