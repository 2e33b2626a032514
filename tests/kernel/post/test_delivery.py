"""What becomes of queued letters: sent once, put off with reasons, or told as failed."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest

from matchmaker.base import outbox as base_outbox
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery
from matchmaker.post.brake import FIRST_PAUSE, REFUSALS_IN_A_ROW
from matchmaker.post.delivery import ATTEMPTS_AT_MOST, REFUSALS_AT_MOST, TOO_LATE, Delivered, backoff
from tests.builders import NOW, make_settings
from tests.clock import MovableClock
from tests.kernel.letters import letter, only, outbox, post
from tests.kernel.scripted_smtp import ScriptedServer, scripted_server
from tests.mailbox import Mailbox

AMINA, LOU, ZOE = "amina@example.org", "lou@example.org", "zoe@example.org"


def states(works: WorkFactory) -> list[MessageState]:
    """The state of each letter."""
    return [message.state for message in outbox(works)]


def test_a_letter_is_sent_to_its_one_reader(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    post(works, AMINA, LOU)
    assert delivery.deliver(works, settings) == Delivered(sent=2)
    assert [(received.mail_from, received.recipients) for received in smtp_server.received] == [
        ("bonjour@territoire.example", (AMINA,)),
        ("bonjour@territoire.example", (LOU,)),
    ]
    message = outbox(works)[0]
    assert (message.state, message.settled_at, message.lease_token) == (MessageState.SENT, NOW, None)


def test_what_was_sent_is_not_sent_again(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    post(works, AMINA)
    delivery.deliver(works, settings)
    assert delivery.deliver(works, settings) == Delivered()
    assert len(smtp_server.received) == 1


def test_what_is_not_due_waits(works: WorkFactory, settings: Settings, clock: MovableClock) -> None:
    with works.begin() as work:
        work.post(letter()).due_at = NOW + timedelta(minutes=1)
    assert delivery.deliver(works, settings) == Delivered()
    clock.advance(timedelta(minutes=1))
    assert delivery.deliver(works, settings) == Delivered(sent=1)


def test_a_round_ends_at_its_limit_and_when_it_is_told(works: WorkFactory, settings: Settings) -> None:
    post(works, AMINA, LOU, ZOE)
    assert delivery.deliver(works, settings, going_on=lambda: False) == Delivered()
    assert states(works) == [MessageState.PENDING] * 3
    assert delivery.deliver(works, settings, limit=2) == Delivered(sent=2)
    assert states(works) == [MessageState.SENT, MessageState.SENT, MessageState.PENDING]


@pytest.mark.parametrize(
    "answer",
    ["550 5.1.1 unknown", "550 no such user", "553 5.1.3 syntax", "556 5.1.10 null MX", "552 5.2.2 full"],
)
def test_an_address_that_does_not_exist_fails_and_the_others_go_on(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, answer: str
) -> None:
    smtp_server.recipient_answers[AMINA] = answer
    post(works, AMINA, LOU)
    assert delivery.deliver(works, settings) == Delivered(sent=1, failed=1)
    failed, sent = outbox(works)
    assert (failed.state, failed.last_error, failed.settled_at) == (MessageState.FAILED, answer, NOW)
    assert sent.state is MessageState.SENT


@pytest.mark.parametrize("where", ["RCPT", "MAIL", "DATA"])
def test_a_passing_trouble_puts_a_letter_off_for_longer_each_time(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, where: str
) -> None:
    answer = "451 4.7.1 try again later"
    if where == "RCPT":
        smtp_server.recipient_answers[AMINA] = answer
    elif where == "MAIL":
        smtp_server.sender_answer = answer
    else:
        smtp_server.data_answer = answer
    post(works, AMINA)
    for attempt, minutes in enumerate((1, 2, 4), start=1):
        assert delivery.deliver(works, settings) == Delivered(postponed=1)
        message = only(works)
        assert (message.state, message.attempts) == (MessageState.PENDING, attempt)
        assert message.last_error == answer
        assert message.due_at == clock.now + timedelta(minutes=minutes)
        clock.advance(timedelta(minutes=minutes))
    smtp_server.recipient_answers.clear()
    smtp_server.sender_answer = smtp_server.data_answer = None
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    assert len(smtp_server.received) == 1


def test_a_letter_that_is_put_off_each_time_is_given_up_at_last(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    smtp_server.recipient_answers[AMINA] = "450 4.2.0 greylisted"
    post(works, AMINA)
    rounds = 0
    while only(works).state is MessageState.PENDING:
        clock.now = only(works).due_at
        delivery.deliver(works, settings)
        rounds += 1
    assert rounds == ATTEMPTS_AT_MOST
    assert only(works).state is MessageState.FAILED
    assert timedelta(days=1) < clock.now - NOW < timedelta(days=3)


def test_the_wait_grows_and_stays_bearable() -> None:
    assert [backoff(n) for n in (0, 1, 2, 3)] == [timedelta(minutes=m) for m in (1, 1, 2, 4)]
    assert backoff(1000) == timedelta(hours=6)


@pytest.mark.parametrize(
    "answer",
    ["421 4.3.2 shutting down", "503 bad sequence", "530 5.7.0 sign in first", "535 5.7.8 who are you",
     "552 5.3.4 quota", "554 5.7.1 your address is blocked"],
)  # fmt: skip
def test_a_server_that_refuses_the_sender_stops_the_round_and_burns_no_letter(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, answer: str
) -> None:
    smtp_server.sender_answer = answer
    post(works, AMINA, LOU, ZOE)
    assert delivery.deliver(works, settings) == Delivered(stopped=answer)
    first, *others = outbox(works)
    assert (first.state, first.attempts, first.last_error) == (MessageState.PENDING, 0, answer)
    assert [(other.state, other.attempts) for other in others] == [(MessageState.PENDING, 0)] * 2
    smtp_server.sender_answer = None
    clock.advance(timedelta(minutes=1))
    assert delivery.deliver(works, settings) == Delivered(sent=3)


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("RCPT", "554 5.7.1 relay access denied"),
        ("RCPT", "550 5.1.8 sender's domain unknown"),
        ("RCPT", "503 bad sequence"),
        ("DATA", "554 5.6.0 not this"),
        ("DATA", "550 5.7.1 this looks like spam"),
    ],
)
def test_a_letter_that_is_refused_for_good_is_offered_a_few_times_and_stops_no_other(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock, stage: str, answer: str
) -> None:
    post(works, AMINA)
    if stage == "RCPT":
        smtp_server.recipient_answers[AMINA] = answer
        post(works, LOU)
        assert delivery.deliver(works, settings) == Delivered(postponed=1, sent=1)
    else:
        smtp_server.data_answer = answer
        assert delivery.deliver(works, settings) == Delivered(postponed=1)
    rounds = 1
    while outbox(works)[0].state is MessageState.PENDING:
        clock.now = outbox(works)[0].due_at
        delivery.deliver(works, settings)
        rounds += 1
    assert rounds == REFUSALS_AT_MOST
    assert (outbox(works)[0].state, outbox(works)[0].last_error) == (MessageState.FAILED, answer)
    assert timedelta(hours=20) < clock.now - NOW < timedelta(days=2)


def test_what_every_letter_is_refused_stops_the_round_and_waits(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    people = [f"reader{number}@example.org" for number in range(REFUSALS_IN_A_ROW + 2)]
    smtp_server.recipient_answers = dict.fromkeys(people, "554 5.7.1 relay access denied")
    post(works, *people)
    outcome = delivery.deliver(works, settings)
    assert outcome == Delivered(postponed=REFUSALS_IN_A_ROW, stopped="554 5.7.1 relay access denied")
    assert [message.attempts for message in outbox(works)[-2:]] == [0, 0]
    # Nothing is tried until the pause is over, then one letter alone.
    assert delivery.deliver(works, settings) == Delivered(stopped="554 5.7.1 relay access denied")
    clock.advance(FIRST_PAUSE)
    assert delivery.deliver(works, settings).postponed == 1
    clock.advance(2 * FIRST_PAUSE)
    smtp_server.recipient_answers.clear()
    delivery.deliver(works, settings)
    clock.advance(timedelta(hours=12))
    delivery.deliver(works, settings)
    assert states(works) == [MessageState.SENT] * len(people)


def test_what_was_asked_for_just_now_goes_before_all_that_was_due_earlier(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    post(works, AMINA, LOU)
    clock.advance(timedelta(hours=1))
    with works.begin() as work:
        work.post(letter(ZOE, asked_for=True))
    assert delivery.deliver(works, settings) == Delivered(sent=3)
    assert [received.recipients for received in smtp_server.received] == [(ZOE,), (AMINA,), (LOU,)]


def test_a_letter_is_dated_when_it_leaves_and_not_sent_when_it_is_too_late(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    with works.begin() as work:
        work.post(letter(AMINA, lasts=timedelta(hours=2)))
        work.post(letter(LOU, lasts=timedelta(hours=2, seconds=1)))
        base_outbox.hold(work.session, OutboxMessage.recipient == AMINA)
        work.post(letter(ZOE, lasts=timedelta(hours=2)))
    clock.advance(timedelta(hours=2))
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    assert states(works) == [MessageState.SKIPPED, MessageState.SENT, MessageState.SKIPPED]
    assert outbox(works)[0].last_error == TOO_LATE
    (received,) = smtp_server.received
    assert parsedate_to_datetime(str(message_from_bytes(received.content)["Date"])) == clock.now


def test_a_letter_that_becomes_too_late_while_it_is_claimed_does_not_leave(
    works: WorkFactory, clock: MovableClock
) -> None:
    with works.begin() as work:
        work.post(letter(AMINA, lasts=timedelta(minutes=1)))
        (message,) = delivery.claim(work)
    clock.advance(timedelta(minutes=1))
    with works.begin() as work:
        assert not delivery.begin_sending(work, message)


def test_a_letter_that_becomes_too_late_in_the_middle_of_a_round_is_not_claimed(
    works: WorkFactory, clock: MovableClock
) -> None:
    """Not even its recipient is named to the server; what became of it is settled when the next round begins."""
    with works.begin() as work:
        work.post(letter(AMINA, lasts=timedelta(minutes=1)))
    clock.advance(timedelta(minutes=1))
    with works.begin() as work:
        assert not delivery.claim(work)


def test_without_a_server_letters_stay_queued_with_the_reason(
    works: WorkFactory, clock: MovableClock
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nowhere = make_settings(mail_host="127.0.0.1", mail_port=port)
    post(works, AMINA, LOU)
    for _ in range(20):
        stopped = delivery.deliver(works, nowhere).stopped
        assert stopped is not None
        assert stopped.startswith(f"127.0.0.1:{port}: ")
        clock.advance(timedelta(hours=1))
    assert states(works) == [MessageState.PENDING] * 2
    assert [message.attempts for message in outbox(works)] == [0, 0]
    with works.begin() as work:
        stand = delivery.waiting(work.session)
        assert stand.counts == {MessageState.PENDING: 2}
        assert stand.last_error is not None
        assert "refused" in stand.last_error
        assert delivery.waiting(work.session, kind="digests.weekly") == delivery.Waiting(
            counts={}, last_error=None
        )


def test_an_answer_is_told_without_the_addresses_in_it(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    smtp_server.recipient_answers[AMINA] = f"554 5.7.1 <{AMINA}>: from={AMINA}, access denied"
    post(works, AMINA)
    assert delivery.deliver(works, settings) == Delivered(postponed=1)
    assert only(works).last_error == "554 5.7.1 <…>: from=…, access denied"
    written = capsys.readouterr()
    assert "example.org" not in written.out + written.err


def test_a_recipient_that_no_header_can_hold_fails_alone(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    post(works, "not an address", LOU)
    assert delivery.deliver(works, settings) == Delivered(sent=1, failed=1)
    assert len(smtp_server.received) == 1


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A mail server that does as it is told."""
    with scripted_server() as opened:
        yield opened


