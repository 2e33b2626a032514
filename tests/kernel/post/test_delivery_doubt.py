"""Nothing is handed over twice: connections that break, senders that die, letters that are taken back meanwhile."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from matchmaker.base import outbox as base_outbox
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery
from matchmaker.post.brake import DOUBTS_IN_A_ROW, FIRST_PAUSE, Pause, find_pause
from matchmaker.post.delivery import LEASE, Delivered
from tests.builders import NOW, make_settings
from tests.clock import MovableClock
from tests.kernel.letters import KIND, letter, only, outbox, post
from tests.kernel.scripted_smtp import ScriptedServer, scripted_server
from tests.mailbox import Mailbox

AMINA, LOU = "amina@example.org", "lou@example.org"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A mail server that does as it is told."""
    with scripted_server() as opened:
        yield opened


def settings_for(server: ScriptedServer) -> Settings:
    """Settings that send to the scripted server."""
    return make_settings(mail_host="127.0.0.1", mail_port=server.port, mail_timeout=60)


@pytest.mark.parametrize("verb", ["BODY", "MIDDLE"])
def test_a_letter_whose_handing_over_broke_is_in_doubt_and_never_sent_again(
    works: WorkFactory, server: ScriptedServer, clock: MovableClock, verb: str
) -> None:
    server.answers[verb] = ""
    post(works, AMINA)
    assert delivery.deliver(works, settings_for(server)) == Delivered(in_doubt=1)
    message = only(works)
    assert (message.state, message.settled_at) == (MessageState.UNKNOWN, NOW)
    assert message.last_error
    del server.answers[verb]
    for _ in range(3):
        clock.advance(timedelta(days=1))
        assert delivery.deliver(works, settings_for(server)) == Delivered()
    assert len(server.letters) <= 1


def test_after_a_doubt_the_next_letters_go_by_a_new_conversation(
    works: WorkFactory, server: ScriptedServer
) -> None:
    post(works, AMINA, LOU)

    def hang_up_once(verb: str) -> None:
        server.answers.pop("BODY", None)
        if verb == "BODY" and server.verbs.count("BODY") == 1:
            server.answers["BODY"] = ""

    server.before = hang_up_once
    assert delivery.deliver(works, settings_for(server)) == Delivered(in_doubt=1, sent=1)
    assert server.verbs.count("GREETING") == 2


def test_doubt_stops_the_round_after_three_in_a_row_and_costs_one_letter_a_pause(
    works: WorkFactory, server: ScriptedServer, clock: MovableClock
) -> None:
    server.answers["BODY"] = ""
    post(works, *(f"reader{number}@example.org" for number in range(20)))
    assert delivery.deliver(works, settings_for(server)) == Delivered(
        in_doubt=DOUBTS_IN_A_ROW, stopped="SMTPServerDisconnected"
    )
    # Another sender holds still too, until the pause is over.
    assert delivery.deliver(works, settings_for(server)).in_doubt == 0
    with works.begin() as work:
        pause = find_pause(work.session, now=work.now)
    assert pause == Pause(until=NOW + FIRST_PAUSE, reason="SMTPServerDisconnected", doubt=True)
    for minutes in (5, 10, 20):
        clock.advance(timedelta(minutes=minutes))
        assert delivery.deliver(works, settings_for(server)).in_doubt == 1
        with works.begin() as work:
            pause = find_pause(work.session, now=work.now)
        assert pause is not None
        assert pause.until == clock.now + timedelta(minutes=2 * minutes), (
            "each is twice as long as the one before"
        )
    clock.advance(timedelta(days=1))
    del server.answers["BODY"]
    assert delivery.deliver(works, settings_for(server)) == Delivered(sent=14)
    with works.begin() as work:
        assert find_pause(work.session, now=work.now) is None


def test_doubts_with_a_letter_that_was_taken_in_between_are_not_in_a_row(
    works: WorkFactory, server: ScriptedServer
) -> None:
    post(works, *(f"reader{number}@example.org" for number in range(8)))

    def hang_up_at_each_second(verb: str) -> None:
        server.answers.pop("BODY", None)
        if verb == "BODY" and server.verbs.count("BODY") % 2:
            server.answers["BODY"] = ""

    server.before = hang_up_at_each_second
    assert delivery.deliver(works, settings_for(server)) == Delivered(in_doubt=4, sent=4)


