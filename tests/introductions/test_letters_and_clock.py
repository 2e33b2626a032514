"""What is told by letter and when: one a day at most, with the weekly letter where it can, never to who is away."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Missing, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.digests import service as digests
from matchmaker.digests.rules import Frequency
from matchmaker.groups import service as groups
from matchmaker.groups.rules import NeedAction
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction, IntroductionMessage, Notice
from matchmaker.introductions.rules import Action, ClosedBecause, State, Step
from tests import builders
from tests.clock import MovableClock
from tests.doors import works_of
from tests.introductions.conftest import Pair, make_pair

DAY = timedelta(days=1)
KIND = "introductions.notices"


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    """Units of work by the clock of the test."""
    return works_of(app)


@pytest.fixture
def pair(works: WorkFactory) -> Pair:
    """Camille and Gaspard, in rows that stay for the whole test."""
    with works.begin() as work:
        return make_pair(work)


@pytest.fixture
def offered(works: WorkFactory, pair: Pair) -> int:
    """Camille said that she could help."""
    with works.begin() as work:
        return service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen).id


def mails(works: WorkFactory, *, kind: str = KIND) -> list[tuple[str, str]]:
    """The letters of a kind so far, by recipient and subject."""
    with works.begin() as work:
        rows = work.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
        return [(row.recipient, row.subject) for row in rows]


def texts(works: WorkFactory) -> list[tuple[str, str]]:
    """The letters about introductions so far, by recipient, with their text on one line."""
    with works.begin() as work:
        rows = work.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == KIND))
        return [(row.recipient, " ".join(row.text.split())) for row in rows]


def last_text(works: WorkFactory) -> str:
    """The text of the newest letter."""
    with works.begin() as work:
        return (
            work.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id.desc())).first() or ""
        )


def beat(works: WorkFactory) -> int:
    """What the scheduler does every half minute."""
    service.advance(works)
    return service.send_notices(works)


def one(works: WorkFactory, introduction_id: int) -> Introduction:
    """An introduction as it stands."""
    with works.begin() as work:
        return work.session.get_one(Introduction, introduction_id)


def test_the_group_is_told_once_and_reminded_after_3_and_9_days(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    told = []
    for _ in range(46):
        told.append(beat(works))
        assert beat(works) == 0, "whoever beats once more in a day writes nothing"
        clock.advance(DAY)
    # At the end both are told that it was closed.
    assert [day for day, number in enumerate(told) if number] == [0, 3, 9, 45]
    assert told[45] == 2
    assert one(works, offered).closed_because is ClosedBecause.NO_ANSWER
    assert {recipient for recipient, _ in mails(works)[:3]} == {"gaspard@example.org"}
    assert {recipient for recipient, _ in mails(works)[3:]} == {"gaspard@example.org", "camille@example.org"}


def test_on_day_21_the_organisers_see_it(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    for days, seen in ((20, []), (1, [offered])):
        clock.advance(days * DAY)
        beat(works)
        with works.begin() as work:
            found = queries.on_the_board(work.session, territory_id=pair.need.territory_id).rows
            assert [row.id for row in found] == seen


def test_nobody_is_reminded_after_a_refusal(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    with works.begin() as work:
        service.act(work, introduction_id=offered, action=Action.WITHDRAW, by=pair.as_citizen)
    # What was asked and is withdrawn before the letter left is told as what it is now.
    assert beat(works) == 1
    assert "Vous n’avez plus de réponse à donner" in last_text(works)
    for _ in range(50):
        clock.advance(DAY)
        assert beat(works) == 0
    assert one(works, offered).state is State.WITHDRAWN


def test_the_clock_stands_still_for_a_group_that_is_away(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    assert beat(works) == 1
    today = clock.now.date()
    with works.begin() as work:
        service.announce_absence(
            work,
            first_day=today + DAY,
            last_day=today + 60 * DAY,
            today=today,
            group_id=pair.group.id,
        )
    written = []
    for day in range(1, 110):
        clock.advance(DAY)
        if beat(works):
            written.append(day)
    # 61 days later it is back; the first of them was waited already: two more make three, and so on.
    assert written == [63, 69, 105]
    assert one(works, offered).state is State.CLOSED


def test_a_step_that_was_missed_is_not_taken_while_the_group_is_away(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    today = clock.now.date()
    with works.begin() as work:
        service.announce_absence(
            work, first_day=today + 4 * DAY, last_day=today + 5 * DAY, today=today, group_id=pair.group.id
        )
    # Nothing ran on the day on which the reminder was due.
    for days, changed in ((4, 0), (1, 0), (1, 1)):
        clock.advance(days * DAY)
        assert service.advance(works) == changed
    assert one(works, offered).step == Step.REMINDED


def test_who_is_away_hears_of_it_when_they_are_back(
    works: WorkFactory, pair: Pair, clock: MovableClock
) -> None:
    today = clock.now.date()
    with works.begin() as work:
        service.announce_absence(
            work, first_day=today, last_day=today + 5 * DAY, today=today, account_id=pair.citizen.account_id
        )
        service.propose(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_group)
    for day in range(6):
        assert beat(works) == 0, day
        clock.advance(DAY)
    assert beat(works) == 1
    assert mails(works) == [
        ("camille@example.org", "Votre mise en relation : Réparer nos vélos de livraison")
    ]


def test_nobody_is_asked_and_reminded_in_one_letter(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    """The scheduler was stopped from the day of the offer to that of the reminder."""
    clock.advance(3 * DAY)
    assert beat(works) == 1
    assert "aimerait vous aider" in last_text(works)
    assert "attend toujours" not in last_text(works)
    clock.advance(DAY)
    assert beat(works) == 0
    assert one(works, offered).step == Step.REMINDED


def test_several_things_of_a_day_are_one_letter(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    with works.begin() as work:
        for text in ("Bonjour !", "Quand puis-je passer ?"):
            service.write_message(work, introduction_id=offered, by=pair.as_citizen, text=text)
    assert beat(works) == 1
    assert "vous a écrit" in last_text(works)
    assert "Quand puis-je passer" not in last_text(works), "a mail says that there is a message, not which"
    with works.begin() as work:
        service.write_message(work, introduction_id=offered, by=pair.as_citizen, text="Alors ?")
    assert beat(works) == 0
    clock.advance(DAY)
    assert beat(works) == 1
    assert [recipient for recipient, _ in mails(works)] == ["gaspard@example.org"] * 2


def test_who_wants_no_such_letters_gets_none_and_those_that_wait_are_taken_back(
    works: WorkFactory, pair: Pair, offered: int
) -> None:
    assert beat(works) == 1
    with works.begin() as work:
        service.stop_notices(work, account_id=pair.lead.id)
        service.write_message(work, introduction_id=offered, by=pair.as_citizen, text="Bonjour")
    assert beat(works) == 0
    with works.begin() as work:
        states = work.session.scalars(select(OutboxMessage.state).where(OutboxMessage.kind == KIND)).all()
        assert [state.value for state in states] == ["skipped"]
        service.resume_notices(work, account_id=pair.lead.id)


def test_who_leaves_ends_it_for_the_other_side_and_takes_their_words_along(
    works: WorkFactory, pair: Pair, offered: int
) -> None:
    beat(works)
    with works.begin() as work:
        service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
        service.share(
            work,
            introduction_id=offered,
            by=pair.as_citizen,
            sharing=service.Sharing(address=True, telephone=None),
        )
        service.write_message(work, introduction_id=offered, by=pair.as_citizen, text="Mon secret")
        citizens.delete_profile(work, citizen_id=pair.citizen.id)
    service.advance(works)
    gone = one(works, offered)
    assert (gone.state, gone.closed_because, gone.match, gone.holds_place) == (
        State.CLOSED,
        ClosedBecause.GONE,
        None,
        False,
    )
    with works.begin() as work:
        assert work.session.scalars(select(IntroductionMessage)).all() == []
        assert work.session.get_one(type(pair.need), pair.need.id).places_taken == 0
        assert work.session.scalars(select(Notice.kind).where(Notice.told_at.is_(None))).all() != []


def test_who_follows_a_need_is_told_once_when_it_is_open_again(
    works: WorkFactory, pair: Pair, clock: MovableClock
) -> None:
    with works.begin() as work:
        with pytest.raises(service.NeedIsOpen):
            service.follow(work, need_id=pair.need.id, account_id=pair.organiser.id)
        groups.act_on_need(work, need_id=pair.need.id, action=NeedAction.CLOSE)
        for _ in range(2):
            service.follow(work, need_id=pair.need.id, account_id=pair.organiser.id)
    assert beat(works) == 0
    with works.begin() as work:
        groups.act_on_need(work, need_id=pair.need.id, action=NeedAction.REOPEN)
    assert beat(works) == 1
    assert "cherche de nouveau quelqu’un" in last_text(works)
    clock.advance(2 * DAY)
    assert beat(works) == 0


def test_who_waits_and_who_follows_is_told_when_the_group_has_ended(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    with works.begin() as work:
        other = builders.add_need(work, pair.group, title="Tenir l'atelier", wanted=("couture",))
        groups.act_on_need(work, need_id=other.id, action=NeedAction.CLOSE)
        service.follow(work, need_id=other.id, account_id=pair.organiser.id)
        groups.close_group(work, group_id=pair.group.id, account_id=pair.lead.id)
    assert beat(works) == 2
    assert one(works, offered).closed_because is ClosedBecause.NEED_CLOSED
    told = dict(texts(works))
    assert "Le groupe ne cherche plus cela." in told["camille@example.org"]
    assert "est fermé. Il ne cherche plus personne." in told[pair.organiser.address]
    assert f"needs/{other.id}" in told[pair.organiser.address]
    clock.advance(2 * DAY)
    assert beat(works) == 0
    with works.begin() as work, pytest.raises(Missing):
        service.follow(work, need_id=other.id, account_id=pair.organiser.id)


def test_who_agreed_goes_on_after_the_group_has_ended(works: WorkFactory, pair: Pair, offered: int) -> None:
    with works.begin() as work:
        service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
        groups.close_group(work, group_id=pair.group.id, account_id=pair.lead.id)
    service.advance(works)
    assert one(works, offered).state is State.ACCEPTED
    with works.begin() as work:
        service.act(work, introduction_id=offered, action=Action.HELP, by=pair.as_citizen)
    assert one(works, offered).state is State.HELPED


def test_a_need_that_was_filled_is_told_kindly_with_the_next_one_that_fits(
    works: WorkFactory, pair: Pair, clock: MovableClock
) -> None:
    with works.begin() as work:
        service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
        builders.add_need(work, pair.group, title="Tenir l'atelier du samedi", wanted=("réparer des vélos",))
        groups.act_on_need(work, need_id=pair.need.id, action=NeedAction.FILL_PLACE)
    beat(works)
    text = last_text(works)
    assert "Toutes les places sont prises" in text
    assert "Un autre besoin vous correspond : Tenir l'atelier du samedi" in text


def test_a_reminder_travels_with_the_weekly_letter(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    """Gaspard is asked on the Tuesday of the letter: it tells him, and no other letter does."""
    with works.begin() as work:
        pair.world.territory.created_at = clock.now - 30 * DAY
        work.session.merge(pair.world.territory)

    def beat_with_letters() -> int:
        service.advance(works)
        return service.send_notices(works, awaiting=digests.awaiting_letter)

    clock.advance(timedelta(days=6))
    # It is Monday, half past nine: the letter leaves tomorrow at eight, and the reminder of day 3 goes along.
    assert beat_with_letters() == 0
    clock.advance(timedelta(hours=23))
    digests.request_due(works)
    assert beat_with_letters() == 0, "while the letter is written, nothing else is"
    digests.advance(works)
    weekly = [recipient for recipient, _ in mails(works, kind="digests.weekly")]
    assert weekly.count("gaspard@example.org") == 1
    assert mails(works) == []
    assert beat_with_letters() == 0
    assert one(works, offered).step == Step.REMINDED
    with works.begin() as work:
        text = work.session.scalars(
            select(OutboxMessage.text).where(OutboxMessage.recipient == "gaspard@example.org")
        ).one()
    assert "ON ATTEND VOTRE RÉPONSE" in text
    assert "attend toujours votre réponse" in text


def test_who_gets_no_weekly_letter_is_told_at_once(
    works: WorkFactory, pair: Pair, offered: int, clock: MovableClock
) -> None:
    with works.begin() as work:
        digests.choose_letters(
            work,
            account_id=pair.lead.id,
            frequency=Frequency.MONTHLY,
            paused_until=None,
            about_introductions=True,
        )
    clock.advance(timedelta(days=6))
    service.advance(works)
    assert service.send_notices(works, awaiting=digests.awaiting_letter) == 1


def test_days_away_are_in_order_to_come_and_not_for_ever(works: WorkFactory, pair: Pair) -> None:
    today = date(2026, 11, 24)
    wrong = [
        (today + 2 * DAY, today + DAY),
        (today - 9 * DAY, today - DAY),
        (today, today + 93 * DAY),
    ]
    for first, last in wrong:
        with works.begin() as work, pytest.raises(service.AbsenceRefused):
            service.announce_absence(
                work, first_day=first, last_day=last, today=today, account_id=pair.lead.id
            )
    with works.begin() as work:
        service.announce_absence(
            work, first_day=today, last_day=today + DAY, today=today, account_id=pair.lead.id
        )
        service.end_absence(work, today=today, account_id=pair.lead.id)
        assert service.find_absence(work.session, today=today, account_id=pair.lead.id) is None


def test_an_absence_begins_today_at_the_earliest_and_lasts_its_last_day(
    works: WorkFactory, pair: Pair
) -> None:
    today = date(2026, 11, 24)
    with works.begin() as work:
        service.announce_absence(
            work, first_day=today - 3 * DAY, last_day=today + DAY, today=today, group_id=pair.group.id
        )
        found = service.find_absence(work.session, today=today + DAY, group_id=pair.group.id)
        assert found is not None, "the last day is one of them"
        assert found.first_day == today, "nobody was away before they said so"
        assert service.find_absence(work.session, today=today + 2 * DAY, group_id=pair.group.id) is None
