"""Who may enter which door, derived from what each declares: everybody in two territories at everybody's doors."""

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.web import Access, Role, access, declared_access
from tests.builders import add_account
from tests.databases import Database
from tests.doors import open_app, signed_in, works_of
from tests.house.town import make_neighbours, rules
from tests.house.walk import HOLDERS, Met, Walk

SHARED = {
    "groups.invitation_withdraw": "an invitation that waits no more is told so, whatever its number was",
    "assisted.agreement": "who comes back to a sign-up that is over is told so, at their own desk",
}
"""Doors behind which something elsewhere does not make a page missing, and why."""

FORMS = {"assisted.call": {"outcome": "yes"}, "assisted.waiting_act": {"action": "accept"}}
"""What a form must say before it is asked whom it is about."""

NO_ROWS = ("iso_week", "page")
"""What of an address names no row of a territory, but the same everywhere."""

COMING_WEEK = {endpoint: {"iso_week": "2026-W49"} for endpoint in ("digests.hold", "digests.pin")}
"""The letters of the week at hand were asked for, and nothing about them can be changed."""


@pytest.fixture
def walk(settled: None, database: Database, app: Flask) -> Walk:
    """Two territories with everybody and one of everything."""
    return Walk(town=make_neighbours(app), connection=database.sessions.kw["bind"])


@pytest.mark.unmeasured
@pytest.mark.sqlite_daily
def test_every_door_lets_in_whom_it_declares_and_nobody_else(walk: Walk) -> None:
    assert walk.surprises() == []


def test_what_is_elsewhere_is_not_there_for_who_has_the_role_here(walk: Walk) -> None:
    here, elsewhere = walk.town.values["here"], walk.town.values["elsewhere"]
    keys = {one.kind: one.person.keys() for one in walk.town.residents if one.place == "here"}
    asked, shared = 0, set()
    for method, rule in walk.doors():
        declared = declared_access(walk.town.app, rule.endpoint)
        if not isinstance(declared, Role) or declared.by is None:
            continue
        if rule.arguments <= {declared.by, *NO_ROWS}:
            continue
        asked += 1
        mixed = {**elsewhere, declared.by: here[declared.by], **COMING_WEEK.get(rule.endpoint, {})}
        form = FORMS.get(rule.endpoint, {})
        for kind in sorted(HOLDERS[declared.name]):
            was = walk.open(method, rule, mixed, keys[kind], **form)
            if was is not (Met.FORBIDDEN if (declared.name, kind) == ("lead", "member") else Met.MISSING):
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
