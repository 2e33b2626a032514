"""Whom the sender leaves alone: addresses that the server refused for good, but for letters that they ask for."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import MessageState
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery, suppression
from matchmaker.post.delivery import ATTEMPTS_AT_MOST, CAME_BACK, Delivered
from matchmaker.post.meanings import Bounce
from matchmaker.post.reports import DIAGNOSTIC_LENGTH
from matchmaker.post.suppression import SuppressedAddress, SuppressionReason
from tests.builders import NOW, make_settings
from tests.clock import MovableClock
from tests.kernel.letters import KIND, letter, only, outbox
from tests.kernel.scripted_smtp import ScriptedServer, scripted_server
from tests.mailbox import Mailbox

AMINA, LOU = "amina@example.org", "lou@example.org"
WEEK = timedelta(days=7)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A mail server that does as it is told."""
    with scripted_server() as opened:
        yield opened


def post_weekly(works: WorkFactory, *recipients: str) -> None:
    """Queue a letter that nobody asked for just now to each."""
    with works.begin() as work:
        for recipient in recipients:
            work.post(letter(recipient, kind="digests.weekly"))


def suppress(works: WorkFactory, address: str = AMINA) -> None:
    """Have a letter to ``address`` come back as to nobody."""
    with works.begin() as work:
        message = work.post(letter(address))
        message.state, message.settled_at = MessageState.SENT, work.now
        suppression.record_return(work, message=message, bounce=Bounce.HARD, diagnostic="550 5.1.1 nobody")


def found(works: WorkFactory) -> Sequence[SuppressedAddress]:
    """All addresses that get no letters."""
    with works.begin() as work:
        return work.session.scalars(select(SuppressedAddress)).all()


def test_a_suppressed_address_is_not_even_named_to_the_server(
    works: WorkFactory, server: ScriptedServer
) -> None:
    settings = make_settings(mail_host="127.0.0.1", mail_port=server.port)
    suppress(works)
    post_weekly(works, AMINA)
    assert delivery.deliver(works, settings) == Delivered(skipped=1)
    assert server.verbs == []
    message = outbox(works)[-1]
    assert (message.state, message.last_error, message.settled_at) == (MessageState.SKIPPED, CAME_BACK, NOW)
    assert (message.lease_token, message.lease_until) == (None, None)


def test_the_others_get_their_letters(works: WorkFactory, settings: Settings, smtp_server: Mailbox) -> None:
    suppress(works)
    post_weekly(works, AMINA, LOU, AMINA)
    assert delivery.deliver(works, settings) == Delivered(sent=1, skipped=2)
    assert [received.recipients for received in smtp_server.received] == [(LOU,)]
    assert delivery.deliver(works, settings) == Delivered()


