"""A need without a last day does not stay open for ever: its group is asked whether it still stands."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts.models import Account
from matchmaker.base.acts import Act
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.groups import service
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import NeedAction, NeedState
from matchmaker.scheduler import beat_due
from tests.builders import NOW, add_need
from tests.databases import Database
from tests.doors import Person, make_app, signed_in, site_of, works_of
from tests.groups.conftest import Cast

QUIET, WAIT = timedelta(days=60), timedelta(days=14)


@pytest.fixture
def need(works: WorkFactory, cast: Cast) -> int:
    """The number of an open need without a last day."""
    with works.begin() as work:
        return add_need(work, work.session.get_one(StartupGroup, cast.group.id)).id


def tick(database: Database, after: timedelta) -> None:
    """Let the scheduler look at what is due, so long after the beginning."""
    beat_due(site_of(make_app(database.sessions, now=NOW + after)))


def letters(works: WorkFactory) -> list[OutboxMessage]:
    with works.sessions() as session:
        kind = OutboxMessage.kind == "groups.standing"
        return list(session.scalars(select(OutboxMessage).where(kind).order_by(OutboxMessage.id)))


def state(works: WorkFactory, need: int) -> NeedState:
    with works.sessions() as session:
        return session.get_one(Need, need).state


def later(database: Database, account: Account, after: timedelta) -> Person:
    """Somebody signed in, so long after the beginning."""
    return signed_in(make_app(database.sessions, now=NOW + after), account)


def test_the_leads_are_asked_once_after_sixty_days(
    database: Database, works: WorkFactory, cast: Cast, need: int
) -> None:
    tick(database, QUIET - timedelta(minutes=1))
    assert letters(works) == []

    for _ in range(3):
        tick(database, QUIET)
    tick(database, QUIET + WAIT - timedelta(minutes=1))

    (letter,) = letters(works)
    assert letter.recipient == "lou@example.org"
    assert letter.subject == "Does this still stand? Réparer nos vélos de livraison"
    assert "It has stood without a change since 24 November 2026." in letter.text
    for text in (letter.text, letter.html):
        assert f"http://localhost/needs/{need}/stands" in text
        assert f"http://localhost/needs/{need}/stands?close=1" in text
    assert state(works, need) is NeedState.OPEN


def test_a_lead_gets_one_letter_about_all_needs_of_the_group(
    database: Database, works: WorkFactory, cast: Cast, need: int
) -> None:
    with works.begin() as work:
        add_need(work, work.session.get_one(StartupGroup, cast.group.id), title="Un hangar")

    tick(database, QUIET)

    (letter,) = letters(works)
    assert letter.subject == "Do these needs still stand?"
    assert "Un hangar" in letter.text
    assert "Réparer nos vélos de livraison" in letter.text


def test_without_an_answer_it_is_asked_again_then_closed_and_can_be_opened_again(
    database: Database, works: WorkFactory, cast: Cast, need: int
) -> None:
    tick(database, QUIET)
    tick(database, QUIET + WAIT)
    first, second = letters(works)
    assert "we close it" not in first.text
    told = "Without an answer we close it on 20 February 2027. You can open it again at any time."
    assert told in " ".join(second.text.split())

    tick(database, QUIET + 2 * WAIT - timedelta(minutes=1))
    assert state(works, need) is NeedState.OPEN
    tick(database, QUIET + 2 * WAIT)
    assert state(works, need) is NeedState.CLOSED
    tick(database, QUIET + 3 * WAIT)
    assert len(letters(works)) == 2

    member = later(database, cast.member, QUIET + 3 * WAIT)
    assert "This need is not open any more." in member.get(f"/needs/{need}/stands").text
    member.post(f"/needs/{need}/state", {"action": "reopen"})
    assert state(works, need) is NeedState.OPEN
    tick(database, QUIET + 4 * WAIT)
    assert state(works, need) is NeedState.OPEN
    with works.sessions() as session:
        done = select(Act.action).where(Act.subject_kind == "needs", Act.subject_id == need)
        verbs = session.scalars(done.order_by(Act.id)).all()
    assert [verb for verb in verbs if verb != "need.posted"] == [
        "need.asked_about",
        "need.asked_about",
        "need.unanswered",
        "need.moved",
    ]


def test_yes_is_one_click_on_the_page_and_counts_for_sixty_days(
    database: Database, works: WorkFactory, cast: Cast, need: int
) -> None:
    tick(database, QUIET)
    member = later(database, cast.member, QUIET)
    page = member.get(f"/needs/{need}/stands").text
    assert "Yes, it still stands" in page
    assert state(works, need) is NeedState.OPEN

    member.post(f"/needs/{need}/stands")

    tick(database, 2 * QUIET - timedelta(minutes=1))
    assert len(letters(works)) == 1
    tick(database, 2 * QUIET)
    assert len(letters(works)) == 2


def test_no_closes_it(database: Database, works: WorkFactory, cast: Cast, need: int) -> None:
    tick(database, QUIET)
    lead = later(database, cast.lead, QUIET)
    assert "No, close it" in lead.get(f"/needs/{need}/stands?close=1").text

    lead.post(f"/needs/{need}/state", {"action": "close"})

    assert state(works, need) is NeedState.CLOSED
    tick(database, QUIET + WAIT)
    assert len(letters(works)) == 1
    lead.post(f"/needs/{need}/stands")
    assert state(works, need) is NeedState.CLOSED


def test_who_works_with_a_need_is_not_asked_about_it(
    database: Database, works: WorkFactory, cast: Cast, need: int
) -> None:
    with works_of(make_app(database.sessions, now=NOW + QUIET / 2)).begin() as work:
        service.act_on_need(work, need_id=need, action=NeedAction.FILL_PLACE)

    tick(database, QUIET)

    assert letters(works) == []


@pytest.mark.parametrize("values", [{"until": date(2027, 12, 31)}, {"state": NeedState.DRAFT}])
def test_a_need_with_a_last_day_and_a_draft_are_not_asked_about(
    database: Database, works: WorkFactory, cast: Cast, values: dict[str, object]
) -> None:
    with works.begin() as work:
        add_need(work, work.session.get_one(StartupGroup, cast.group.id), **values)  # type: ignore[arg-type]

    tick(database, 3 * QUIET)

    assert letters(works) == []


def test_nobody_is_asked_a_third_time(works: WorkFactory, need: int) -> None:
    with works.begin() as work:
        work.session.execute(update(Need).where(Need.id == need).values(asked_times=2, asked_at=NOW - QUIET))
        assert service.ask_whether_needs_stand(work) == 0


def test_strangers_say_nothing_of_it(stranger: Person, works: WorkFactory, need: int) -> None:
    assert stranger.get(f"/needs/{need}/stands").status_code == 404
    assert stranger.post(f"/needs/{need}/stands").status_code == 404


@pytest.mark.parametrize(
    ("times", "at", "name"),
    [(3, NOW, "asked_twice_at_most"), (1, None, "asked_at_a_moment"), (0, NOW, "asked_at_a_moment")],
)
def test_the_database_knows_how_often_it_was_asked(
    works: WorkFactory, need: int, times: int, at: object, name: str
) -> None:
    change = update(Need).where(Need.id == need).values(asked_times=times, asked_at=at)
    with works.sessions() as session, pytest.raises(IntegrityError, match=name):
        session.execute(change)
