"""Every door that acts leaves an act on record: by whom, and where."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.base.acts import Act
from matchmaker.base.verbs import Verb
from tests.databases import Database
from tests.doors import Person, works_of
from tests.house.town import (
    ELSEWHERE,
    EVERYTHING,
    NEIGHBOUR,
    NEWCOMER,
    VISITOR,
    Town,
    make_town,
    new_browser,
    rules,
)
from tests.house.valid_forms import VALID_FORMS, endpoint_of, make_ready

NO_ACTS = {"accounts.language": "the choice is kept by the browser alone"}

WHO_HAS_LEFT = {"accounts.delete"}
"""After these nobody is known any more who acted."""

OF_NO_TERRITORY = {"account_id", "token", "code", "sign_up_id"}
"""What in an address names no territory by itself."""

CHOSEN = re.compile(r"[a-z_]+|\d+|\d{4}-W\d{2}|True|False")
"""A word of the program's own, a number, or a week."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


def test_every_door_that_takes_forms_has_a_valid_one(town: Town) -> None:
    doors = {rule.endpoint for rule in rules(town.app, "POST")}
    assert {endpoint_of(key) for key in VALID_FORMS} == doors - NO_ACTS.keys()


def test_every_door_that_acts_leaves_an_act(town: Town, database: Database) -> None:
    arguments = {rule.endpoint: rule.arguments for rule in rules(town.app, "POST")}
    wrong = {}
    for key in VALID_FORMS:
        with database.undone():
            answer, acts = acts_of(town, key)
        who = town.accounts.get(VALID_FORMS[key].who)
        if answer >= 400:
            wrong[key] = f"answered {answer}"
        elif not acts:
            wrong[key] = "left nothing on record"
        elif who is not None and key not in WHO_HAS_LEFT and who not in {act.by_id for act in acts}:
            wrong[key] = "does not tell who acted"
        elif arguments[endpoint_of(key)] - OF_NO_TERRITORY and not any(act.territory_id for act in acts):
            wrong[key] = "does not tell where"
        elif not all(CHOSEN.fullmatch(f"{word}") for act in acts for word in (act.detail or {}).values()):
            wrong[key] = "tells what the program did not choose"
    assert wrong == {}


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("assisted.call not_reached", "relay.helped"),
        ("citizens.finish signed_in", "consent.given"),
        ("digests.unsubscribe", "consent.withdrawn"),
        ("digests.withdraw_edit", "week.edit_withdrawn"),
        ("introductions.act no", "introduction.step_taken"),
    ],
)
def test_what_has_a_table_of_its_own_is_among_the_acts_too(town: Town, key: str, action: str) -> None:
    _, acts = acts_of(town, key)
    assert action in {act.action for act in acts}


@pytest.mark.parametrize(
    ("key", "reader"),
    [
        ("accounts.link", NEWCOMER),
        ("introductions.answer", EVERYTHING),
        ("introductions.stop", NEIGHBOUR),
        ("digests.unsubscribe", NEIGHBOUR),
    ],
)
@pytest.mark.parametrize("browser", [VISITOR, ELSEWHERE])
def test_who_follows_a_letters_link_acts_as_its_reader(
    town: Town, key: str, reader: str, browser: str
) -> None:
    answer, acts = acts_of(town, key, new_browser(town, browser))
    assert answer < 400
    assert {act.by_id for act in acts} == {town.accounts[reader]}


def acts_of(town: Town, key: str, person: Person | None = None) -> tuple[int, list[Act]]:
    """What a door answers to its valid form, and the acts that are on record since it was sent."""
    ready = make_ready(town, key, person)
    works = works_of(town.app)
    with works.begin() as work:
        before = work.session.scalar(select(func.max(Act.id))) or 0
    answer = ready.send()
    with works.begin() as work:
        return answer.status_code, list(work.session.scalars(select(Act).where(Act.id > before)))


def test_every_verb_is_one_of_its_own() -> None:
    verbs = [
        verb for room in Verb.__subclasses__() for verb in room if room.__module__.startswith("matchmaker.")
    ]
    assert len(verbs) == len(set(verbs)) > 50
