"""The logs answer what became of a letter: a line each time it was tried, by its number and kind, with no address."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from structlog.testing import capture_logs
from structlog.typing import EventDict

from matchmaker import scheduler
from matchmaker.base.outbox import MessageState
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery, suppression
from matchmaker.post.claims import LEASE
from matchmaker.post.meanings import Bounce
from tests.builders import make_settings
from tests.clock import MovableClock
from tests.databases import Database
from tests.doors import make_app, site_of
from tests.kernel.letters import KIND, letter, outbox, post
from tests.kernel.scripted_smtp import scripted_server
from tests.mailbox import Mailbox

AMINA, LOU, ZOE = "amina@example.org", "lou@example.org", "zoe@example.org"


@pytest.fixture
def told() -> Iterator[list[EventDict]]:
    """What is told while the test runs; at its end, that no address was."""
    with capture_logs() as lines:
        yield lines
    assert lines
    assert "@" not in str(lines)


def lines_of(told: list[EventDict], number: int) -> list[tuple[str, object]]:
    """What was told of a letter, and in whose words."""
    return [(line["event"], line["detail"]) for line in told if line.get("message") == number]


def test_each_outcome_is_a_line(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, told: list[EventDict]
) -> None:
    with works.begin() as work:
        back = work.post(letter(ZOE, kind="test.before"))
        back.state, back.settled_at = MessageState.SENT, work.now
        suppression.record_return(work, message=back, bounce=Bounce.HARD, diagnostic="550 5.1.1")
        numbers = [work.post(letter(reader, asked_for=False)) for reader in (AMINA, LOU, ZOE)]
        late = work.post(letter("late@example.org"))
        late.not_after = work.now
    smtp_server.recipient_answers[AMINA] = f"450 4.2.0 <{AMINA}> greylisted"
    smtp_server.recipient_answers[LOU] = f"550 5.1.1 <{LOU}> unknown"
    delivery.deliver(works, settings)
    smtp_server.recipient_answers.clear()
    amina, lou, zoe = (message.id for message in numbers)
    assert lines_of(told, amina) == [("letter_postponed", "450 4.2.0 <…> greylisted")]
    assert lines_of(told, lou) == [("letter_failed", "550 5.1.1 <…> unknown")]
    assert lines_of(told, zoe) == [("letter_skipped", delivery.CAME_BACK)]
    assert lines_of(told, late.id) == [("letter_skipped", delivery.TOO_LATE)]
    assert {line["kind"] for line in told} == {KIND}


def test_a_letter_that_was_put_off_and_then_sent_has_both_lines(
    works: WorkFactory,
    settings: Settings,
    smtp_server: Mailbox,
    clock: MovableClock,
    told: list[EventDict],
) -> None:
    post(works, AMINA)
    number = outbox(works)[0].id
    smtp_server.data_answer = "451 4.3.0 later"
    delivery.deliver(works, settings)
    smtp_server.data_answer = None
    clock.advance(timedelta(minutes=1))
    delivery.deliver(works, settings)
    assert lines_of(told, number) == [("letter_postponed", "451 4.3.0 later"), ("letter_sent", None)]


def test_a_letter_in_doubt_is_a_line_whoever_finds_it(
    works: WorkFactory, clock: MovableClock, told: list[EventDict]
) -> None:
    post(works, AMINA, LOU)
    first, second = (message.id for message in outbox(works))
    with scripted_server(BODY="") as server:
        settings = make_settings(mail_host="127.0.0.1", mail_port=server.port)
        delivery.deliver(works, settings, limit=1)
        with works.begin() as work:
            (message,) = delivery.claim(work)
            assert delivery.begin_sending(work, message)
        clock.advance(LEASE)
        delivery.deliver(works, settings)
    assert lines_of(told, first) == [("letter_in_doubt", "SMTPServerDisconnected")]
    assert lines_of(told, second) == [("letter_in_doubt", "the sender stopped in the middle")]


def test_a_round_is_told_and_one_that_did_nothing_only_when_the_reason_is_new(
    database: Database, smtp_server: Mailbox, clock: MovableClock, told: list[EventDict]
) -> None:
    app: Flask = make_app(
        database.sessions, clock=clock, mail_host=smtp_server.host, mail_port=smtp_server.port
    )
    site = site_of(app)
    letters = scheduler.beats_of(site, going_on=lambda: True)[0]

    def rounds() -> list[tuple[int, str | None]]:
        """Letters sent, and why it stopped, of each round that this beat tells of."""
        before = len(told)
        letters()
        return [(line["sent"], line["stopped"]) for line in told[before:] if line["event"] == "letters_round"]

    assert rounds() == []
    post(site.works, AMINA, LOU)
    smtp_server.sender_answer = "421 4.3.2 shutting down"
    assert rounds() == [(0, "421 4.3.2 shutting down")]
    assert rounds() == []
    smtp_server.sender_answer = None
    clock.advance(timedelta(minutes=2))
    assert rounds() == [(2, None)]
    assert rounds() == []
