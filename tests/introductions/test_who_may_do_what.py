"""Through the doors: each step of the machine has one, and whoever may not take it changes nothing."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import (
    IN_FORCE,
    OUTCOMES,
    SPOKEN,
    TABLE,
    Action,
    ClosedBecause,
    DeclineReason,
    Party,
    State,
    actions_for,
)
from tests import builders
from tests.clock import MovableClock
from tests.doors import Person, signed_in, works_of
from tests.introductions.conftest import make_pair

BUTTONS = re.compile(r'name="action" value="([a-z_]+)"')
STEPS = [
    (state, action, party)
    for (state, action), parties in TABLE.items()
    for party in parties
    if party is not Party.CLOCK
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An introduction of Camille and Gaspard's group, and everybody who may stand before its page."""

    works: WorkFactory
    introduction_id: int
    people: dict[Party | None, Person]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/introductions/{self.introduction_id}"

    def put(self, state: State) -> None:
        """Bring it into a state, as it would have come there."""
        with self.works.begin() as work:
            one = work.session.get_one(Introduction, self.introduction_id)
            one.need.places_taken = int(state in IN_FORCE)
            one.holds_place = state in IN_FORCE
            one.state, one.since = state, work.now
            one.reason = DeclineReason.OTHER if state is State.DECLINED else None
            one.closed_because = ClosedBecause.NO_ANSWER if state is State.CLOSED else None

    def state(self) -> State:
        """The state in which it is."""
        with self.works.begin() as work:
            return work.session.get_one(Introduction, self.introduction_id).state

    def act(self, party: Party | None, action: Action) -> int:
        """Press a button, with a reason where one is asked; the status of the answer."""
        data = {"action": action.value, "reason": "too_far", "share_address": "y"}
        return self.people[party].post(f"{self.path}/act", data).status_code


@pytest.fixture
def stage(app: Flask) -> Stage:
    """Camille has offered her help."""
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work, places=2)
        stranger = builders.add_account(work, address="paul@example.org", first_name="Paul")
        offered = service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
        accounts: dict[Party | None, Account | None] = {
            Party.CITIZEN: pair.citizen.account,
            Party.GROUP: pair.lead,
            Party.ORGANISER: pair.organiser,
            None: stranger,
        }
        number = offered.id
    people = {party: signed_in(app, account) for party, account in accounts.items()}
    return Stage(works=works, introduction_id=number, people=people)


@pytest.mark.parametrize(("state", "action", "party"), STEPS)
def test_every_step_of_the_machine_has_a_door(
    stage: Stage, state: State, action: Action, party: Party
) -> None:
    stage.put(state)
    assert stage.act(party, action) == 302
    assert stage.state() is TABLE[state, action][party]


@pytest.mark.parametrize("state", [state for state, action in TABLE if action is Action.CLOSE])
def test_the_clock_closes_what_nobody_answers(
    app: Flask, stage: Stage, clock: MovableClock, state: State
) -> None:
    stage.put(state)
    clock.advance(timedelta(days=45))
    service.advance(stage.works)
    assert stage.state() is State.CLOSED
    with stage.works.begin() as work:
        citizen = work.session.get_one(Introduction, stage.introduction_id).citizen
        assert citizen is not None
        account = citizen.account
    page = signed_in(app, account).get(stage.path).text
    assert "Pas de réponse en 45 jours" in page


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("state", list(State))
def test_each_page_has_exactly_the_buttons_that_its_reader_may_press(stage: Stage, state: State) -> None:
    stage.put(state)
    for party in (Party.CITIZEN, Party.GROUP, Party.ORGANISER):
        said = set(OUTCOMES) if state in SPOKEN and party is not Party.ORGANISER else set()
        shown = {Action(found) for found in BUTTONS.findall(stage.people[party].get(stage.path).text)}
        assert shown == set(actions_for(state, party)) | said, party
        for action in set(Action) - shown:
            assert stage.act(party, action) in {409, 422}, (party, action)
            assert stage.state() is state
    assert stage.people[None].get(stage.path).status_code == 404
    for action in Action:
        assert stage.act(None, action) == 404
    assert stage.state() is state


def test_a_no_without_a_reason_comes_back(stage: Stage) -> None:
    answer = stage.people[Party.GROUP].post(f"{stage.path}/act", {"action": "decline"})
    assert answer.status_code == 422
    assert "Choisissez une raison" in answer.text
    assert stage.state() is State.OFFERED


def test_an_action_that_there_is_not_is_a_bad_request(stage: Stage) -> None:
    answer = stage.people[Party.GROUP].post(f"{stage.path}/act", {"action": "marry"})
    assert answer.status_code == 400


def test_who_has_left_the_group_acts_for_it_no_more(stage: Stage) -> None:
    with stage.works.begin() as work:
        one = work.session.get_one(Introduction, stage.introduction_id)
        work.session.delete(one.group.memberships[0])
    assert stage.people[Party.GROUP].get(stage.path).status_code == 404
    assert stage.act(Party.GROUP, Action.ACCEPT) == 404
    assert stage.state() is State.OFFERED


def test_accepting_twice_says_that_it_is_done(stage: Stage) -> None:
    assert stage.act(Party.GROUP, Action.ACCEPT) == 302
    second = stage.people[Party.GROUP].post(f"{stage.path}/act", {"action": "accept", "share_address": "y"})
    assert second.status_code == 409
    assert "rien n’a été fait" in second.text


def test_accepting_what_was_withdrawn_changes_nothing(stage: Stage) -> None:
    assert stage.act(Party.CITIZEN, Action.WITHDRAW) == 302
    assert stage.act(Party.GROUP, Action.ACCEPT) == 409
    assert stage.state() is State.WITHDRAWN
