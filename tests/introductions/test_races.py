"""Two at the same moment, over connections of their own: one gets it, the other a clear answer, and nothing is lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.groups import service as groups
from matchmaker.groups.models import Need
from matchmaker.groups.rules import ActionNotAllowed, NeedAction, NeedState
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction, IntroductionEvent, NoticeDay
from matchmaker.introductions.rules import Action, DeclineReason, NotAllowed, Party, State
from matchmaker.introductions.service import Actor
from tests import builders
from tests.doors import works_of
from tests.introductions.conftest import Pair, make_pair
from tests.races import at_once

REFUSALS = (
    service.NoPlaceLeft,
    service.AskedEnough,
    service.AlreadyIntroduced,
    service.GroupOwesAnswers,
    service.NeedNotOpen,
    NotAllowed,
    ActionNotAllowed,
    LookupError,
)


@pytest.fixture
def works(live_app: Flask) -> WorkFactory:
    """Units of work with a connection each."""
    return works_of(live_app)


@pytest.fixture
def pair(works: WorkFactory) -> Pair:
    """Camille and Gaspard, really committed."""
    with works.begin() as work:
        return make_pair(work)


def helpers(works: WorkFactory, pair: Pair, number: int) -> list[Citizen]:
    """More citizens who repair bicycles."""
    with works.begin() as work:
        return [
            builders.add_citizen(work, pair.world.territory, address=f"aide-{one}@example.org")
            for one in range(number)
        ]


def offer(pair: Pair, citizen: Citizen, *, need_id: int | None = None) -> Callable[[Work], int]:
    """Somebody says that they could help."""
    actor = Actor(party=Party.CITIZEN, account_id=citizen.account_id)

    def do(work: Work) -> int:
        return service.offer(work, need_id=need_id or pair.need.id, citizen_id=citizen.id, by=actor).id

    return do


def act(introduction_id: int, action: Action, by: Actor) -> Callable[[Work], State]:
    """Somebody takes a step."""

    def do(work: Work) -> State:
        reason = DeclineReason.OTHER if action is Action.DECLINE else None
        return service.act(work, introduction_id=introduction_id, action=action, by=by, reason=reason).state

    return do


def check_places(works: WorkFactory) -> None:
    """A need has as many places taken as introductions hold, never more than there are."""
    with works.begin() as work:
        for need in work.session.scalars(select(Need)):
            held = queries.places_held(work.session, need_id=need.id)
            assert held + need.places_by_hand == need.places_taken <= need.places


def refusals(answers: Sequence[object]) -> list[type]:
    """What was refused, by kind."""
    return [type(one) for one in answers if isinstance(one, Exception)]


def test_of_two_who_take_the_last_place_one_gets_it(works: WorkFactory, pair: Pair) -> None:
    people = helpers(works, pair, 2)
    with works.begin() as work:
        begun = [offer(pair, one)(work) for one in people]
    answers = at_once(works, [act(one, Action.ACCEPT, pair.as_group) for one in begun], *REFUSALS)
    assert answers.count(State.ACCEPTED) == 1
    # The other one was closed with the last place, or found none left: both are a clear answer.
    assert refusals(answers)[0] in {service.NoPlaceLeft, NotAllowed}
    with works.begin() as work:
        states = set(work.session.scalars(select(Introduction.state)))
        assert states == {State.ACCEPTED, State.CLOSED}
        assert work.session.get_one(Need, pair.need.id).state is NeedState.FILLED
    check_places(works)


def test_accepting_twice_at_once_takes_one_place(works: WorkFactory, pair: Pair) -> None:
    with works.begin() as work:
        work.session.get_one(Need, pair.need.id).places = 3
        begun = offer(pair, pair.citizen)(work)
    answers = at_once(works, [act(begun, Action.ACCEPT, pair.as_group)] * 3, *REFUSALS)
    assert answers.count(State.ACCEPTED) == 1
    assert refusals(answers) == [NotAllowed, NotAllowed]
    with works.begin() as work:
        steps = work.session.scalars(select(IntroductionEvent.action).order_by(IntroductionEvent.id)).all()
        assert steps == [None, Action.ACCEPT]
    check_places(works)


def test_a_withdrawal_and_an_acceptance_at_once_end_as_one_of_them(works: WorkFactory, pair: Pair) -> None:
    with works.begin() as work:
        begun = offer(pair, pair.citizen)(work)
    at_once(
        works,
        [act(begun, Action.ACCEPT, pair.as_group), act(begun, Action.WITHDRAW, pair.as_citizen)],
        *REFUSALS,
    )
    with works.begin() as work:
        assert work.session.get_one(Introduction, begun).state is State.WITHDRAWN
        assert work.session.get_one(Need, pair.need.id).state is NeedState.OPEN
    check_places(works)


def test_three_groups_that_ask_one_citizen_at_once_ask_twice(works: WorkFactory, pair: Pair) -> None:
    asks: list[Callable[[Work], int]] = []
    with works.begin() as work:
        for number in range(3):
            group = builders.add_group(work, pair.world.challenge, name=f"Groupe {number}")
            need = builders.add_need(work, group, wanted=("réparer des vélos",))
            actor = Actor(party=Party.GROUP, account_id=group.memberships[0].account_id)

            def ask(work: Work, need_id: int = need.id, actor: Actor = actor) -> int:
                return service.propose(work, need_id=need_id, citizen_id=pair.citizen.id, by=actor).id

            asks.append(ask)
    answers = at_once(works, asks, *REFUSALS)
    assert refusals(answers) == [service.AskedEnough]
    with works.begin() as work:
        places = work.session.scalars(select(Introduction.asked_place).order_by(Introduction.asked_place))
        assert places.all() == [1, 2]


def test_five_who_offer_at_once_to_one_group_keep_it_at_three(works: WorkFactory, pair: Pair) -> None:
    people = helpers(works, pair, 5)
    with works.begin() as work:
        work.session.get_one(Need, pair.need.id).places = 9
    answers = at_once(works, [offer(pair, one) for one in people], *REFUSALS)
    assert refusals(answers) == [service.GroupOwesAnswers] * 2


def test_offered_and_asked_at_once_is_one_introduction(works: WorkFactory, pair: Pair) -> None:
    def ask(work: Work) -> int:
        return service.propose(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_group).id

    at_once(works, [offer(pair, pair.citizen), ask, offer(pair, pair.citizen)], *REFUSALS)
    with works.begin() as work:
        one = work.session.scalars(select(Introduction)).one()
        assert one.state in {State.OFFERED, State.ACCEPTED}
    check_places(works)


def test_a_need_filled_by_hand_while_it_is_accepted_has_no_place_too_many(
    works: WorkFactory, pair: Pair
) -> None:
    with works.begin() as work:
        begun = offer(pair, pair.citizen)(work)

    def fill(work: Work) -> NeedState:
        return groups.act_on_need(work, need_id=pair.need.id, action=NeedAction.FILL_PLACE).state

    answers = at_once(works, [act(begun, Action.ACCEPT, pair.as_group), fill], *REFUSALS)
    assert len(refusals(answers)) == 1
    with works.begin() as work:
        assert work.session.get_one(Need, pair.need.id).places_taken == 1


def test_who_is_erased_while_a_group_accepts_leaves_no_place_behind(works: WorkFactory, pair: Pair) -> None:
    with works.begin() as work:
        begun = offer(pair, pair.citizen)(work)

    def leave(work: Work) -> bool:
        return citizens.delete_profile(work, citizen_id=pair.citizen.id)

    at_once(works, [act(begun, Action.ACCEPT, pair.as_group), leave], *REFUSALS)
    service.advance(works)
    with works.begin() as work:
        one = work.session.get_one(Introduction, begun)
        assert (one.citizen_id, one.state, one.match) == (None, State.CLOSED, None)
    check_places(works)


def test_two_schedulers_at_once_write_one_letter(works: WorkFactory, pair: Pair) -> None:
    with works.begin() as work:
        offer(pair, pair.citizen)(work)

    def beat(_: int) -> int:
        service.advance(works)
        return service.send_notices(works)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(beat, range(4))) == 1
    with works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1
        assert work.session.scalar(select(func.count()).select_from(NoticeDay)) == 1
