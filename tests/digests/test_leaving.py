"""Who leaves while their letter is on its way gets none, and who comes back in the same week gets no second one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import ORMExecuteState, Session

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestRun
from matchmaker.digests.rules import EditKind, Frequency
from matchmaker.digests.service.runs import plan_run
from matchmaker.groups.models import Need
from matchmaker.places.models import Challenge
from matchmaker.post import delivery
from matchmaker.post.delivery import Delivered
from tests import builders
from tests.builders import World, make_settings
from tests.clock import MovableClock
from tests.digests.weeks import add_quiet_need, run_due
from tests.kernel.scripted_smtp import ScriptedServer, scripted_server

CAMILLE = "camille@example.org"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A mail server in whose conversation the test can do something."""
    with scripted_server() as opened:
        yield opened


@pytest.fixture
def settings(server: ScriptedServer) -> Settings:
    """Settings that send to it."""
    return make_settings(mail_host="127.0.0.1", mail_port=server.port, mail_timeout=60)


@pytest.fixture
def world(settled: None, live_works: WorkFactory) -> World:
    """A town in which Camille and Lou are told of a need this week."""
    with live_works.begin() as work:
        world = builders.find_world(work.session)
        add_quiet_need(work, world.challenge)
        builders.add_citizen(work, world.territory, address=CAMILLE)
        builders.add_citizen(work, world.territory, address="lou@example.org", first_name="Lou")
        for territory in (world.territory, world.other_territory):
            territory.created_at = work.now - timedelta(days=2)
    return world


def stop_letters(work: Work) -> None:
    """The one click of the letter."""
    account_id = work.session.scalars(select(Account.id).where(Account.address == CAMILLE)).one()
    service.stop_letters(work, account_id=account_id)


def withdraw(work: Work) -> None:
    """The consent is withdrawn at the profile."""
    citizens.withdraw_weekly_letter(work, citizen_id=camilles_profile(work))


def erase(work: Work) -> None:
    """The profile is deleted, and with it the account."""
    assert citizens.delete_profile(work, citizen_id=camilles_profile(work))


def camilles_profile(work: Work) -> int:
    """The number of Camille's profile."""
    return work.session.scalars(select(Citizen.id).join(Account).where(Account.address == CAMILLE)).one()


def run_of(works: WorkFactory, world: World) -> int:
    """The number of the territory's run."""
    with works.begin() as work:
        return work.session.scalars(
            select(DigestRun.id).where(DigestRun.territory_id == world.territory.id)
        ).one()


@pytest.mark.parametrize("leave", [stop_letters, withdraw, erase])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
def test_who_leaves_after_their_letter_was_claimed_gets_none(
    live_works: WorkFactory,
    settings: Settings,
    server: ScriptedServer,
    world: World,
    leave: Callable[[Work], None],
    verb: str,
) -> None:
    run_due(live_works)

    def leave_now(said: str) -> None:
        if said == verb and server.verbs.count(verb) == 1:
            with live_works.begin() as work:
                leave(work)

    server.before = leave_now
    assert delivery.deliver(live_works, settings) == Delivered(sent=1)
    (received,) = server.letters
    assert CAMILLE.encode() not in received
    with live_works.begin() as work:
        query = select(OutboxMessage.state).order_by(OutboxMessage.id)
        assert list(work.session.scalars(query)) == [MessageState.SKIPPED, MessageState.SENT]


@pytest.mark.parametrize("leave", [stop_letters, withdraw, erase])
def test_who_leaves_while_the_letters_are_held_gets_none_when_they_go_on(
    live_works: WorkFactory,
    settings: Settings,
    server: ScriptedServer,
    world: World,
    leave: Callable[[Work], None],
) -> None:
    run_due(live_works)
    run_id = run_of(live_works, world)
    with live_works.begin() as work:
        assert service.pause_run(work, run_id=run_id)
        leave(work)
    with live_works.begin() as work:
        assert service.resume_run(work, run_id=run_id)
    assert delivery.deliver(live_works, settings) == Delivered(sent=1)
    assert CAMILLE.encode() not in server.letters[0]


@pytest.mark.parametrize(("days", "sent"), [(0, 1), (-1, 2)])
def test_a_break_takes_a_letter_back_up_to_its_last_day(
    live_works: WorkFactory, settings: Settings, server: ScriptedServer, world: World, days: int, sent: int
) -> None:
    run_due(live_works)
    with live_works.begin() as work:
        service.choose_letters(
            work,
            account_id=work.session.scalars(select(Account.id).where(Account.address == CAMILLE)).one(),
            frequency=Frequency.WEEKLY,
            paused_until=work.now.date() + timedelta(days=days),
            about_introductions=True,
        )
    assert delivery.deliver(live_works, settings) == Delivered(sent=sent)


@pytest.mark.parametrize("leave", [stop_letters, withdraw, erase])
def test_who_leaves_between_the_plan_and_the_writing_gets_none(
    live_works: WorkFactory,
    settings: Settings,
    server: ScriptedServer,
    world: World,
    leave: Callable[[Work], None],
) -> None:
    service.request_due(live_works)
    run_id = run_of(live_works, world)
    assert plan_run(live_works, run_id=run_id)
    with live_works.begin() as work:
        leave(work)
    service.advance(live_works)
    assert delivery.deliver(live_works, settings) == Delivered(sent=1)
    assert CAMILLE.encode() not in server.letters[0]


