"""A small town with everybody who may stand before a door."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from matchmaker.digests.rules import iso_week
from matchmaker.digests.service import keep_paragraph
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from matchmaker.relays import service as relays
from matchmaker.vocabulary.rules import VerdictKind
from matchmaker.vocabulary.service import declare_verdict
from tests.builders import (
    add_account,
    add_citizen,
    add_group,
    add_need,
    add_organiser,
    add_person,
    add_relay,
    make_world,
)
from tests.doors import Person, signed_in, visitor, works_of

PARTS = {
    "slug": "valence-romans",
    "token": "a.b.c",
    "name": "letter",
    "size": 192,
    "digest": "0123456789ab",
    "sign_up_id": "a.b.c",
    "iso_week": "2026-W48",
    "code": "K7M2QY",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The application with a group, a need and people; ``numbers`` are the ids that routes ask for."""

    app: Flask
    people: dict[str, Person]
    numbers: dict[str, int]


def make_town(app: Flask) -> Town:
    """A visitor, a newcomer without profile, a citizen of the other territory, and somebody who is everything."""
    with works_of(app).begin() as work:
        world = make_world(work)
        everything = add_organiser(work, world.territory)
        citizen = add_citizen(work, world.territory, account=everything, skills=["vélo", "zwirbel"])
        group = add_group(work, world.challenge, lead=everything)
        need = add_need(work, group)
        relay = add_relay(work, world.territory, members=[everything])
        person = add_person(work, relay, everything, telephone="+33612345678")
        invitation = relays.invite_to_relay(
            work, relay_id=relay.id, invited_by_id=everything.id, address="invited@example.org"
        )
        newcomer = add_account(work, address="newcomer@example.org", first_name="Noé")
        elsewhere = add_citizen(
            work, world.other_territory, address="elsewhere@example.org", commune="63113", first_name="Elsa"
        )
        verdict = declare_verdict(
            work,
            territory_id=world.territory.id,
            account_id=everything.id,
            phrase="bicloune",
            other="réparation de vélos",
            kind=VerdictKind.SAME,
        )
        paragraph = keep_paragraph(
            work,
            territory_id=world.territory.id,
            week=iso_week(work.now, world.territory.time_zone),
            challenge_id=None,
            text_fr="Bonjour à toutes et à tous.",
            text_en="Hello everybody.",
            made_by=everything.id,
        )
        offered = introductions.offer(
            work,
            need_id=need.id,
            citizen_id=elsewhere.id,
            by=Actor(party=Party.CITIZEN, account_id=elsewhere.account_id),
        )
        numbers = {
            "introduction_id": offered.id,
            "account_id": everything.id,
            "edit_id": paragraph.id,
            "letter_id": 1,
            "group_id": group.id,
            "need_id": need.id,
            "citizen_id": citizen.id,
            "verdict_id": verdict.id,
            "relay_id": relay.id,
            "person_id": person.id,
            "member_id": everything.id,
            "invitation_id": invitation.id,
            "line_id": 1,
        }
    return Town(
        app=app,
        people={
            "visitor": visitor(app),
            "newcomer": signed_in(app, newcomer),
            "citizen from elsewhere": signed_in(app, elsewhere.account),
            "lead and organiser": signed_in(app, everything),
        },
        numbers=numbers,
    )


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """The routes that answer to a method, but for files."""
    for rule in app.url_map.iter_rules():
        if rule.methods is not None and method in rule.methods and rule.endpoint != "static":
            yield rule


def path_of(town: Town, rule: Rule, **other: object) -> str:
    """The path of a route for the town's group, need and person; ``other`` values instead where they are given."""
    values = {name: {**PARTS, **town.numbers, **other}[name] for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]
