"""``matchmaker organiser``: found a territory, and name who runs its desk."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.acts import Act
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.places import queries as places
from matchmaker.places.models import Organiser
from tests import builders
from tests.builders import add_account, load_communes, make_world
from tests.cli.command import Command

FOUND = (
    "organiser", "found", "--slug=romans", "--name=Romans", "--summary-fr=Ici.", "--summary-en=Here.",
    "--epci=200068781", "--commune=63113", "--challenge=Produire ici|Make it here", "--challenge=Se nourrir",
    "--weekday=5", "--hour=18",
)  # fmt: skip


def test_a_territory_is_founded_with_its_communes_and_challenges(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        load_communes(work)
    assert command.run(*FOUND).stdout == "Romans has 4 communes and 2 défis.\n"
    with live_works.begin() as work:
        territory = places.find_territory(work.session, slug="romans")
        assert territory is not None
        assert (territory.digest_weekday, territory.digest_hour) == (5, 18)
        titles = [(challenge.title_fr, challenge.title_en) for challenge in territory.challenges]
        assert titles == [("Produire ici", "Make it here"), ("Se nourrir", "Se nourrir")]
    again = command.try_to_run(*FOUND)
    assert (again.returncode, again.stderr) == (1, "Error: there is a territory 'romans' already\n")


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--slug=Romans sur Isère", "small letters"),
        ("--epci=1", "no commune belongs"),
        ("--commune=99999", "not a commune's code: 99999"),
        ("--time-zone=Romans", "not a time zone"),
        ("--challenge=", "1 to 120 characters"),
        (f"--challenge={'x' * 121}", "1 to 120 characters"),
        ("--weekday=8", "1<=x<=7"),
        ("--hour=24", "0<=x<=23"),
    ],
)
def test_a_territory_that_cannot_be_is_told_why_and_nothing_is_kept(
    command: Command, live_works: WorkFactory, option: str, why: str
) -> None:
    with live_works.begin() as work:
        load_communes(work)
    done = command.try_to_run(*FOUND, option)
    assert done.returncode in {1, 2}
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    with live_works.begin() as work:
        assert places.territories(work.session) == []


def name(
    address: str = "Orane@Example.org", first_name: str = "Orane", territory: str = "clermont"
) -> list[str]:
    """The command's arguments."""
    return [
        "organiser", "name", f"--territory={territory}", f"--address={address}", f"--first-name={first_name}",
        "--locale=en",
    ]  # fmt: skip


def test_a_named_organiser_gets_a_link_and_runs_the_desk(
    command: Command, live_works: WorkFactory, live_app: Flask
) -> None:
    with live_works.begin() as work:
        make_world(work)
    done = command.run(*name())
    assert done.stdout == "Orane runs clermont; a link to sign in is on its way.\n"
    assert "example.org" not in done.stderr
    with live_works.begin() as work:
        letter = work.session.scalars(select(OutboxMessage)).one()
        assert (letter.recipient, letter.kind) == ("orane@example.org", "accounts.sign_in")
    link = re.search(r"^http://localhost(/sign-in/\S+)$", letter.text, re.MULTILINE)
    assert link is not None


def test_a_known_address_keeps_its_account_and_naming_twice_is_naming_once(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        make_world(work)
        add_account(work, address="orane@example.org", first_name="Orane-Marie")
    for _ in range(2):
        command.run(*name(first_name="Somebody"))
    with live_works.begin() as work:
        assert work.session.scalars(select(Account.first_name)).all() == ["Orane-Marie"]
        assert len(work.session.scalars(select(Organiser)).all()) == 1


def test_who_is_removed_runs_the_desk_no_more_and_keeps_their_account(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        make_world(work)
    command.run(*name())
    remove = ("organiser", "remove", "--address=Orane@Example.org")
    elsewhere = command.try_to_run(*remove, "--territory=valence-romans")
    assert (elsewhere.returncode, elsewhere.stderr) == (
        1,
        "Error: nobody of that address runs valence-romans\n",
    )
    assert command.run(*remove, "--territory=clermont").stdout == "Orane no longer runs clermont.\n"
    assert command.try_to_run(*remove, "--territory=clermont").returncode == 1
    with live_works.begin() as work:
        assert work.session.scalars(select(Organiser)).all() == []
        assert work.session.scalars(select(Account.first_name)).all() == ["Orane"]
        about_the_desk = select(Act.action).where(Act.action.startswith("organiser.")).order_by(Act.id)
        assert work.session.scalars(about_the_desk).all() == ["organiser.named", "organiser.removed"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"territory": "nowhere"}, "there is no territory 'nowhere'"),
        ({"address": "orane"}, "@-sign"),
        ({"first_name": " "}, "1 to 60 characters"),
        ({"first_name": "x" * 61}, "1 to 60 characters"),
    ],
)
def test_who_cannot_be_named_is_told_why(
    command: Command, live_works: WorkFactory, arguments: dict[str, str], why: str
) -> None:
    with live_works.begin() as work:
        make_world(work)
    done = command.try_to_run(*name(**arguments))
    assert done.returncode == 1
    assert why in done.stderr
    with live_works.begin() as work:
        assert work.session.scalars(select(OutboxMessage)).all() == []
        assert work.session.scalars(select(Account)).all() == []