def test_a_letter_that_was_asked_for_just_now_is_tried_all_the_same(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    suppress(works)
    with works.begin() as work:
        work.post(letter(AMINA, asked_for=True))
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    # That the server took it proves nothing yet: it may come back.
    assert len(found(works)) == 1


def test_an_address_that_is_suppressed_between_rcpt_and_data_gets_no_letter(
    live_works: WorkFactory, server: ScriptedServer
) -> None:
    def come_back(verb: str) -> None:
        if verb == "RCPT" and server.verbs.count("RCPT") == 1:
            suppress(live_works)

    server.before = come_back
    post_weekly(live_works, AMINA, LOU)
    settings = make_settings(mail_host="127.0.0.1", mail_port=server.port, mail_timeout=60)
    assert delivery.deliver(live_works, settings) == Delivered(sent=1)
    states = {message.recipient: message.state for message in outbox(live_works) if message.kind != KIND}
    assert states == {AMINA: MessageState.SKIPPED, LOU: MessageState.SENT}
    assert len(server.letters) == 1


@pytest.mark.parametrize(
    "answer",
    ["550 5.1.1 unknown", "553 5.1.3 syntax", "556 5.1.10 null MX", "550 5.2.1 disabled"],
)
def test_an_address_that_does_not_exist_is_suppressed_at_once(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, answer: str
) -> None:
    smtp_server.recipient_answers[AMINA] = answer
    post_weekly(works, AMINA, LOU)
    assert delivery.deliver(works, settings) == Delivered(sent=1, failed=1)
    (only_one,) = found(works)
    assert (only_one.reason, only_one.diagnostic) == (SuppressionReason.HARD_BOUNCE, answer)
    assert only_one.recipient_key == works.tokens.fingerprint("recipient", AMINA)


@pytest.mark.parametrize(
    "answer", ["552 5.2.2 full", "550 mailbox unavailable", "553 not here", "552 5.1.1 Boîte saturée"]
)
def test_a_full_mailbox_and_a_refusal_without_a_reason_take_three_weeks(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, answer: str
) -> None:
    smtp_server.recipient_answers[AMINA] = answer
    for known in (0, 0, 1):
        post_weekly(works, AMINA)
        assert delivery.deliver(works, settings) == Delivered(failed=1)
        assert len(found(works)) == known
        clock.advance(WEEK)
    assert found(works)[0].reason is SuppressionReason.SOFT_WEEKS
    post_weekly(works, AMINA)
    assert delivery.deliver(works, settings) == Delivered(skipped=1)


@pytest.mark.parametrize(
    ("answer", "known"), [("452 4.2.2 full", 1), ("451 4.7.1 greylisted", 0), ("451 later", 0)]
)
def test_a_letter_that_is_put_off_until_it_is_given_up_came_back_softly(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, answer: str, known: int
) -> None:
    smtp_server.recipient_answers[AMINA] = answer
    for _ in range(3):
        post_weekly(works, AMINA)
        for _ in range(ATTEMPTS_AT_MOST):
            clock.now = outbox(works)[-1].due_at
            delivery.deliver(works, settings)
        assert outbox(works)[-1].state is MessageState.FAILED
        clock.advance(WEEK)
    assert len(found(works)) == known


def test_what_passes_in_time_was_no_bounce(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    for _ in range(4):
        smtp_server.recipient_answers[AMINA] = "452 4.2.2 full"
        post_weekly(works, AMINA)
        assert delivery.deliver(works, settings) == Delivered(postponed=1)
        del smtp_server.recipient_answers[AMINA]
        clock.advance(timedelta(minutes=1))
        assert delivery.deliver(works, settings) == Delivered(sent=1)
        clock.advance(WEEK)
    assert found(works) == []


@pytest.mark.parametrize(
    "answer", ["550 5.7.1 unable to relay", "550 5.1.8 sender unknown", "554 5.3.4 too long"]
)
def test_a_relay_that_refuses_us_suppresses_nobody(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, answer: str
) -> None:
    smtp_server.recipient_answers[AMINA] = answer
    post_weekly(works, AMINA)
    for _ in range(2 * ATTEMPTS_AT_MOST):
        clock.now = only(works).due_at
        delivery.deliver(works, settings)
    assert found(works) == []


def test_a_contradictory_answer_is_taken_for_a_passing_one(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    smtp_server.recipient_answers[AMINA] = "450 5.1.1 unknown, or not yet"
    post_weekly(works, AMINA)
    for _ in range(ATTEMPTS_AT_MOST):
        clock.now = only(works).due_at
        delivery.deliver(works, settings)
    assert only(works).state is MessageState.FAILED
    assert found(works) == []


def test_once_it_is_lifted_letters_go_again(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    suppress(works)
    with works.begin() as work:
        suppression.lift(work, address=AMINA)
    post_weekly(works, AMINA)
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    assert found(works) == []


def test_a_long_answer_fits(works: WorkFactory, settings: Settings, smtp_server: Mailbox) -> None:
    smtp_server.recipient_answers[AMINA] = f"550 5.1.1 {'x' * 450}"
    post_weekly(works, AMINA)
    assert delivery.deliver(works, settings) == Delivered(failed=1)
    assert len(found(works)[0].diagnostic) == DIAGNOSTIC_LENGTH


def test_an_answer_is_kept_without_the_address_in_it(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    smtp_server.recipient_answers[AMINA] = f"550 5.1.1 <{AMINA}> unknown"
    post_weekly(works, AMINA)
    delivery.deliver(works, settings)
    assert found(works)[0].diagnostic == "550 5.1.1 <…> unknown"
