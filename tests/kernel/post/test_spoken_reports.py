"""Reports in a mail server's own words, and complaints: who is gone is known, and who complains gets no more letters."""

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.post import suppression
from matchmaker.post.bounces import Outcome, take_report
from matchmaker.post.meanings import Bounce
from matchmaker.post.reports import read_report
from tests.kernel.letters import letter
from tests.kernel.reports import AMINA, LOU
from tests.kernel.spoken_reports import DELAYED, HOLIDAY, KEY, SPOKEN, complaint, spoken

DIAGNOSTICS = {
    "550 5.1.1 <amina@example.org>: Recipient address rejected: User unknown": Bounce.HARD,
    "550 Unknown user": Bounce.HARD,
    "554 delivery error: dd This user doesn't have a yahoo.example account (amina@example.org) [0]": Bounce.HARD,
    "550 5.5.0 Adresse destinataire invalide. Invalid recipient.": Bounce.HARD,
    "Sorry, no mailbox here by that name. (#5.1.1)": Bounce.HARD,
    "552 5.2.2 over quota": Bounce.SOFT,
    "552 boite pleine": Bounce.SOFT,
    "554 5.7.1 message refused by policy": None,
    "550 blocked as spam": None,
}


@pytest.mark.parametrize("shape", SPOKEN.values(), ids=SPOKEN)
@pytest.mark.parametrize(("diagnostic", "bounce"), DIAGNOSTICS.items())
def test_every_server_s_own_shape_names_the_letter_and_the_reason(
    shape: str, diagnostic: str, bounce: Bounce | None
) -> None:
    read = read_report(spoken(shape, diagnostic=diagnostic))
    assert read is not None
    assert read.message_key == KEY
    about = read.about(AMINA)
    assert about is not None
    assert (about.action, about.bounce) == ("failed", bounce)
    assert "@" not in about.diagnostic


def test_a_report_that_names_its_recipient_is_about_nobody_else() -> None:
    read = read_report(spoken(SPOKEN["exim"], diagnostic="550 Unknown user"))
    assert read is not None
    assert read.about(LOU) is None


def test_who_writes_that_they_are_away_is_still_there() -> None:
    assert read_report(spoken(HOLIDAY)) is None


def test_what_is_only_delayed_did_not_come_back() -> None:
    read = read_report(spoken(DELAYED))
    assert read is not None
    assert (read.recipients[0].action, read.recipients[0].bounce) == ("delayed", None)


@pytest.mark.parametrize("shape", SPOKEN.values(), ids=SPOKEN)
def test_nobody_is_stopped_by_a_report_without_the_number_of_a_letter(shape: str) -> None:
    assert read_report(spoken(shape, key="nonsense", diagnostic="550 5.1.1 unknown")) is None


@pytest.mark.parametrize(
    ("kind", "counts"), [("abuse", True), ("fraud", True), ("not-spam", False), ("virus", False)]
)
def test_a_complaint_is_known_by_its_kind(kind: str, counts: bool) -> None:
    read = read_report(complaint(kind=kind))
    assert (read is not None and read.complaint) is counts


def test_whoever_complains_gets_only_letters_that_they_ask_for(works: WorkFactory) -> None:
    with works.begin() as work:
        message = work.post(letter(AMINA))
        message.state, message.settled_at = MessageState.SENT, work.now
        key = message.message_key
    for outcome in (Outcome.COMPLAINT, Outcome.KNOWN):
        with works.begin() as work, capture_logs() as lines:
            assert take_report(work, raw=complaint(key)) is outcome
        told = [line["event"] for line in lines]
        assert told == (["letter_unwanted"] if outcome is Outcome.COMPLAINT else []), (
            "once, however often it is told"
        )
    with works.begin() as work:
        assert suppression.is_suppressed(work, address=AMINA)
        assert not suppression.is_suppressed(work, address=LOU)
        assert suppression.count_complaints(work.session) == 1
        suppression.lift(work, address=AMINA)
        assert not suppression.is_suppressed(work, address=AMINA)


def test_a_complaint_about_no_letter_of_ours_stops_nobody(works: WorkFactory) -> None:
    with works.begin() as work:
        work.post(letter(AMINA))
        assert take_report(work, raw=complaint("0" * 32)) is Outcome.UNKNOWN_LETTER
        waiting = work.session.scalars(select(OutboxMessage)).one()
        # Nor can anybody complain of a letter that never left.
        assert take_report(work, raw=complaint(waiting.message_key)) is Outcome.UNKNOWN_LETTER
        assert not suppression.is_suppressed(work, address=AMINA)
