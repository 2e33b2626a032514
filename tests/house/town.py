"""A small town with everybody who may stand before a door."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from matchmaker.accounts.models import Account
from matchmaker.assisted.service import Answers, note_answers
from matchmaker.base import heartbeats
from matchmaker.base.ids import RelayId
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests.rules import iso_week
from matchmaker.digests.service import keep_paragraph
from matchmaker.groups.models import Membership, StartupGroup
from matchmaker.groups.rules import Role
from matchmaker.groups.service import leave_group, remove_member
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from matchmaker.invitations import service as invitations
from matchmaker.places.models import Challenge
from matchmaker.places.service import name_organiser
from matchmaker.relays import service as relays
from matchmaker.vocabulary.rules import VerdictKind
from matchmaker.vocabulary.service import declare_verdict
from tests.builders import (
    account_of,
    add_account,
    add_citizen,
    add_group,
    add_need,
    add_organiser,
    add_person,
    add_relay,
    find_world,
)
from tests.digests.weeks import run_week
from tests.doors import Person, signed_in, visitor, works_of

VISITOR, NEWCOMER, ELSEWHERE = "visitor", "newcomer", "citizen from elsewhere"
NEIGHBOUR, EVERYTHING = "neighbour", "lead and organiser"

PARTS = {
    "slug": "valence-romans",
    "token": "a.b.c",
    "name": "letter",
    "size": 192,
    "digest": "0123456789ab",
    "sign_up_id": "a.b.c",
    "iso_week": "2026-W48",
    "code": "K7M2QY",
    "page": "help",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The application with a group, a need and people; ``numbers`` are the ids that routes and forms ask for."""

    app: Flask
    accounts: dict[str, int]
    people: dict[str, Person]
    numbers: dict[str, int]


def make_town(app: Flask) -> Town:
    """A newcomer without profile, a citizen from elsewhere, a neighbour who could help, and somebody who is everything."""
    with works_of(app).begin() as work:
        world = find_world(work.session)
        everything = add_organiser(work, world.territory)
        citizen = add_citizen(work, world.territory, account=everything, skills=["vélo", "zwirbel"])
        newcomer = add_account(work, address="newcomer@example.org", first_name="Noé")
        elsewhere = add_citizen(
            work, world.other_territory, address="elsewhere@example.org", commune="63113", first_name="Elsa"
        )
        neighbour = add_citizen(work, world.territory, address="neighbour@example.org", first_name="Nina")
        numbers = furnish(
            work, world.challenge, organiser=everything, lead=everything, worker=everything, offers=elsewhere
        )
        numbers |= {
            "other_id": _add_member(work, numbers["group_id"], add_account(work, address="mia@example.org")),
            "citizen_id": citizen.id,
            "account_id": everything.id,
            "letter_id": 1,
            "line_id": 1,
            "challenge_id": world.challenge.id,
            "neighbour_id": neighbour.id,
        }
    accounts = {
        NEWCOMER: newcomer,
        ELSEWHERE: account_of(elsewhere),
        NEIGHBOUR: account_of(neighbour),
        EVERYTHING: everything,
    }
    return Town(
        app=app,
        accounts={who: account.id for who, account in accounts.items()},
        people={VISITOR: visitor(app)} | {who: signed_in(app, account) for who, account in accounts.items()},
        numbers=numbers,
    )


def furnish(
    work: Work,
    challenge: Challenge,
    *,
    organiser: Account,
    lead: Account,
    worker: Account,
    offers: Citizen,
    commune: str = "26281",
) -> dict[str, int]:
    """One of everything in the territory of a défi, with its people; the ids that routes ask for."""
    territory = challenge.territory
    # A scheduler runs, as in every town; without one the service says that it is not ready.
    heartbeats.note(work, {heartbeats.SCHEDULER: work.now})
    group = add_group(work, challenge, lead=lead)
    need = add_need(work, group, commune=commune)
    relay = add_relay(work, territory, members=[worker], commune=commune)
    person = add_person(work, relay, worker, telephone="+33612345678", commune=commune)
    invitation = invitations.invite(
        work,
        relays.INVITATION,
        subject_id=relay.id,
        invited_by_id=organiser.id,
        address="invited@example.org",
    )
    verdict = declare_verdict(
        work,
        territory_id=territory.id,
        account_id=organiser.id,
        phrase="bicloune",
        other="réparation de vélos",
        kind=VerdictKind.SAME,
    )
    paragraph = keep_paragraph(
        work,
        territory_id=territory.id,
        week=iso_week(work.now, territory.time_zone),
        challenge_id=None,
        text_fr="Bonjour à toutes et à tous.",
        text_en="Hello everybody.",
        made_by=organiser.id,
    )
    offered = introductions.offer(
        work,
        need_id=need.id,
        citizen_id=offers.id,
        by=Actor(party=Party.CITIZEN, account_id=offers.account_id),
    )
    return {
        "introduction_id": offered.id,
        "edit_id": paragraph.id,
        "group_id": group.id,
        "need_id": need.id,
        "verdict_id": verdict.id,
        "relay_id": relay.id,
        "person_id": person.id,
        "member_id": worker.id,
        "invitation_id": invitation.id,
    }


