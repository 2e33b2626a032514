"""The places of a need: who holds them, what the group says of them, and what becomes of them when it changes its mind."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedAction, NeedState
from matchmaker.groups.service import act_on_need
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction, NeedFollower, Notice
from matchmaker.introductions.rules import Action, NoticeKind, Party
from matchmaker.introductions.service import Actor
from tests import builders
from tests.doors import Person, signed_in, works_of
from tests.groups.needs import answers
from tests.groups.pages import error_beside, words
from tests.introductions.conftest import Pair, make_pair


@pytest.fixture
def pair(app: Flask) -> Pair:
    """A need of two places, really there."""
    with works_of(app).begin() as work:
        return make_pair(work, places=2)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    """The units of work of the doors."""
    return works_of(app)


@pytest.fixture
def gaspard(app: Flask, pair: Pair) -> Person:
    """He leads the group."""
    return signed_in(app, pair.lead)


def agree(works: WorkFactory, pair: Pair, *names: str) -> Sequence[int]:
    """People offer their help, and the group says yes; the ids of the introductions."""
    agreed = []
    with works.begin() as work:
        for name in names:
            citizen = builders.add_citizen(
                work, pair.world.territory, address=f"{name.lower()}@example.org", first_name=name
            )
            actor = Actor(party=Party.CITIZEN, account_id=citizen.account_id)
            one = service.offer(work, need_id=pair.need.id, citizen_id=citizen.id, by=actor)
            service.act(work, introduction_id=one.id, action=Action.ACCEPT, by=pair.as_group)
            agreed.append(one.id)
    return agreed


def stands(works: WorkFactory, pair: Pair) -> tuple[NeedState, int, int]:
    """The state of the need, its places, and how many of them are taken."""
    with works.begin() as work:
        need = work.session.get_one(Need, pair.need.id)
        return need.state, need.places, need.places_taken


def ask_for(gaspard: Person, pair: Pair, places: int) -> str:
    """Change the places of the need on its page; what stands beside them if they were refused."""
    edit = f"/needs/{pair.need.id}/edit"
    return error_beside(gaspard.fill_in(edit, answers("save", places=str(places))).text, "places")


def test_fewer_places_than_people_who_agreed_are_refused_by_their_names(
    works: WorkFactory, pair: Pair, gaspard: Person
) -> None:
    agree(works, pair, "Hugo", "Inès")
    told = ask_for(gaspard, pair, 1)
    assert "Hugo, Inès" in told
    assert "au moins 2" in told
    assert stands(works, pair) == (NeedState.FILLED, 2, 2)


def test_more_places_open_the_need_and_tell_who_follows_it(
    works: WorkFactory, pair: Pair, gaspard: Person
) -> None:
    agree(works, pair, "Hugo", "Inès")
    account_id = pair.citizen.account_id
    assert account_id is not None
    with works.begin() as work:
        service.follow(work, need_id=pair.need.id, account_id=account_id)
    assert ask_for(gaspard, pair, 3) == ""
    assert stands(works, pair) == (NeedState.OPEN, 3, 2)
    service.advance(works)
    with works.begin() as work:
        assert work.session.scalars(select(NeedFollower)).all() == []
        told = select(Notice.account_id).where(Notice.kind == NoticeKind.REOPENED)
        assert work.session.scalars(told).all() == [account_id]


def test_places_that_people_hold_are_not_opened_again_by_a_button(
    works: WorkFactory, pair: Pair, gaspard: Person
) -> None:
    agree(works, pair, "Hugo", "Inès")
    answer = gaspard.post(f"/needs/{pair.need.id}/state", {"action": "reopen"})
    assert answer.location == f"/needs/{pair.need.id}/edit"
    assert "Hugo, Inès" in words(gaspard.get(answer.location).text)
    assert stands(works, pair) == (NeedState.FILLED, 2, 2)


def test_what_the_group_said_itself_gives_way_but_nobody_who_agreed(works: WorkFactory, pair: Pair) -> None:
    agree(works, pair, "Hugo")
    with works.begin() as work:
        act_on_need(work, need_id=pair.need.id, action=NeedAction.FILL_PLACE)
        assert act_on_need(work, need_id=pair.need.id, action=NeedAction.REOPEN).places_taken == 1
        act_on_need(work, need_id=pair.need.id, action=NeedAction.FILL_PLACE)
    assert stands(works, pair) == (NeedState.FILLED, 2, 2)


def test_fewer_places_let_go_what_the_group_said_itself(
    works: WorkFactory, pair: Pair, gaspard: Person
) -> None:
    agree(works, pair, "Hugo")
    with works.begin() as work:
        act_on_need(work, need_id=pair.need.id, action=NeedAction.FILL_PLACE)
    assert ask_for(gaspard, pair, 1) == ""
    assert stands(works, pair) == (NeedState.FILLED, 1, 1)


def test_who_has_left_and_holds_a_place_until_the_clock_comes_is_nobody_by_name(
    works: WorkFactory, pair: Pair, gaspard: Person
) -> None:
    (left, _) = agree(works, pair, "Hugo", "Inès")
    with works.begin() as work:
        work.session.get_one(Introduction, left).citizen_id = None
    assert "une personne qui n’est plus là, Inès" in ask_for(gaspard, pair, 1)


def test_a_place_is_counted_by_the_rows_that_hold_one(works: WorkFactory, pair: Pair) -> None:
    """Whatever a need says meanwhile: the next step counts anew."""
    first, second = agree(works, pair, "Hugo", "Inès")
    with works.begin() as work:
        work.session.get_one(Need, pair.need.id).places_taken = 1
    with works.begin() as work:
        service.act(work, introduction_id=first, action=Action.WITHDRAW, by=pair.as_group)
    assert stands(works, pair) == (NeedState.OPEN, 2, 1)
    with works.begin() as work:
        assert work.session.get_one(Introduction, second).holds_place
        assert work.session.get(Citizen, pair.citizen.id) is not None
