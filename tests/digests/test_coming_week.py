"""The organisers' page of the week is about the letters that leave next, whichever week these are of."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service
from matchmaker.digests.models import DigestEdit, DigestLine, DigestRun, SkippedWeek
from matchmaker.digests.rules import EditKind, Frequency
from matchmaker.digests.service.runs import miss_week
from matchmaker.groups.models import Need
from tests import builders
from tests.builders import NOW, World
from tests.databases import Database
from tests.digests.weeks import run_due, run_week
from tests.doors import Person, make_app, signed_in, works_of

PAGE = "/t/valence-romans/week"
PARAGRAPH = {"text_fr": "Rendez-vous au marché.", "text_en": "See you at the market."}
PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 12, 1, 8, 5, tzinfo=PARIS)
"""Five minutes after the moment of week 49."""


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def orane(app: Flask, work: Work, need: Need, camille: Citizen, organiser: Account) -> Person:
    work.session.commit()
    return signed_in(app, organiser)


def letters(work: Work) -> list[str]:
    """The texts of the letters that were written to Camille."""
    work.session.expire_all()
    rows = select(OutboxMessage.text).where(OutboxMessage.kind == "digests.weekly").order_by(OutboxMessage.id)
    return list(work.session.scalars(rows))


def paragraph_address(person: Person) -> str:
    """Where the page of the week leads those who write a paragraph."""
    page = person.get(PAGE).text
    end = page.index("/paragraph")
    return page[page.rindex('"', 0, end) + 1 : end] + "/paragraph"


def let_the_clock_send(database: Database, moment: datetime) -> None:
    """Let the clock's process do its round at a moment."""
    run_due(works_of(make_app(database.sessions, now=moment)))


def test_a_new_territory_writes_into_the_letters_that_the_clock_sends(
    database: Database, work: Work, orane: Person
) -> None:
    """This week's moment was before the territory began: its first letters are those of week 49."""
    page = orane.get(PAGE).text
    assert "<h2>Week 49</h2>" in page
    assert "The letters leave by themselves on 1 December 2026, 08:00." in page

    address = paragraph_address(orane)
    assert "each letter of week 49" in orane.get(address).text
    orane.fill_in(address, PARAGRAPH)

    let_the_clock_send(database, TUESDAY)
    (letter,) = letters(work)
    assert "Rendez-vous au marché." in letter


def skip_this_week(work: Work, world: World) -> None:
    """The organisers want no letters in week 48."""
    work.session.add(SkippedWeek(territory_id=world.territory.id, iso_week="2026-W48"))


def change_the_day(work: Work, world: World) -> None:
    """The letters leave on Mondays from now on: that of this week has passed."""
    world.territory.digest_weekday, world.territory.digest_since = 1, NOW


def miss_this_week(work: Work, world: World) -> None:
    """The letters of week 48 did not leave in time."""
    miss_week(work, territory=world.territory, week="2026-W48")


@pytest.mark.parametrize("happens", [skip_this_week, change_the_day, miss_this_week])
def test_what_was_changed_for_a_week_without_letters_is_found_again_and_goes_with_the_next(
    database: Database,
    work: Work,
    world: World,
    need: Need,
    camille: Citizen,
    orane: Person,
    happens: Callable[[Work, World], None],
) -> None:
    world.territory.digest_weekday = 5
    other = builders.add_need(work, need.group, title="Régler des dérailleurs")
    work.session.commit()
    assert "<h2>Week 48</h2>" in orane.get(PAGE).text
    orane.fill_in(paragraph_address(orane), PARAGRAPH)
    orane.post(f"{PAGE}/2026-W48/people/{camille.account_id}/needs/{need.id}/hold")

    happens(work, world)
    work.session.commit()

    page = orane.get(PAGE).text
    assert "<h2>Week 49</h2>" in page
    assert "See you at the market." in page
    assert "Held in the letter to Camille" in page
    assert need.title not in orane.get(f"{PAGE}/preview/{camille.account_id}/letter").text
    changed = {"text_fr": "Rendez-vous à la gare.", "text_en": "See you at the station."}
    paragraph = select(DigestEdit.id).where(DigestEdit.kind == EditKind.PARAGRAPH)
    orane.fill_in(f"{PAGE}/edits/{work.session.scalars(paragraph).one()}", changed)

    leaves_at = service.coming(work.session, world.territory, now=NOW).leaves_at
    let_the_clock_send(database, leaves_at + timedelta(minutes=5))
    (letter,) = letters(work)
    assert "Rendez-vous à la gare." in letter
    assert other.title in letter
    assert need.title not in letter