@pytest.mark.parametrize("trouble", ["", "503 5.5.1 sequence"])
def test_a_server_that_breaks_off_before_it_asked_for_the_letter_costs_none(
    works: WorkFactory, server: ScriptedServer, clock: MovableClock, trouble: str
) -> None:
    server.answers["DATA"] = trouble
    post(works, AMINA, LOU)
    for _ in range(4):
        delivery.deliver(works, settings_for(server))
        clock.advance(timedelta(minutes=1))
    assert [message.state for message in outbox(works)] == [MessageState.PENDING] * 2
    del server.answers["DATA"]
    clock.advance(timedelta(hours=1))
    assert delivery.deliver(works, settings_for(server)) == Delivered(sent=2)


def test_a_line_that_begins_with_a_full_stop_arrives_as_it_is(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    with works.begin() as work:
        work.post(letter(text="Bonjour\n.\n.. et la suite\n"))
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    assert b"Bonjour\r\n.\r\n.. et la suite\r\n" in smtp_server.received[0].content


def test_the_letter_is_marked_before_its_first_byte_leaves(
    live_works: WorkFactory, server: ScriptedServer
) -> None:
    seen: dict[str, MessageState] = {}

    def look(verb: str) -> None:
        if verb in {"MAIL", "RCPT", "DATA", "BODY"}:
            seen[verb] = only(live_works).state

    server.before = look
    post(live_works, AMINA)
    assert delivery.deliver(live_works, settings_for(server)) == Delivered(sent=1)
    assert seen == {
        "MAIL": MessageState.CLAIMED,
        "RCPT": MessageState.CLAIMED,
        "DATA": MessageState.SENDING,
        "BODY": MessageState.SENDING,
    }


def test_what_a_dead_sender_had_claimed_is_sent_after_its_lease(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    post(works, AMINA)
    with works.begin() as work:
        assert delivery.claim(work)
    clock.advance(LEASE - timedelta(seconds=1))
    assert delivery.deliver(works, settings) == Delivered()
    clock.advance(timedelta(seconds=1))
    assert delivery.deliver(works, settings) == Delivered(sent=1)
    assert len(smtp_server.received) == 1


def test_what_a_dead_sender_was_handing_over_is_in_doubt_after_its_lease(
    works: WorkFactory, settings: Settings, smtp_server: Mailbox, clock: MovableClock
) -> None:
    post(works, AMINA)
    with works.begin() as work:
        (message,) = delivery.claim(work)
        assert delivery.begin_sending(work, message)
    clock.advance(LEASE - timedelta(seconds=1))
    delivery.deliver(works, settings)
    assert only(works).state is MessageState.SENDING
    clock.advance(timedelta(seconds=1))
    assert delivery.deliver(works, settings) == Delivered()
    doubtful = only(works)
    assert (doubtful.state, doubtful.lease_token) == (MessageState.UNKNOWN, None)
    assert doubtful.last_error == "the sender stopped in the middle"
    assert smtp_server.received == []


def claimed(works: WorkFactory) -> OutboxMessage:
    """A letter that somebody has just claimed."""
    post(works, AMINA)
    with works.begin() as work:
        (message,) = delivery.claim(work)
    return message


def test_a_sender_whose_lease_ran_out_may_not_begin(works: WorkFactory, clock: MovableClock) -> None:
    message = claimed(works)
    clock.advance(LEASE)
    with works.begin() as work:
        assert not delivery.begin_sending(work, message)


def test_a_sender_whose_letter_somebody_else_claimed_may_neither_begin_nor_settle(
    works: WorkFactory, clock: MovableClock
) -> None:
    late = claimed(works)
    clock.advance(LEASE)
    with works.begin() as work:
        delivery.settle_expired(work)
        (quick,) = delivery.claim(work)
        token = quick.lease_token
    late = OutboxMessage(id=late.id, lease_token="the token of the lease that ran out", attempts=1)
    with works.begin() as work:
        assert not delivery.begin_sending(work, late)
        delivery.settle(work, late, MessageState.FAILED, error="too late")
        delivery.give_back(work, late, error="too late", delay=timedelta())
    message = only(works)
    assert (message.state, message.lease_token) == (MessageState.CLAIMED, token)


def test_beginning_to_send_gives_the_server_a_whole_lease_for_its_answer(
    works: WorkFactory, clock: MovableClock
) -> None:
    message = claimed(works)
    clock.advance(LEASE - timedelta(seconds=1))
    with works.begin() as work:
        assert delivery.begin_sending(work, message)
    assert only(works).lease_until == clock.now + LEASE


def test_a_letter_that_is_taken_back_between_rcpt_and_data_is_not_sent(
    live_works: WorkFactory, server: ScriptedServer
) -> None:
    def take_back(verb: str) -> None:
        if verb == "RCPT" and server.verbs.count("RCPT") == 1:
            with live_works.begin() as work:
                assert base_outbox.skip_waiting(work.session, recipient=AMINA, kind=KIND, now=work.now) == 1

    server.before = take_back
    post(live_works, AMINA, LOU)
    assert delivery.deliver(live_works, settings_for(server)) == Delivered(sent=1)
    assert [message.state for message in outbox(live_works)] == [MessageState.SKIPPED, MessageState.SENT]
    assert len(server.letters) == 1


def test_a_letter_on_its_way_can_no_longer_be_taken_back(
    live_works: WorkFactory, server: ScriptedServer
) -> None:
    taken: list[int] = []

    def take_back(verb: str) -> None:
        if verb == "DATA":
            with live_works.begin() as work:
                taken.append(base_outbox.skip_waiting(work.session, recipient=AMINA, kind=KIND, now=work.now))

    server.before = take_back
    post(live_works, AMINA)
    assert delivery.deliver(live_works, settings_for(server)) == Delivered(sent=1)
    assert taken == [0]
    assert only(live_works).state is MessageState.SENT


def test_senders_at_once_send_each_letter_once(
    live_works: WorkFactory, settings: Settings, smtp_server: Mailbox
) -> None:
    recipients = [f"citizen-{number}@example.org" for number in range(60)]
    post(live_works, *recipients)
    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(lambda _: delivery.deliver(live_works, settings), range(3)))
    assert sum(outcome.sent for outcome in outcomes) == 60
    assert max(outcome.sent for outcome in outcomes) < 60
    counted = Counter(recipient for received in smtp_server.received for recipient in received.recipients)
    assert counted == Counter(recipients)
    assert {message.state for message in outbox(live_works)} == {MessageState.SENT}


def test_a_stop_finishes_the_letter_in_hand_and_claims_no_other(
    live_works: WorkFactory, server: ScriptedServer
) -> None:
    post(live_works, AMINA, LOU)
    going = True

    def stop(verb: str) -> None:
        nonlocal going
        if verb == "RCPT":
            going = False

    server.before = stop
    assert delivery.deliver(live_works, settings_for(server), going_on=lambda: going) == Delivered(sent=1)
    assert [message.state for message in outbox(live_works)] == [MessageState.SENT, MessageState.PENDING]
    assert [message.lease_token for message in outbox(live_works)] == [None, None]


def test_a_database_that_fails_after_the_letter_left_leaves_a_doubt_and_no_second_letter(
    live_works: WorkFactory, server: ScriptedServer, clock: MovableClock
) -> None:
    post(live_works, AMINA)

    class Gone(Exception):
        """The database is no longer there."""

    def sessions() -> object:
        if server.letters:
            raise Gone
        return live_works.sessions()

    breaking = replace(live_works, sessions=sessions)  # type: ignore[arg-type]
    with pytest.raises(Gone):
        delivery.deliver(breaking, settings_for(server))
    assert only(live_works).state is MessageState.SENDING
    clock.advance(LEASE)
    assert delivery.deliver(live_works, settings_for(server)) == Delivered()
    assert only(live_works).state is MessageState.UNKNOWN
    assert len(server.letters) == 1
