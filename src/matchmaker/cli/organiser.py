"""``matchmaker organiser``: found a territory, and say who runs its desk."""

import click

from matchmaker.accounts import service as accounts
from matchmaker.accounts.rules import NAME_LENGTH, InvalidAddress, canonical_address
from matchmaker.base.work import Work
from matchmaker.cli import site
from matchmaker.places import queries as places_queries
from matchmaker.places import service as places


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
        territory_id = _territory_id(work, slug)
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
        territory_id = _territory_id(work, slug)
        account = accounts.find_account(work.session, address=canonical)
        if account is None or not places.is_organiser(
            work.session, territory_id=territory_id, account_id=account.id
        ):
            raise click.ClickException(f"nobody of that address runs {slug}")
        places.remove_organiser(work, territory_id=territory_id, account_id=account.id)
        first_name = account.first_name
    click.echo(f"{first_name} no longer runs {slug}.")


def _territory_id(work: Work, slug: str) -> int:
    territory = places_queries.find_territory(work.session, slug=slug)
    if territory is None:
        raise click.ClickException(f"there is no territory {slug!r}")
    return territory.id


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
                epcis=epcis,
                communes=communes,
                time_zone=time_zone,
                digest_weekday=weekday,
                digest_hour=hour,
            )
            for position, titles in enumerate(challenges):
                title_fr, _, title_en = titles.partition("|")
                places.add_challenge(
                    work,
                    territory=territory,
                    slug=f"defi-{position + 1}",
                    title_fr=title_fr.strip(),
                    title_en=(title_en or title_fr).strip(),
                    description_fr="",
                    description_en="",
                )
        except places.InvalidTerritory as error:
            raise click.ClickException(str(error)) from error
        count = places_queries.count_communes(work.session, territory_id=territory.id)
    click.echo(f"{name} has {count} communes and {len(challenges)} défis.")