def settings_for(server: ScriptedServer, **values: object) -> Settings:
    """Settings that send to the scripted server."""
    return make_settings(mail_host="127.0.0.1", mail_port=server.port, mail_timeout=60, **values)


@pytest.mark.parametrize(
    ("verb", "answer"),
    [("GREETING", "554 not you"), ("GREETING", ""), ("AUTH", "535 5.7.8 wrong"), ("AUTH", ""), ("RSET", "")],
)
def test_a_conversation_that_fails_before_the_letter_burns_nothing(
    works: WorkFactory, server: ScriptedServer, verb: str, answer: str
) -> None:
    server.answers[verb] = answer
    post(works, AMINA)
    outcome = delivery.deliver(works, settings_for(server, mail_username="aide", mail_password="wrong"))
    assert outcome.stopped
    assert answer[:3] in outcome.stopped
    assert (only(works).state, only(works).attempts) == (MessageState.PENDING, 0)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_encryption_is_told_nothing_where_that_is_demanded(
    works: WorkFactory, server: ScriptedServer, security: str
) -> None:
    post(works, AMINA)
    secured = settings_for(server, mail_security=security, mail_username="aide", mail_password="secret")
    assert delivery.deliver(works, secured).stopped
    assert {"AUTH", "MAIL"}.isdisjoint(server.verbs)
    assert only(works).state is MessageState.PENDING


def test_the_same_conversation_serves_many_letters(works: WorkFactory, server: ScriptedServer) -> None:
    post(works, AMINA, LOU, ZOE)
    assert delivery.deliver(works, settings_for(server)) == Delivered(sent=3)
    assert server.verbs.count("EHLO") == 1
    assert server.verbs[-1] == "QUIT"
