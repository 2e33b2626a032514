"""The week's letters: who gets what, once, and why nobody else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from matchmaker.base.db import make_session_factory
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.digests import loading, queries, service
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import RunState, Silence
from matchmaker.digests.service.writing import write_letters
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from matchmaker.matching.rules import match_from_mapping
from matchmaker.places.models import Territory
from matchmaker.post import delivery
from tests import builders
from tests.builders import NOW, World
from tests.digests.weeks import add_quiet_need, plan_run, run_due, run_week
from tests.doors import make_app, site_of, statements_of, works_of
from tests.mailbox import Mailbox

WEEK = timedelta(days=7)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    return works_of(app)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def compose(work: Work, territory: Territory, *, now: datetime | None = None) -> loading.Plan:
    """The plan of the week at a moment."""
    moment = now or work.now
    return loading.compose(work.session, territory, now=moment, tokens=work.tokens, seed=1)


def later(work: Work, by: timedelta) -> Work:
    """The same transaction at a later moment."""
    return replace(work, now=work.now + by)


def outbox(session: Session) -> list[OutboxMessage]:
    """The weekly letters that were queued, in their order."""
    session.flush()
    query = select(OutboxMessage).where(OutboxMessage.kind == "digests.weekly").order_by(OutboxMessage.id)
    return list(session.scalars(query))


def test_the_week_queues_one_letter_for_each_reader_with_something_to_read(
    work: Work, world: World, need: Need
) -> None:
    camille = builders.add_citizen(work, world.territory)
    builders.add_citizen(work, world.territory, skills=["couture"], address="none@example.org")
    builders.add_citizen(work, world.territory, address="quiet@example.org", consents=False)
    builders.add_citizen(work, world.other_territory, address="far@example.org", commune="63113")

    run = run_week(work, territory_id=world.territory.id, started_by=None)

    (message,) = outbox(work.session)
    assert message.recipient == "camille@example.org"
    assert need.title in message.text
    assert f"http://localhost/needs/{need.id}" in message.text
    assert (run.iso_week, run.state) == ("2026-W48", RunState.SENDING)
    assert run.silences == {"nothing_fits": 1, "no_consent": 1, "off": 1}
    letter = work.session.scalars(select(DigestLetter)).one()
    assert (letter.account_id, letter.message_id) == (camille.account_id, message.id)
    (line,) = letter.lines
    assert line.match is not None
    assert match_from_mapping(line.match).citizen_id == camille.id
    assert line.need_id == need.id


def test_the_plan_says_why_somebody_gets_nothing(work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory, first_name="Camille")
    run_week(work, territory_id=world.territory.id, started_by=None)
    builders.add_citizen(
        work, world.territory, skills=["couture"], address="none@example.org", first_name="Nadia"
    )
    builders.add_citizen(
        work, world.territory, address="quiet@example.org", consents=False, first_name="Quentin"
    )

    plan = compose(work, world.territory, now=work.now + WEEK)

    assert plan.letters == ()
    assert {person.first_name: why for person, why in plan.silent} == {
        "Lou": Silence.OFF,
        "Camille": Silence.ALL_TOLD,
        "Nadia": Silence.NOTHING_FITS,
        "Quentin": Silence.NO_CONSENT,
    }
    assert plan.eligible == 2


def test_running_a_week_twice_is_refused_and_sends_nothing_twice(
    works: WorkFactory, work: Work, world: World, need: Need
) -> None:
    builders.add_citizen(work, world.territory)
    work.session.commit()
    with works.begin() as first:
        run_week(first, territory_id=world.territory.id, started_by=None)

    with pytest.raises(service.AlreadyRun), works.begin() as second:
        run_week(second, territory_id=world.territory.id, started_by=None)

    assert len(outbox(work.session)) == 1


def test_a_run_that_another_process_started_meanwhile_is_the_same_refusal(
    works: WorkFactory, work: Work, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    # What the other process committed after we looked: the constraint is the last judge.
    monkeypatch.setattr(queries, "find_run", lambda *_, **__: None)

    with pytest.raises(service.AlreadyRun), works.begin() as second:
        run_week(second, territory_id=world.territory.id, started_by=None)


def test_the_next_week_tells_only_what_is_new(work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory)
    run_week(work, territory_id=world.territory.id, started_by=None)
    silent = run_week(later(work, WEEK), territory_id=world.territory.id, started_by=None)
    assert silent.silences == {"all_told": 1, "off": 1}

    fresh = builders.add_need(work, need.group, title="Régler des dérailleurs", wanted=["mécano vélo"])
    run_week(later(work, 2 * WEEK), territory_id=world.territory.id, started_by=None)

    _, second = outbox(work.session)
    assert fresh.title in second.text
    assert need.title not in second.text


def test_a_letter_holds_five_lines_at_most_and_the_rest_comes_the_week_after(
    work: Work, world: World, need: Need
) -> None:
    for number in range(6):
        builders.add_need(work, need.group, title=f"Vélo {number}")
    builders.add_citizen(work, world.territory)

    run_week(work, territory_id=world.territory.id, started_by=None)
    run_week(later(work, WEEK), territory_id=world.territory.id, started_by=None)

    letters = work.session.scalars(select(DigestLetter).order_by(DigestLetter.id)).all()
    assert [len(letter.lines) for letter in letters] == [5, 2]
    told = [line.need_id for letter in letters for line in letter.lines]
    assert len(set(told)) == 7


@pytest.mark.parametrize("state", [NeedState.DRAFT, NeedState.FILLED, NeedState.CLOSED])
def test_needs_that_are_not_open_are_never_told(
    work: Work, world: World, need: Need, state: NeedState
) -> None:
    builders.add_citizen(work, world.territory)
    need.state = state
    work.session.flush()

    run_week(work, territory_id=world.territory.id, started_by=None)

    assert outbox(work.session) == []


def test_a_need_that_closes_after_it_was_planned_is_not_told(work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory)
    plan_run(work, service.request_week(work, territory_id=world.territory.id, started_by=None))
    need.state = NeedState.CLOSED
    work.session.flush()

    while write_letters(work) is not None:
        pass

    assert outbox(work.session) == []


def test_own_and_past_needs_are_never_told(work: Work, world: World) -> None:
    citizen = builders.add_citizen(work, world.territory)
    builders.add_need(work, builders.add_group(work, world.challenge, lead=citizen.account))
    past = builders.add_group(work, world.challenge, name="Hier")
    builders.add_need(work, past, until=builders.TODAY - timedelta(days=1))

    run_week(work, territory_id=world.territory.id, started_by=None)

    assert outbox(work.session) == []


def test_who_leaves_and_joins_again_is_not_told_twice(work: Work, world: World, need: Need) -> None:
    camille = builders.add_citizen(work, world.territory)
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.flush()
    citizens.delete_profile(work, citizen_id=camille.id)
    work.session.flush()
    work.session.expire_all()

    builders.add_citizen(work, world.territory)
    run_week(later(work, WEEK), territory_id=world.territory.id, started_by=None)

    assert len(outbox(work.session)) == 1


def test_letters_are_in_their_readers_language(work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory, locale="en", skills=["bike repair"], first_name="Ann")
    builders.add_citizen(work, world.territory, locale="fr", address="luc@example.org", first_name="Luc")

    run_week(work, territory_id=world.territory.id, started_by=None)

    english, french = outbox(work.session)
    assert (english.locale, french.locale) == ("en", "fr")
    assert english.text.startswith("Hello Ann,")
    assert '<html lang="fr">' in french.html
    assert '<html lang="en">' in english.html


def test_the_link_that_stops_the_letters_is_short_and_names_nobody(
    work: Work, world: World, need: Need
) -> None:
    camille = builders.add_citizen(work, world.territory)
    run_week(work, territory_id=world.territory.id, started_by=None)

    (message,) = outbox(work.session)
    assert message.unsubscribe_url is not None
    token = message.unsubscribe_url.rpartition("/")[2]
    bound = work.tokens.read_bound("unsubscribe", token)
    assert bound.name == str(camille.account_id)
    assert work.tokens.is_bound(bound, to=builders.account_of(camille).address)
    assert len(message.unsubscribe_url) < 100
    assert message.list_id == "Valence-Romans <valence-romans.week.localhost>"


def test_stopping_the_letters_takes_back_the_one_that_waits(work: Work, world: World, need: Need) -> None:
    camille = builders.add_citizen(work, world.territory)
    run_week(work, territory_id=world.territory.id, started_by=None)

    work.session.flush()
    citizens.withdraw_weekly_letter(work, citizen_id=camille.id)
    work.session.flush()

    run = work.session.scalars(select(DigestRun)).one()
    assert queries.progress(work.session, run).skipped == 1
    plan = compose(work, world.territory, now=work.now + WEEK)
    assert {person.first_name: why for person, why in plan.silent} == {
        "Lou": Silence.OFF,
        "Camille": Silence.NO_CONSENT,
    }


def test_the_scheduler_runs_each_territory_at_its_own_hour_and_once(
    works: WorkFactory, work: Work, world: World, need: Need
) -> None:
    builders.add_citizen(work, world.territory)
    world.other_territory.digest_weekday = 5
    _founded(work, world, NOW - 4 * WEEK)

    assert run_due(works) == 1, "Tuesday's; last Friday's is too late"
    assert run_due(works) == 0

    runs = {(run.territory_id, run.iso_week, run.state) for run in work.session.scalars(select(DigestRun))}
    assert runs == {
        (world.territory.id, "2026-W48", RunState.SENDING),
        (world.other_territory.id, "2026-W47", RunState.EXPIRED),
    }
    assert len(outbox(work.session)) == 1


def test_nothing_is_due_before_the_hour(works: WorkFactory, work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory)
    _founded(work, world, NOW - timedelta(days=1))

    assert run_due(replace(works, clock=lambda: NOW.replace(hour=6, minute=59))) == 0
    assert run_due(replace(works, clock=lambda: NOW.replace(hour=7, minute=0))) == 2


def test_a_missed_week_sends_nothing_by_itself_but_an_organiser_still_can(
    works: WorkFactory, work: Work, world: World, need: Need
) -> None:
    builders.add_citizen(work, world.territory)
    organiser = builders.add_organiser(work, world.territory)
    _founded(work, world, NOW - 4 * WEEK)
    friday = replace(works, clock=lambda: NOW + timedelta(days=3))

    run_due(friday)
    assert outbox(work.session) == []

    with pytest.raises(service.AlreadyRun), friday.begin() as again:
        run_week(again, territory_id=world.territory.id, started_by=None)
    with friday.begin() as by_hand:
        run = run_week(by_hand, territory_id=world.territory.id, started_by=organiser.id)
        assert (run.state, run.started_by_id) == (RunState.SENDING, organiser.id)
    assert len(outbox(work.session)) == 1


def test_one_territory_that_is_overtaken_does_not_stop_the_others(
    works: WorkFactory, work: Work, world: World, need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.add_citizen(work, world.territory)
    _founded(work, world, NOW - timedelta(days=2))
    run_week(work, territory_id=world.other_territory.id, started_by=None)
    work.session.commit()
    monkeypatch.setattr(queries, "weeks_settled", lambda _: set())

    assert run_due(works) == 1
    assert len(outbox(work.session)) == 1


def test_a_need_that_another_run_told_meanwhile_undoes_the_plan_until_the_next_beat(
    works: WorkFactory, work: Work, world: World, need: Need, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.add_citizen(work, world.territory)
    run_week(later(work, -WEEK), territory_id=world.territory.id, started_by=None)
    _founded(work, world, NOW - timedelta(days=2))

    with monkeypatch.context() as patch:
        # As if the other run had committed just after this one looked: the constraint is the last judge.
        patch.setattr(queries, "told", lambda *_, **__: {})
        assert run_due(works) == 2
    states = {
        run.territory_id: run.state
        for run in work.session.scalars(select(DigestRun).where(DigestRun.iso_week == "2026-W48"))
    }
    assert states == {
        world.territory.id: RunState.PREPARING,
        world.other_territory.id: RunState.SENDING,
    }, "the other territory's went on"

    service.advance(works)
    work.session.expire_all()
    run = queries.find_run(work.session, territory_id=world.territory.id, iso_week="2026-W48")
    assert run is not None
    assert run.state is RunState.SENDING
    assert len(outbox(work.session)) == 1


def test_an_example_goes_to_the_organiser_alone_and_counts_for_nobody(
    work: Work, world: World, need: Need
) -> None:
    builders.add_citizen(work, world.territory, first_name="Camille")
    organiser = builders.add_organiser(work, world.territory)

    service.send_test(work, territory_id=world.territory.id, account_id=organiser.id)

    work.session.flush()
    message = work.session.scalars(select(OutboxMessage)).one()
    assert (message.recipient, message.kind) == (organiser.address, "digests.test")
    assert need.title in message.text
    assert "Camille" not in message.text + message.html
    assert message.unsubscribe_url is None
    assert work.session.scalar(select(func.count()).select_from(DigestLine)) == 0
    assert outbox(work.session) == []


def test_an_example_without_any_match_shows_open_needs_and_without_needs_is_refused(
    work: Work, world: World, need: Need
) -> None:
    organiser = builders.add_organiser(work, world.territory)

    service.send_test(work, territory_id=world.territory.id, account_id=organiser.id)
    work.session.flush()
    assert need.title in work.session.scalars(select(OutboxMessage)).one().text

    need.state = NeedState.CLOSED
    work.session.flush()
    with pytest.raises(service.NothingToShow):
        service.send_test(work, territory_id=world.territory.id, account_id=organiser.id)


def test_an_example_is_of_a_letter_with_something_to_show(work: Work, world: World, need: Need) -> None:
    builders.add_citizen(work, world.territory)
    organiser = builders.add_organiser(work, world.territory)
    busy = builders.add_group(work, world.challenge, name="Les Ateliers", lead=organiser)
    wanted = builders.add_need(work, busy, title="Réparer deux remorques")
    for number in range(3):
        helper = builders.add_citizen(work, world.territory, address=f"helper{number}@example.org")
        by = Actor(party=Party.CITIZEN, account_id=helper.account_id)
        introductions.offer(work, need_id=wanted.id, citizen_id=helper.id, by=by)

    service.send_test(work, territory_id=world.territory.id, account_id=organiser.id)

    message = work.session.scalars(select(OutboxMessage)).one()
    assert need.title in message.text, "the longest letter tells its reader alone who waits for their answer"


def test_progress_counts_what_became_of_the_letters(
    app: Flask, works: WorkFactory, work: Work, world: World, need: Need, smtp_server: Mailbox
) -> None:
    for number in range(3):
        builders.add_citizen(work, world.territory, address=f"c{number}@example.org")
    run = run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    assert queries.progress(work.session, run).waiting == 3

    smtp_server.recipient_answers["c1@example.org"] = "550 5.1.1 unknown"
    settings = site_of(app).settings.model_copy(
        update={"mail_host": smtp_server.host, "mail_port": smtp_server.port}
    )
    delivery.deliver(works, settings)

    stand = queries.progress(work.session, run)
    assert (stand.sent, stand.failed, stand.waiting, stand.in_doubt, stand.letters) == (2, 1, 0, 0, 3)
    work.session.expire_all()
    outbox(work.session)[0].state = MessageState.UNKNOWN
    work.session.flush()
    assert queries.progress(work.session, run).in_doubt == 1


def test_composing_asks_the_database_the_same_number_of_times_for_few_and_for_many(
    work: Work, world: World, need: Need
) -> None:
    def statements() -> int:
        with statements_of(work.session) as seen:
            plan = compose(work, world.territory)
            for draft in loading.drafts(work.session, plan.people, plan.letters, now=work.now):
                service.letter_of(work, world.territory, draft, ())
        return len(seen)

    builders.add_citizen(work, world.territory)
    statements()
    few = statements()
    for number in range(60):
        builders.add_citizen(work, world.territory, address=f"c{number}@example.org")
    work.session.expunge_all()
    work.session.add_all([world.territory])

    assert statements() <= few + 2


def test_two_runs_at_once_make_one(fresh_engine: Engine) -> None:
    sessions = make_session_factory(fresh_engine)
    app = make_app(sessions)
    works = works_of(app)
    with works.begin() as work:
        world = builders.make_world(work)
        add_quiet_need(work, world.challenge)
        builders.add_citizen(work, world.territory)
        _founded(work, world, NOW - timedelta(days=2))

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: run_due(works), range(4)))

    assert sum(numbers) == 2, "one for each territory"
    with sessions() as session:
        assert len(outbox(session)) == 1
        assert session.scalar(select(func.count()).select_from(Citizen)) == 1


def _founded(work: Work, world: World, moment: datetime) -> None:
    for territory in (world.territory, world.other_territory):
        territory.created_at = moment
    work.session.commit()
