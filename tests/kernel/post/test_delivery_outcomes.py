"""Each answer of a mail server, or none, at each step of the conversation: what becomes of the letter, and of the round."""

from dataclasses import dataclass
from threading import Event

import pytest

from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery
from matchmaker.post.delivery import Delivered
from tests.builders import make_settings
from tests.kernel.letters import only, post
from tests.kernel.scripted_smtp import scripted_server

AMINA = "amina@example.org"

SILENCE = "silence"
"""The server keeps the conversation open and says nothing."""

HANGS_UP = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The letter's state, whether this attempt counts against it, and whether the next letter may be tried."""

    state: MessageState
    counts: bool = True
    goes_on: bool = True


SENT = Outcome(state=MessageState.SENT)
FAILED = Outcome(state=MessageState.FAILED)
IN_DOUBT = Outcome(state=MessageState.UNKNOWN)
LATER = Outcome(state=MessageState.PENDING)
NOT_TRIED = Outcome(state=MessageState.PENDING, counts=False, goes_on=False)

OUTCOMES = {
    # Before the recipient is known, nothing is their fault.
    ("GREETING", "421 4.3.2 busy"): NOT_TRIED,
    ("GREETING", HANGS_UP): NOT_TRIED,
    ("GREETING", SILENCE): NOT_TRIED,
    ("AUTH", "535 5.7.8 wrong"): NOT_TRIED,
    ("MAIL", "421 4.3.2 closing"): NOT_TRIED,
    ("MAIL", "451 4.3.0 later"): LATER,
    ("MAIL", "503 5.5.1 sequence"): NOT_TRIED,
    ("MAIL", "550 5.1.8 who are you"): NOT_TRIED,
    ("MAIL", HANGS_UP): NOT_TRIED,
    ("MAIL", SILENCE): NOT_TRIED,
    ("RCPT", "421 4.3.2 closing"): NOT_TRIED,
    ("RCPT", "451 4.7.1 greylisted"): LATER,
    ("RCPT", "550 5.1.1 unknown"): FAILED,
    ("RCPT", "550 5.5.0 Adresse destinataire invalide"): FAILED,
    ("RCPT", "550 who knows"): FAILED,
    ("RCPT", "530 5.7.0 sign in first"): NOT_TRIED,
    ("RCPT", "550 5.7.1 relaying denied"): LATER,
    ("RCPT", "550 blocked as spam"): LATER,
    ("RCPT", "503 5.5.1 sequence"): LATER,
    ("RCPT", HANGS_UP): NOT_TRIED,
    ("RCPT", SILENCE): NOT_TRIED,
    # A server that says no to DATA has nothing; one that says nothing may have all of it.
    ("DATA", "421 4.3.2 closing"): NOT_TRIED,
    ("DATA", "451 4.3.0 later"): LATER,
    ("DATA", "503 5.5.1 sequence"): LATER,
    ("DATA", "554 no valid recipients"): LATER,
    # Before its 354 it has not a byte of the letter.
    ("DATA", HANGS_UP): NOT_TRIED,
    ("DATA", SILENCE): NOT_TRIED,
    ("MIDDLE", HANGS_UP): IN_DOUBT,
    ("BODY", "250 taken"): SENT,
    ("BODY", "421 4.3.2 closing"): NOT_TRIED,
    ("BODY", "451 4.3.0 later"): LATER,
    ("BODY", "550 5.1.1 unknown"): FAILED,
    ("BODY", "554 5.6.0 not this"): LATER,
    ("BODY", "554 5.7.1 not from you"): LATER,
    ("BODY", "503 bad sequence"): LATER,
    ("BODY", "550 who knows"): LATER,
    ("BODY", "554 delivery error: This user doesn't have a yahoo.fr account"): FAILED,
    ("BODY", HANGS_UP): IN_DOUBT,
    ("BODY", SILENCE): IN_DOUBT,
}


@pytest.mark.parametrize(("verb", "answer"), OUTCOMES, ids=lambda value: value or "hangs up")
def test_what_becomes_of_a_letter(works: WorkFactory, verb: str, answer: str) -> None:
    outcome = OUTCOMES[verb, answer]
    over = Event()
    with scripted_server() as server:
        if answer == SILENCE:
            server.before = lambda said: said == verb and over.wait(60)
        else:
            server.answers[verb] = answer
        settings = make_settings(
            mail_host="127.0.0.1",
            mail_port=server.port,
            # Long enough to wait for it on a busy machine where the server does answer.
            mail_timeout=1 if answer == SILENCE else 60,
            mail_username="aide",
            mail_password="secret",
        )
        if verb != "AUTH":
            server.answers["AUTH"] = "235 2.7.0 welcome"
        post(works, AMINA)
        delivered = delivery.deliver(works, settings)
        over.set()
        handed_over = len(server.letters)
    message = only(works)
    assert message.state is outcome.state
    assert message.attempts == outcome.counts
    assert (delivered.stopped is None) == outcome.goes_on
    assert delivered == Delivered(
        sent=outcome.state is MessageState.SENT,
        failed=outcome.state is MessageState.FAILED,
        in_doubt=outcome.state is MessageState.UNKNOWN,
        postponed=outcome.state is MessageState.PENDING and outcome.counts,
        stopped=delivered.stopped,
    )
    assert handed_over == (verb == "BODY")
    if outcome.state is MessageState.PENDING:
        assert message.due_at > works.clock()
        assert message.last_error
