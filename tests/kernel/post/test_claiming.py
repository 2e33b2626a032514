"""Letters are claimed twenty at a time: with few statements, the most urgent first, and no faster than all may together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from matchmaker.base.outbox import MessageState
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory
from matchmaker.post import claims, delivery
from matchmaker.post.delivery import AT_IT, AT_ONCE, Delivered
from tests.builders import make_settings
from tests.clock import MovableClock
from tests.kernel.letters import letter, outbox, post
from tests.mailbox import Mailbox

A_HUNDRED = [f"v{number}@example.org" for number in range(100)]
MINE = "amina@example.org"


@contextmanager
def counted(work: Work) -> Iterator[list[str]]:
    """The statements inside the block, without those that begin and end transactions."""
    given: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            given.append(statement)

    engine = work.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield given
    event.remove(engine, "before_cursor_execute", note)


def test_a_hundred_letters_are_handed_over_with_few_statements(
    works: WorkFactory, work: Work, settings: Settings
) -> None:
    post(works, *A_HUNDRED)
    with counted(work) as given:
        assert delivery.deliver(works, settings) == Delivered(sent=100)
    assert len(given) <= 150
    assert {message.state for message in outbox(works)} == {MessageState.SENT}


@pytest.mark.parametrize("slow", [False, True])
def test_what_somebody_asks_for_leaves_before_what_has_waited_for_long(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, slow: bool
) -> None:
    """Behind what was claimed already, and where the server is slow not even behind all of that."""
    post(works, *A_HUNDRED[:60])
    seconds = iter(range(10_000))
    asked: list[int] = []

    def ask_in_the_middle() -> bool:
        if not asked and len(smtp_server.received) >= 25:
            asked.append(len(smtp_server.received))
            with works.begin() as work:
                work.post(letter(MINE, asked_for=True))
        return True

    delivery.deliver(works, settings, going_on=ask_in_the_middle, passed=lambda: next(seconds) if slow else 0)
    place = [received.recipients for received in smtp_server.received].index((MINE,))
    assert place - asked[0] <= (AT_IT.total_seconds() if slow else AT_ONCE)
    assert len(smtp_server.received) == 61


def test_letters_that_were_claimed_and_not_tried_wait_as_before(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    post(works, *A_HUNDRED[:5])
    delivery.deliver(works, settings, going_on=lambda: len(smtp_server.received) < 2)
    assert [(message.state, message.attempts) for message in outbox(works)] == [
        *([(MessageState.SENT, 1)] * 2),
        *([(MessageState.PENDING, 0)] * 3),
    ]


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_letter_is_recorded_as_sent_whatever_becomes_of_the_next(
    works: WorkFactory, taken_back: bool
) -> None:
    post(works, *A_HUNDRED[:2])
    with works.begin() as work:
        first, second = claims.claim(work)
        assert claims.begin_sending(work, first)
        if taken_back:
            claims.settle(work, second, MessageState.SKIPPED)
    with works.begin() as work:
        assert claims.begin_after(work, second, sent=first) is not taken_back
    sent, other = outbox(works)
    assert (sent.state, sent.lease_token, sent.lease_until) == (MessageState.SENT, None, None)
    assert other.state is (MessageState.SKIPPED if taken_back else MessageState.SENDING)
    assert (other.settled_at is None) is not taken_back
    assert other.text


def test_all_senders_together_are_no_faster_than_the_rate(
    works: WorkFactory, smtp_server: Mailbox, clock: MovableClock
) -> None:
    settings = make_settings(mail_host=smtp_server.host, mail_port=smtp_server.port, mail_per_minute=24)
    post(works, *A_HUNDRED)
    rounds = [delivery.deliver(works, settings).sent for _ in range(3)]
    assert rounds == [2, 0, 0]
    for _ in range(29):
        clock.advance(timedelta(seconds=2))
        for _ in range(2):
            delivery.deliver(works, settings)
    assert 20 <= len(smtp_server.received) <= 24


def test_a_rate_costs_nothing_while_nothing_is_to_be_sent(
    works: WorkFactory, smtp_server: Mailbox, clock: MovableClock
) -> None:
    settings = make_settings(mail_host=smtp_server.host, mail_port=smtp_server.port, mail_per_minute=24)
    for _ in range(3):
        assert delivery.deliver(works, settings) == Delivered()
    post(works, *A_HUNDRED[:3])
    assert delivery.deliver(works, settings) == Delivered(sent=2)