def test_a_territory_and_its_challenges_are_changed_and_told(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        load_communes(work)
    command.run(*FOUND)
    change = ("organiser", "change", "--territory=romans")
    told = command.run(*change).stdout
    assert told == (
        "Romans (Europe/Paris): Ici. | Here.\n"
        "  contact: none\n"
        "  defi-1: Produire ici | Make it here\n"
        "  defi-2: Se nourrir | Se nourrir\n"
    ), "who names nothing only looks"
    told = command.run(
        *change, "--name=Romans-Bourg", "--summary-en=There.", "--time-zone=Indian/Reunion",
        "--contact= bonjour@romans.example,  04 75 00 00 00",
        "--challenge=defi-2=Bien manger|Eat well", "--new-challenge=Bouger|Move",
    ).stdout  # fmt: skip
    assert told == (
        "Romans-Bourg (Indian/Reunion): Ici. | There.\n"
        "  contact: bonjour@romans.example, 04 75 00 00 00\n"
        "  defi-1: Produire ici | Make it here\n"
        "  defi-2: Bien manger | Eat well\n"
        "  defi-3: Bouger | Move\n"
    )
    with live_works.begin() as work:
        territory = places.find_territory(work.session, slug="romans")
        assert territory is not None
        assert (territory.digest_weekday, territory.digest_hour) == (5, 18)
        assert territory.digest_since is not None, "its letters leave at the hour of there, from now on"


def test_a_challenge_goes_if_nothing_hangs_on_it_and_a_contact_too(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        load_communes(work)
    command.run(*FOUND, "--contact=04 75 00 00 00")
    change = ("organiser", "change", "--territory=romans")
    with live_works.begin() as work:
        territory = places.find_territory(work.session, slug="romans")
        assert territory is not None
        assert territory.contact == "04 75 00 00 00"
        builders.add_group(work, territory.challenges[0], lead=add_account(work))
    refused = command.try_to_run(*change, "--remove-challenge=defi-1")
    assert (refused.returncode, refused.stderr) == (
        1,
        "Error: the défi 'defi-1' is in use: 1 in startup_groups\n",
    )
    told = command.run(*change, "--contact=", "--new-challenge=Bouger", "--remove-challenge=defi-2").stdout
    assert told.splitlines()[1:] == [
        "  contact: none",
        "  defi-1: Produire ici | Make it here",
        "  defi-3: Bouger | Bouger",
    ]
    assert "defi-4: Danser" in command.run(*change, "--new-challenge=Danser").stdout
    with live_works.begin() as work:
        territory = places.find_territory(work.session, slug="romans")
        assert territory is not None
        assert [one.slug for one in territory.challenges] == ["defi-1", "defi-3", "defi-4"]
        assert "challenge.removed" in work.session.scalars(select(Act.action)).all()


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--territory=nowhere", "there is no territory 'nowhere'"),
        ("--name=", "1 to 100 characters"),
        ("--time-zone=Romans", "not a time zone"),
        ("--challenge=defi-9=Bouger", "no défi 'defi-9'"),
        ("--challenge=defi-1=", "1 to 120 characters"),
        ("--new-challenge=", "1 to 120 characters"),
        ("--contact=" + 161 * "x", "at most 160 characters"),
        ("--remove-challenge=defi-9", "no défi 'defi-9'"),
    ],
)
def test_a_change_that_cannot_be_is_told_why_and_changes_nothing(
    command: Command, live_works: WorkFactory, option: str, why: str
) -> None:
    with live_works.begin() as work:
        load_communes(work)
    command.run(*FOUND)
    change = ("organiser", "change", "--territory=romans")
    done = command.try_to_run(*change, "--summary-fr=Là.", option)
    assert done.returncode == 1
    assert why in done.stderr
    assert "Ici." in command.run(*change).stdout
