"""A town with more of everything than a page may show."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base
from matchmaker.base.ids import AccountId
from matchmaker.base.text import fold, name_key
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, CitizenSkill, Consent
from matchmaker.citizens.rules import ConsentChannel, ConsentPurpose
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import Importance, NeedKind, NeedState, Role, Stage
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party, State, Step
from matchmaker.places.models import Territory
from matchmaker.relays.models import Relay
from matchmaker.relays.rules import RelayKind
from matchmaker.vocabulary.models import TerritoryVerdict
from matchmaker.vocabulary.rules import VerdictKind
from tests.builders import World, find_world
from tests.digests.weeks import run_week
from tests.doors import works_of
from tests.house.town import EVERYTHING, Town, make_town

MANY = 54
"""Of each thing: more than any page may show."""

LONG = (
    "Deux après-midi par mois, à l’atelier, avec un café et un fourgon qui démarre presque à tous les coups. "
    * 3
)
COMMUNES = ("26281", "26362", "26057")


def make_crowded_town(app: Flask) -> Town:
    """The town of ``make_town``, whose somebody who is everything has to do with many of each thing."""
    town = make_town(app)
    with works_of(app).begin() as work:
        _Crowd(work, town, find_world(work.session)).come()
    return town


class _Crowd:
    """Adds to a town, by a statement for each table."""

    def __init__(self, work: Work, town: Town, world: World) -> None:
        self._work, self._town, self._world = work, town, world
        self._here = world.territory.id
        self._account = town.accounts[EVERYTHING]

    def come(self) -> None:
        """Many territories, groups, needs, relays, people, words, introductions, and the letters of this week."""
        numbers, now = self._town.numbers, self._work.now
        lead = self._add(Account, [self._of_account("crowd@example.org")])[0]
        self._add(Territory, [self._territory(number) for number in range(MANY)])
        groups = self._add(StartupGroup, [self._group(number) for number in range(MANY)])
        self._work.session.execute(
            insert(Membership),
            [
                {"group_id": group, "account_id": one, "role": Role.LEAD, "joined_at": now}
                for group in groups
                for one in (lead, self._account)
            ],
        )
        own = [numbers["group_id"]] * MANY
        needs = self._add(Need, [self._need(number, group) for number, group in enumerate([*own, *groups])])
        self._add(WantedSkill, [self._wanted(need) for need in needs])
        self._add(Relay, [self._relay(number) for number in range(MANY)])
        people = self._add(Citizen, [self._person(number) for number in range(MANY)])
        self._add(CitizenSkill, [self._skill(person, n) for person in people for n in range(2)])
        self._add(Consent, [self._consent(person) for person in people])
        run_week(self._work, territory_id=self._here, started_by=AccountId(self._account))
        self._add(
            Introduction,
            [self._introduction(need, person) for need, person in zip(needs, people, strict=False)],
        )
        self._add(TerritoryVerdict, [self._verdict(number) for number in range(MANY)])

    def _add(self, table: type[Base], rows: list[dict[str, Any]]) -> list[int]:
        key = table.metadata.tables[table.__tablename__].c.id
        returning = insert(table).returning(key, sort_by_parameter_order=True)
        return list(self._work.session.scalars(returning, rows))

    def _of_account(self, address: str) -> dict[str, Any]:
        return {"address": address, "first_name": "Lou", "locale": "fr", "created_at": self._work.now}

    def _territory(self, number: int) -> dict[str, Any]:
        here = self._world.territory
        kept = {key.name: getattr(here, key.key) for key in Territory.__table__.c if key.name != "id"}
        return {**kept, "slug": f"ailleurs-{number}", "name": f"Ailleurs {number}"}

    def _group(self, number: int) -> dict[str, Any]:
        name = f"Groupe du quartier numéro {number}"
        return {
            "territory_id": self._here,
            "challenge_id": self._world.challenge.id,
            "name": name,
            "name_key": name_key(name),
            "pitch": LONG[:180],
            "description": LONG,
            "stage": Stage.CREATION,
            "locale": "fr",
            "created_at": self._work.now - timedelta(minutes=number),
        }

    def _need(self, number: int, group: int) -> dict[str, Any]:
        return {
            "group_id": group,
            "territory_id": self._here,
            "kind": NeedKind.SKILL,
            "state": NeedState.OPEN,
            "title": f"Réparer nos vélos de livraison, tournée {number}",
            "description": LONG,
            "places": 3,
            "places_taken": 0,
            "places_by_hand": 0,
            "asked_times": 0,
            "hours_a_week": 2,
            "commune_code": COMMUNES[number % 3],
            "remote": bool(number % 2),
            "created_at": self._work.now - timedelta(minutes=number),
        }

    def _wanted(self, need: int) -> dict[str, Any]:
        return {
            "need_id": need,
            "position": 0,
            "phrase": "réparation de vélos",
            "language": "fr",
            "importance": Importance.MUST,
            "concept_id": "repair.bicycle-repair",
            "confirmed": True,
        }

    def _relay(self, number: int) -> dict[str, Any]:
        name = f"Bibliothèque du quartier {number}"
        return {
            "territory_id": self._here,
            "commune_code": COMMUNES[number % 3],
            "kind": RelayKind.LIBRARY,
            "name": name,
            "name_key": name_key(name),
            "created_at": self._work.now,
        }

    def _person(self, number: int) -> dict[str, Any]:
        return {
            "relay_id": self._town.numbers["relay_id"],
            "own_first_name": f"Marcelle {number}",
            "own_locale": "fr",
            "territory_id": self._here,
            "commune_code": "26281",
            "remote": True,
            "created_at": self._work.now,
        }

    def _skill(self, person: int, position: int) -> dict[str, Any]:
        known = {"phrase": "réparer des vélos", "concept_id": "repair.bicycle-repair", "confirmed": True}
        strange = {"phrase": f"zwirbel {person}", "concept_id": None, "confirmed": False}
        return {
            "citizen_id": person,
            "position": position,
            "language": "fr",
            **(strange if position else known),
        }

    def _consent(self, person: int) -> dict[str, Any]:
        return {
            "citizen_id": person,
            "purpose": ConsentPurpose.WEEKLY_LETTER,
            "channel": ConsentChannel.IN_PERSON,
            "shown_text": "Une lettre par semaine.",
            "locale": "fr",
            "given_at": self._work.now,
            "recorded_by_id": self._account,
            "relay_id": self._town.numbers["relay_id"],
        }

    def _introduction(self, need: int, person: int) -> dict[str, Any]:
        return {
            "need_id": need,
            "citizen_id": person,
            "group_id": self._town.numbers["group_id"],
            "territory_id": self._here,
            "begun_by": Party.CITIZEN,
            "begun_at": self._work.now - timedelta(days=22),
            "state": State.OFFERED,
            "since": self._work.now - timedelta(days=22),
            "step": Step.ON_THE_BOARD,
            "holds_place": False,
            "score": 80.0,
        }

    def _verdict(self, number: int) -> dict[str, Any]:
        phrase, other = f"bidule {number}", f"truc {number}"
        return {
            "territory_id": self._here,
            "phrase": phrase,
            "other": other,
            "folded_a": fold(phrase),
            "folded_b": fold(other),
            "kind": VerdictKind.SAME,
            "decided_by_id": self._account,
            "decided_at": self._work.now,
        }
