"""Walking to all doors as everybody in two territories: what each meets there, and what is written meanwhile."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from matchmaker.web import Access, Role, declared_access
from tests.house.town import Neighbours, Resident, rules

HOLDERS = {
    "organiser": {"organiser"},
    "relay worker": {"worker"},
    "member": {"member", "lead"},
    "member of the group of a need": {"member", "lead"},
    "lead": {"lead"},
    "member, even once the group has ended": {"member", "lead"},
    "lead or team of the territory, even once the group has ended": {"lead", "organiser"},
    "recruiter": {"member", "lead", "organiser"},
    "side of an introduction": {"helper", "member", "lead", "organiser"},
}
"""Who has which role, where they live; a citizen is one everywhere."""

CITIZENS = {"citizen", "helper"}

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


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

    @contextmanager
    def written(self) -> Iterator[set[str]]:
        """The tables to which the block writes."""
        tables: set[str] = set()

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if found := WRITES.match(statement):
                tables.add(found[1])

        event.listen(self.connection, "before_cursor_execute", note)
        try:
            yield tables
        finally:
            event.remove(self.connection, "before_cursor_execute", note)

    def page(self, rule: Rule, values: Mapping[str, object], keys: tuple[str, str]) -> str:
        """What somebody reads behind a door; nothing where it leads elsewhere."""
        client = self.town.app.test_client(use_cookies=False)
        answer = client.get(path(rule, values), headers={"Cookie": keys[0]})
        return answer.text if answer.status_code == 200 and answer.mimetype == "text/html" else ""

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
            keys, seen = resident.person.keys(), set[tuple[str, str]]()
            for method, rule in self.doors():
                declared = declared_access(self.town.app, rule.endpoint)
                for place, values in self.town.values.items():
                    door = method, path(rule, values)
                    if door in seen or endpoint not in {None, rule.endpoint}:
                        continue
                    seen.add(door)
                    with self.written() as tables:
                        expected, was = due(declared, resident, place), self.open(method, rule, values, keys)
                    if was is Met.SIGN_UP and declared is Access.PUBLIC:
                        was = Met.IN
                    who = f"{resident.kind} of {resident.place}"
                    if was is not expected:
                        found.append(f"{rule.endpoint}: {who}, {' '.join(door)}: {was}, not {expected}")
                    if tables and expected is not Met.IN:
                        found.append(f"{rule.endpoint}: {who}, {' '.join(door)}: wrote to {sorted(tables)}")
        return found