def _add_member(work: Work, group_id: int, account: Account) -> int:
    work.session.add(
        Membership(group_id=group_id, account_id=account.id, role=Role.MEMBER, joined_at=work.now)
    )
    work.session.flush()
    return account.id


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """The routes that answer to a method, but for files."""
    for rule in app.url_map.iter_rules():
        if rule.methods is not None and method in rule.methods and rule.endpoint != "static":
            yield rule


def new_browser(town: Town, who: str) -> Person:
    """Somebody of the town, or a visitor, with another browser than in ``people``."""
    if who not in town.accounts:
        return visitor(town.app)
    with works_of(town.app).begin() as work:
        account = work.session.get_one(Account, town.accounts[who])
    return signed_in(town.app, account)


def path_to(town: Town, endpoint: str, **other: object) -> str:
    """The path of a door that takes forms, as ``path_of`` makes it."""
    rule = next(rule for rule in rules(town.app, "POST") if rule.endpoint == endpoint)
    return path_of(town, rule, **other)


def path_of(town: Town, rule: Rule, **other: object) -> str:
    """The path of a route for the town's group, need and person; ``other`` values instead where they are given."""
    values = {name: {**PARTS, **town.numbers, **other}[name] for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody with a browser: what they are, and in which of the two territories."""

    kind: str
    place: str | None
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The application with one of everything, and everybody, in each of two territories; the values of addresses there."""

    app: Flask
    residents: tuple[Resident, ...]
    values: dict[str, dict[str, object]]


def make_neighbours(app: Flask) -> Neighbours:
    """In each territory an organiser, a group with lead and member, a relay with a worker, and a citizen who offers help.

    Two more were members of the group: one was removed, one has left.

    Besides them a citizen with no part in anything, the lead of another group, a newcomer without profile, a visitor.
    """
    accounts: dict[tuple[str, str | None], Account] = {}
    values: dict[str, dict[str, object]] = {}
    with works_of(app).begin() as work:
        world = find_world(work.session)
        other = world.other_territory.challenges[0]
        for place, challenge, commune in (("here", world.challenge, "26281"), ("elsewhere", other, "63113")):
            own = {
                kind: add_account(work, address=f"{kind}@{place}.example", first_name=kind.title())
                for kind in ("organiser", "lead", "member", "worker", "helper", "removed", "left")
            }
            accounts |= {(kind, place): account for kind, account in own.items()}
            values[place] = _furnish_whole(work, challenge, own, commune=commune)
        stranger = add_citizen(work, world.territory, address="stranger@example.org")
        accounts["citizen", "here"] = account_of(stranger)
        rival = add_account(work, address="rival@example.org")
        add_group(work, world.challenge, name="Les Ateliers du Fleuve", lead=rival)
        accounts["lead of another group", "here"] = rival
        accounts["newcomer", None] = add_account(work, address="newcomer@example.org")
    residents = [Resident(kind="visitor", place=None, person=visitor(app))]
    residents += [
        Resident(kind=kind, place=place, person=signed_in(app, account))
        for (kind, place), account in accounts.items()
    ]
    return Neighbours(app=app, residents=tuple(residents), values=values)


def _furnish_whole(
    work: Work, challenge: Challenge, own: Mapping[str, Account], *, commune: str
) -> dict[str, object]:
    """One of everything, letters of this week among it, and the values of all addresses."""
    territory = challenge.territory
    name_organiser(work, territory_id=territory.id, account_id=own["organiser"].id)
    helper = add_citizen(work, territory, account=own["helper"], commune=commune)
    numbers = furnish(
        work,
        challenge,
        organiser=own["organiser"],
        lead=own["lead"],
        worker=own["worker"],
        offers=helper,
        commune=commune,
    )
    group = work.session.get_one(StartupGroup, numbers["group_id"])
    other = _add_member(work, group.id, own["member"])
    for kind in ("removed", "left"):
        _add_member(work, group.id, own[kind])
    remove_member(work, group_id=group.id, account_id=own["removed"].id, by_id=own["lead"].id)
    leave_group(work, group_id=group.id, account_id=own["left"].id)
    # Beside the need for which help was offered already, one for the letters of this week and one for the next.
    add_need(work, group, title="Réparer les remorques", commune=commune)
    run = run_week(work, territory_id=territory.id, started_by=own["organiser"].id)
    add_need(work, group, title="Réparer les triporteurs", commune=commune)
    draft = note_answers(
        work,
        relay_id=RelayId(numbers["relay_id"]),
        answers=Answers(
            first_name="Ida",
            locale="fr",
            address=None,
            commune_code=commune,
            skills=[("couture", None)],
            challenge_ids=(),
            hours_a_week=None,
            radius_km=None,
            remote=False,
        ),
    )
    mailed = next(one for one in run.letters if one.account_id == own["helper"].id)
    on_paper = next(one for one in run.letters if one.relay_id is not None)
    return {
        **PARTS,
        **numbers,
        "other_id": other,
        "slug": territory.slug,
        "account_id": own["helper"].id,
        "citizen_id": helper.id,
        "letter_id": mailed.id,
        "line_id": on_paper.lines[0].id,
        "code": on_paper.lines[0].code,
        "sign_up_id": draft.id,
    }
