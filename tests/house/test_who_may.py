"""Who may enter which door, derived from what each declares: everybody in two territories at everybody's doors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.web import Access, Role, access, declared_access
from tests.builders import add_account
from tests.databases import Database
from tests.doors import open_app, signed_in, works_of
from tests.house.town import Neighbours, Resident, make_neighbours, rules

HOLDERS = {
    "organiser": {"organiser"},
    "relay worker": {"worker"},
    "member": {"member", "lead"},
    "member of the group of a need": {"member", "lead"},
    "lead": {"lead"},
    "recruiter": {"member", "lead", "organiser"},
    "side of an introduction": {"helper", "member", "lead", "organiser"},
}
"""Who has which role, where they live; a citizen is one everywhere."""

CITIZENS = {"citizen", "helper"}

SHARED = {
    "groups.invitation_withdraw": "an invitation that waits no more is told so, whatever its number was",
    "introductions.propose": "who helps from afar can be asked by a group of another territory",
    "assisted.agreement": "who comes back to a sign-up that is over is told so, at their own desk",
}
"""Doors behind which something elsewhere does not make a page missing, and why."""

FORMS = {"assisted.call": {"outcome": "yes"}, "assisted.waiting_act": {"action": "accept"}}
"""What a form must say before it is asked whom it is about."""

COMING_WEEK = {endpoint: {"iso_week": "2026-W49"} for endpoint in ("digests.hold", "digests.pin")}
"""The letters of the week at hand were asked for, and nothing about them can be changed."""


class Met(StrEnum):
    """What somebody meets at a door."""

    IN = "let in"
    SIGN_IN = "asked to sign in"
    SIGN_UP = "led to the sign-up"
    FORBIDDEN = "forbidden"
    MISSING = "nothing there"
    BROKEN = "broken"


def met(answer: TestResponse) -> Met:
    """What an answer tells whoever asked."""
    if answer.status_code in {302, 303}:
        path = answer.location.partition("?")[0]
        return {"/sign-in": Met.SIGN_IN, "/join": Met.SIGN_UP}.get(path, Met.IN)
    if answer.status_code >= 500:
        return Met.BROKEN
    return {403: Met.FORBIDDEN, 404: Met.MISSING}.get(answer.status_code, Met.IN)


def due(declared: Access | Role[Any] | None, resident: Resident, place: str) -> Met:
    """What somebody must meet at a door that declares this, at an address in ``place``."""
    if declared is Access.PUBLIC:
        return Met.IN
    if resident.kind == "visitor":
        return Met.SIGN_IN
    if declared is Access.SIGNED_IN:
        return Met.IN
    assert isinstance(declared, Role)
    if declared.name == "citizen":
        return Met.IN if resident.kind in CITIZENS else Met.SIGN_UP
    if resident.place == place and resident.kind in HOLDERS[declared.name]:
        return Met.IN
    if resident.place == place and declared.name == "lead" and resident.kind == "member":
        return Met.FORBIDDEN
    return Met.MISSING


def path(rule: Rule, values: Mapping[str, object]) -> str:
    """The address of a door for these values."""
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None
    return built[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Everybody in two territories, and the database in which whatever they do is undone at once."""

    town: Neighbours
    connection: Connection

    def doors(self) -> Iterator[tuple[str, Rule]]:
        """Every door by each of its methods, but for those that a letter's link opens, whoever holds it."""
        for method in ("GET", "POST"):
            for rule in rules(self.town.app, method):
                if "token" not in rule.arguments:
                    yield method, rule

    def keys(self, resident: Resident) -> tuple[str, str]:
        """Somebody's cookie, and the token that their forms send."""
        token = resident.person.token("/")
        cookie = resident.person.client.get_cookie("session")
        assert cookie is not None
        return f"session={cookie.value}", token

    def open(
        self, method: str, rule: Rule, values: Mapping[str, object], keys: tuple[str, str], **form: str
    ) -> Met:
        """Stand before a door at its address for these values, with a form, empty if none is given, where it takes one."""
        cookie, token = keys
        client = self.town.app.test_client(use_cookies=False)
        done = self.connection.begin_nested()
        try:
            data = {**form, "csrf_token": token} if method == "POST" else None
            answer = client.open(path(rule, values), method=method, headers={"Cookie": cookie}, data=data)
            return met(answer)
        finally:
            done.rollback()

    def surprises(self, endpoint: str | None = None) -> list[str]:
        """Who meets something else than what a door declares, at its addresses in both territories."""
        found = []
        for resident in self.town.residents:
            keys, seen = self.keys(resident), set[tuple[str, str]]()
            for method, rule in self.doors():
                declared = declared_access(self.town.app, rule.endpoint)
                for place, values in self.town.values.items():
                    door = method, path(rule, values)
                    if door in seen or endpoint not in {None, rule.endpoint}:
                        continue
                    seen.add(door)
                    expected, was = due(declared, resident, place), self.open(method, rule, values, keys)
                    if was is Met.SIGN_UP and declared is Access.PUBLIC:
                        was = Met.IN
                    if was is not expected:
                        who = f"{resident.kind} of {resident.place}"
                        found.append(f"{rule.endpoint}: {who}, {' '.join(door)}: {was}, not {expected}")
        return found