@pytest.mark.parametrize("leave", [stop_letters, withdraw, erase])
def test_who_leaves_while_the_week_is_planned_need_not_wait_and_gets_none(
    live_works: WorkFactory,
    settings: Settings,
    server: ScriptedServer,
    world: World,
    leave: Callable[[Work], None],
) -> None:
    service.request_due(live_works)

    def leave_now() -> None:
        with live_works.begin() as work:
            leave(work)

    service.advance(amid_reading(live_works, leave_now))
    service.advance(live_works)
    assert delivery.deliver(live_works, settings) == Delivered(sent=1)
    assert CAMILLE.encode() not in server.letters[0]


def test_of_two_processes_that_plan_a_week_one_keeps_it(live_works: WorkFactory, world: World) -> None:
    service.request_due(live_works)
    run_id = run_of(live_works, world)
    second: list[bool] = []
    first = amid_reading(live_works, lambda: second.append(plan_run(live_works, run_id=run_id)))
    assert plan_run(first, run_id=run_id)
    assert second == [False], "who finds somebody at it lets them"
    assert not plan_run(live_works, run_id=run_id)
    with live_works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(DigestLetter)) == 2


def test_who_is_asked_to_end_while_planning_keeps_nothing_and_the_next_does_all(
    live_works: WorkFactory, world: World
) -> None:
    service.request_due(live_works)
    run_id = run_of(live_works, world)
    asked: list[bool] = []
    amid = amid_reading(live_works, lambda: asked.append(True))

    def letters() -> int | None:
        with live_works.begin() as work:
            return work.session.scalar(select(func.count()).select_from(DigestLetter))

    assert not plan_run(amid, run_id=run_id, going_on=lambda: not asked)
    assert (asked, letters()) == ([True], 0)
    assert plan_run(live_works, run_id=run_id)
    assert letters() == 2


def test_planning_asks_at_every_reader_whether_to_go_on_and_keeps_nothing_when_not(
    live_works: WorkFactory, world: World
) -> None:
    """It asks when somebody's needs are ranked, before the choice, and when somebody's lines are put together."""
    service.request_due(live_works)
    run_id = run_of(live_works, world)

    def plan(answers: int) -> tuple[bool, int]:
        """Whether a plan is kept when going on is allowed so many times, and how often it was asked for."""
        asked: list[bool] = []

        def going_on() -> bool:
            asked.append(True)
            return len(asked) <= answers

        return plan_run(live_works, run_id=run_id, going_on=going_on), len(asked)

    readers = 2
    questions = 2 * readers + 1
    assert [plan(answers) for answers in range(questions)] == [
        (False, answers + 1) for answers in range(questions)
    ]
    assert plan(questions) == (True, questions)


def amid_reading(works: WorkFactory, happening: Callable[[], object]) -> WorkFactory:
    """Units of work whose first reading session has read the people when something happens elsewhere."""
    waiting = [happening]

    def opened() -> Session:
        session = works.reading()

        def people_are_read(state: ORMExecuteState) -> None:
            if waiting and "citizen_skills" in str(state.statement):
                waiting.pop()()

        event.listen(session, "do_orm_execute", people_are_read)
        return session

    return replace(works, reading=opened)


def test_who_is_erased_and_joins_again_in_the_same_week_gets_no_second_letter(
    live_works: WorkFactory, settings: Settings, server: ScriptedServer, world: World, clock: MovableClock
) -> None:
    run_due(live_works)
    assert delivery.deliver(live_works, settings) == Delivered(sent=2)
    with live_works.begin() as work:
        erase(work)
    with live_works.begin() as work:
        # Home is the other territory now, whose run of this week is still to come.
        builders.add_citizen(work, world.other_territory, address=CAMILLE, commune="63113")
        challenge = work.session.scalars(
            select(Challenge).where(Challenge.territory_id == world.other_territory.id)
        ).one()
        builders.add_need(work, builders.add_group(work, challenge, name="Autre"), commune="63113")
        run = work.session.scalars(
            select(DigestRun).where(DigestRun.territory_id == world.other_territory.id)
        ).one()
        work.session.delete(run)
    run_due(live_works)
    assert delivery.deliver(live_works, settings).sent == 0
    clock.advance(timedelta(days=7))
    run_due(live_works)
    delivery.deliver(live_works, settings)
    mine = [letter for letter in server.letters if CAMILLE.encode() in letter]
    assert len(mine) == 2, "one each week"


def test_wishes_and_edits_about_somebody_do_not_keep_their_account(
    live_works: WorkFactory, world: World
) -> None:
    with live_works.begin() as work:
        stop_letters(work)
        need_id = work.session.scalars(select(Need.id)).one()
        camille = work.session.get_one(Citizen, camilles_profile(work))
        work.session.add(
            DigestEdit(
                territory_id=world.territory.id,
                iso_week="2026-W48",
                kind=EditKind.HOLD,
                account_id=camille.account_id,
                need_id=need_id,
                made_at=work.now,
            )
        )
    with live_works.begin() as work:
        erase(work)
    with live_works.begin() as work:
        assert work.session.scalar(select(Account).where(Account.address == CAMILLE)) is None
        assert work.session.scalar(select(DigestEdit)) is None