def test_letters_sent_by_hand_are_those_of_the_preview(
    app: Flask, work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    """Of many needs that fit as well a letter tells five: the same five as the page showed."""
    for number in range(12):
        builders.add_need(work, need.group, title=f"Vélo {number:02}")
    work.session.commit()
    orane.fill_in(paragraph_address(orane), PARAGRAPH)
    preview = orane.get(f"{PAGE}/preview/{camille.account_id}/letter").text
    assert "If you send them now, they leave as the letters of week 48." in orane.get(PAGE).text

    orane.post(f"{PAGE}/send")
    service.advance(works_of(app))

    told = work.session.scalars(select(DigestLine.need_id)).all()
    titles = work.session.scalars(select(Need.title).where(Need.id.in_(told))).all()
    assert len(titles) == 5
    assert [title for title in titles if title not in preview] == []
    assert "Rendez-vous au marché." in letters(work)[0]
    assert [run.iso_week for run in work.session.scalars(select(DigestRun))] == ["2026-W48"]
    assert "Nothing is changed by hand." in orane.get(PAGE).text


def test_one_line_that_was_changed_for_two_weeks_is_changed_once_by_the_later(
    work: Work, world: World, need: Need, camille: Citizen, organiser: Account
) -> None:
    """As an older version left it, which filed changes of one line under the week in which they were made."""
    for week, kind in (("2026-W48", EditKind.PIN), ("2026-W49", EditKind.HOLD)):
        work.session.add(
            DigestEdit(
                territory_id=world.territory.id,
                iso_week=week,
                kind=kind,
                account_id=camille.account_id,
                need_id=need.id,
                made_at=NOW,
            )
        )
    work.session.flush()

    run_week(work, territory_id=world.territory.id, started_by=None)

    (kept,) = work.session.scalars(select(DigestEdit))
    assert (kept.iso_week, kept.kind) == ("2026-W48", EditKind.HOLD)
    assert letters(work) == []


def test_a_test_goes_as_soon_as_there_is_something_to_show(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    """A member's letter has most lines, but all of them are about people, whom an example does not show."""
    lead = need.group.memberships[0].account
    service.choose_letters(
        work,
        account_id=lead.id,
        frequency=Frequency.WEEKLY,
        paused_until=None,
        about_introductions=True,
    )
    for number in range(3):
        builders.add_citizen(
            work, world.territory, first_name=f"Voisine{number}", address=f"v{number}@example.org"
        )
    work.session.commit()

    orane.post(f"{PAGE}/test")
    orane.post(f"{PAGE}/2026-W49/people/{camille.account_id}/needs/{need.id}/hold")
    orane.post(f"{PAGE}/test")

    texts = work.session.scalars(select(OutboxMessage.text)).all()
    assert len(texts) == 2
    assert all(need.title in text for text in texts)
    assert "Voisine" not in "".join(texts)


def test_a_paragraph_alone_is_something_to_show(work: Work, world: World, orane: Person, need: Need) -> None:
    work.session.delete(need)
    work.session.commit()
    orane.post(f"{PAGE}/test")
    assert work.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0

    orane.fill_in(paragraph_address(orane), PARAGRAPH)
    orane.post(f"{PAGE}/test")

    (message,) = work.session.scalars(select(OutboxMessage))
    assert "See you at the market." in message.text
    assert "The letter of the week" in message.subject


def test_a_week_without_a_letter_to_anybody_is_not_closed_from_the_page_of_the_next(
    work: Work, world: World, orane: Person, need: Need
) -> None:
    work.session.delete(need)
    work.session.commit()

    assert "Close this week without a letter" not in orane.get(PAGE).text
    world.territory.digest_since = world.territory.created_at = NOW - timedelta(days=7)
    work.session.commit()
    assert "Close this week without a letter" in orane.get(PAGE).text