@pytest.fixture
def walk(settled: None, database: Database, app: Flask) -> Walk:
    """Two territories with everybody and one of everything."""
    return Walk(town=make_neighbours(app), connection=database.sessions.kw["bind"])


def test_every_door_lets_in_whom_it_declares_and_nobody_else(walk: Walk) -> None:
    assert walk.surprises() == []


def test_what_is_elsewhere_is_not_there_for_who_has_the_role_here(walk: Walk) -> None:
    here, elsewhere = walk.town.values["here"], walk.town.values["elsewhere"]
    keys = {one.kind: walk.keys(one) for one in walk.town.residents if one.place == "here"}
    asked, shared = 0, set()
    for method, rule in walk.doors():
        declared = declared_access(walk.town.app, rule.endpoint)
        if not isinstance(declared, Role) or declared.by is None:
            continue
        if rule.arguments <= {declared.by, "iso_week"}:
            continue
        asked += 1
        mixed = {**elsewhere, declared.by: here[declared.by], **COMING_WEEK.get(rule.endpoint, {})}
        holder, form = keys[min(HOLDERS[declared.name])], FORMS.get(rule.endpoint, {})
        if walk.open(method, rule, mixed, holder, **form) is not Met.MISSING:
            shared.add(rule.endpoint)
    assert asked > 20
    assert shared == set(SHARED)


def test_the_walk_finds_a_door_that_asks_more_than_it_declares(settled: None, database: Database) -> None:
    @access(Access.SIGNED_IN)
    def careless(slug: str) -> ResponseReturnValue:
        return own_territory(slug).name

    app = open_app(database.sessions)
    app.add_url_rule("/t/<slug>/careless", "careless", careless)
    walk = Walk(town=make_neighbours(app), connection=database.sessions.kw["bind"])
    found = walk.surprises("careless")
    assert any("newcomer" in one and "nothing there, not let in" in one for one in found)
    assert not any("organiser of here, GET /t/valence-romans" in one for one in found)


def test_the_walk_finds_a_role_that_lets_others_in(settled: None, database: Database) -> None:
    generous: Role[str] = Role(
        name="organiser", by="slug", find=lambda _, account_id, slug: f"{account_id} {slug}"
    )

    @access(generous)
    def door(slug: str) -> ResponseReturnValue:
        return generous.own(slug=slug)

    app = open_app(database.sessions)
    app.add_url_rule("/t/<slug>/generous", "generous", door)
    walk = Walk(town=make_neighbours(app), connection=database.sessions.kw["bind"])
    found = walk.surprises("generous")
    assert any("organiser of elsewhere, GET /t/valence-romans" in one for one in found)
    assert any("member of here" in one and "let in, not nothing there" in one for one in found)
    assert not any(one.startswith("generous: visitor") for one in found)


def test_a_door_that_only_declares_its_role_keeps_everybody_else_out(
    settled: None, database: Database
) -> None:
    @access(ORGANISER)
    def trusting(slug: str) -> ResponseReturnValue:
        return f"secret of {slug}"

    app = open_app(database.sessions)
    app.add_url_rule("/t/<slug>/trusting", "trusting", trusting, methods=["GET", "POST"])
    walk = Walk(town=make_neighbours(app), connection=database.sessions.kw["bind"])
    assert walk.surprises("trusting") == []


def test_a_role_is_looked_up_once_a_request(database: Database) -> None:
    asked = []

    def find(session: Session, *, account_id: int, slug: str) -> str:
        asked.append((account_id, slug))
        return slug

    role = Role(name="organiser", by="slug", find=find)

    @access(role)
    def door(slug: str) -> ResponseReturnValue:
        return role.own(slug=slug) + role.own(slug=slug)

    app = open_app(database.sessions)
    app.add_url_rule("/t/<slug>/door", "door", door)
    with works_of(app).begin() as work:
        account = add_account(work)
    assert signed_in(app, account).get("/t/valence-romans/door").text == "valence-romans" * 2
    assert asked == [(account.id, "valence-romans")]


def test_every_role_is_held_by_somebody_and_found_by_its_address(app: Flask) -> None:
    declared = {}
    for rule in (*rules(app, "GET"), *rules(app, "POST")):
        role = declared_access(app, rule.endpoint)
        if isinstance(role, Role):
            declared[role.name] = role
            assert role.by is None or role.by in rule.arguments, rule.endpoint
    assert set(declared) == HOLDERS.keys() | {"citizen"}
