"""Letters that came back: believed if they are ours, counted once, and three weeks of them are enough."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.base import outbox as base_outbox
from matchmaker.base.db import violates
from matchmaker.base.outbox import MessageState
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery, suppression
from matchmaker.post.bounces import REPORTS_AT_MOST, Outcome, read_maildir, take_report
from matchmaker.post.meanings import Bounce
from matchmaker.post.reports import DIAGNOSTIC_LENGTH
from matchmaker.post.suppression import ReturnedLetter, SuppressedAddress, SuppressionReason
from tests.builders import NOW
from tests.clock import MovableClock
from tests.kernel.letters import letter, outbox
from tests.kernel.reports import AMINA, LOU, full, report, with_recipients

WEEK = timedelta(days=7)
WEEKLY = "digests.weekly"


def sent(works: WorkFactory, recipient: str = AMINA, *, state: MessageState = MessageState.SENT) -> str:
    """A letter that was handed over a moment ago; the number that its report will name."""
    with works.begin() as work:
        message = work.post(letter(recipient, kind=WEEKLY))
        message.state, message.settled_at = state, work.now
        if state is MessageState.SENDING:
            message.lease_token, message.lease_until, message.settled_at = "token", work.now, None
        return message.message_key


def take(works: WorkFactory, raw: bytes) -> Outcome:
    """Read one report."""
    with works.begin() as work:
        return take_report(work, raw=raw)


def suppressed(works: WorkFactory) -> Sequence[SuppressedAddress]:
    """All addresses that get no letters."""
    with works.begin() as work:
        return work.session.scalars(select(SuppressedAddress)).all()


def returned(works: WorkFactory) -> list[Bounce]:
    """All letters that came back, in their order."""
    with works.begin() as work:
        return list(work.session.scalars(select(ReturnedLetter.bounce).order_by(ReturnedLetter.id)))


def test_a_letter_to_nobody_suppresses_its_address_which_is_not_kept(works: WorkFactory) -> None:
    assert take(works, report(sent(works))) is Outcome.SUPPRESSED
    (found,) = suppressed(works)
    assert (found.reason, found.since) == (SuppressionReason.HARD_BOUNCE, NOW)
    assert found.diagnostic == "550 5.1.1 <…>: Recipient address rejected: User unknown"
    assert found.recipient_key == works.tokens.fingerprint("recipient", AMINA)
    with works.begin() as work:
        assert suppression.is_suppressed(work, address=AMINA)
        assert not suppression.is_suppressed(work, address=LOU)


def test_a_letter_to_somebody_who_has_left_comes_back_to_nobody(works: WorkFactory) -> None:
    key = sent(works)
    with works.begin() as work:
        base_outbox.forget(work.session, recipient=AMINA, now=NOW)
    assert take(works, report(key)) is Outcome.UNKNOWN_LETTER
    assert (suppressed(works), returned(works)) == ([], [])


@pytest.mark.parametrize(("make", "outcome"), [(report, Outcome.SUPPRESSED), (full, Outcome.NOTED)])
def test_a_report_that_is_read_twice_counts_once(
    works: WorkFactory, make: Callable[[str], bytes], outcome: Outcome
) -> None:
    raw = make(sent(works))
    assert [take(works, raw) for _ in range(3)] == [outcome, Outcome.KNOWN, Outcome.KNOWN]
    assert len(returned(works)) == 1


def test_the_database_itself_keeps_a_letter_from_coming_back_twice(works: WorkFactory) -> None:
    key = sent(works)
    take(works, report(key))
    with pytest.raises(IntegrityError) as refusal, works.begin() as work:
        work.session.add(
            ReturnedLetter(message_key=key, recipient_key="0" * 64, bounce=Bounce.SOFT, sent_at=NOW)
        )
    assert violates(refusal.value, "uq_returned_letters_message_key")


def test_reports_that_are_read_at_once_count_once(live_works: WorkFactory) -> None:
    raw = full(sent(live_works))
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda _: take(live_works, raw), range(8)))
    assert sorted(outcomes) == sorted([Outcome.NOTED, *[Outcome.KNOWN] * 7])


@pytest.mark.parametrize(
    "state", [MessageState.PENDING, MessageState.CLAIMED, MessageState.SKIPPED, MessageState.FAILED]
)
def test_a_report_about_a_letter_that_never_left_is_forged(works: WorkFactory, state: MessageState) -> None:
    with works.begin() as work:
        message = work.post(letter(AMINA))
        message.state, message.lease_token, message.lease_until = state, "token", work.now
    assert take(works, report(message.message_key)) is Outcome.UNKNOWN_LETTER
    assert suppressed(works) == []


def test_an_address_alone_suppresses_nobody(works: WorkFactory) -> None:
    sent(works)
    assert take(works, report("0" * 32)) is Outcome.UNKNOWN_LETTER
    assert take(works, report("nonsense")) is Outcome.NO_REPORT
    assert suppressed(works) == []


def test_who_has_one_letter_can_stop_nobody_else_s(works: WorkFactory) -> None:
    sent(works, LOU)
    mine = sent(works, AMINA)
    assert take(works, report(mine, LOU)) is Outcome.SOMEBODY_ELSE
    assert take(
        works, with_recipients(mine, f"Final-Recipient: rfc822; {LOU}\nAction: failed\nStatus: 5.1.1")
    ) is (Outcome.SOMEBODY_ELSE)
    assert suppressed(works) == []


@pytest.mark.parametrize("state", [MessageState.UNKNOWN, MessageState.SENDING])
def test_a_letter_in_doubt_that_comes_back_had_been_taken(works: WorkFactory, state: MessageState) -> None:
    assert take(works, report(sent(works, state=state))) is Outcome.SUPPRESSED
    # The doubt stays listed: it is the person's to settle.
    assert outbox(works)[0].state is state


@pytest.mark.parametrize(
    "raw",
    [
        {"status": "5.7.1", "diagnostic": "550 5.7.1 blocked"},
        {"status": "4.4.1", "action": "delayed"},
        {"status": "2.0.0", "action": "delivered"},
    ],
)
def test_what_is_not_the_recipients_fault_is_not_counted(works: WorkFactory, raw: dict[str, str]) -> None:
    assert take(works, report(sent(works), **raw)) is Outcome.NO_FAULT
    assert returned(works) == []


def test_three_weeks_of_full_mailboxes_are_enough(works: WorkFactory, clock: MovableClock) -> None:
    assert take(works, full(sent(works))) is Outcome.NOTED
    clock.advance(WEEK)
    assert take(works, full(sent(works))) is Outcome.NOTED
    clock.advance(WEEK)
    assert take(works, full(sent(works))) is Outcome.SUPPRESSED
    (found,) = suppressed(works)
    assert (found.reason, found.since) == (SuppressionReason.SOFT_WEEKS, clock.now)


def test_three_letters_of_one_week_are_one_week(works: WorkFactory, clock: MovableClock) -> None:
    for _ in range(3):
        assert take(works, full(sent(works))) is Outcome.NOTED
        clock.advance(timedelta(days=1))
    assert suppressed(works) == []


def test_a_week_without_a_letter_does_not_break_the_row(works: WorkFactory, clock: MovableClock) -> None:
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        assert take(works, full(sent(works))) is outcome
        clock.advance(3 * WEEK)


def test_a_letter_that_arrived_in_between_breaks_the_row(works: WorkFactory, clock: MovableClock) -> None:
    for _ in range(2):
        take(works, full(sent(works)))
        clock.advance(WEEK)
    sent(works)
    sent(works, LOU)
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        clock.advance(WEEK)
        assert take(works, full(sent(works))) is outcome


def test_a_letter_that_arrived_at_the_same_moment_breaks_the_row_too(
    works: WorkFactory, clock: MovableClock
) -> None:
    key = sent(works)
    sent(works)
    assert take(works, full(key)) is Outcome.NOTED
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        clock.advance(WEEK)
        assert take(works, full(sent(works))) is outcome


def test_somebody_elses_letter_that_arrived_breaks_no_row(works: WorkFactory, clock: MovableClock) -> None:
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        assert take(works, full(sent(works))) is outcome
        sent(works, LOU)
        clock.advance(WEEK)


def test_only_a_letter_that_was_handed_over_in_between_can_have_arrived(
    works: WorkFactory, clock: MovableClock
) -> None:
    for state in (MessageState.SKIPPED, MessageState.FAILED, MessageState.UNKNOWN):
        key = sent(works)
        clock.advance(timedelta(days=1))
        sent(works, state=state)
        outcome = take(works, full(key))
        clock.advance(timedelta(days=6))
    assert outcome is Outcome.SUPPRESSED


def test_a_letter_after_the_last_that_came_back_may_come_back_too(
    works: WorkFactory, clock: MovableClock
) -> None:
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        key = sent(works)
        clock.advance(timedelta(days=1))
        newer = sent(works)
        assert take(works, full(key)) is outcome
        take(works, full(newer))
        clock.advance(timedelta(days=6))


def test_reports_may_come_late_and_in_any_order(works: WorkFactory, clock: MovableClock) -> None:
    keys = []
    for _ in range(3):
        keys.append(sent(works))
        clock.advance(WEEK)
    assert take(works, full(keys[2])) is Outcome.NOTED
    # As long as nothing is known of the middle one, it may have arrived.
    assert take(works, full(keys[0])) is Outcome.NOTED
    assert take(works, full(keys[1])) is Outcome.SUPPRESSED


def test_a_report_that_makes_a_soft_bounce_hard_is_news(works: WorkFactory) -> None:
    key = sent(works)
    assert take(works, full(key)) is Outcome.NOTED
    assert take(works, report(key)) is Outcome.SUPPRESSED
    assert take(works, full(key)) is Outcome.KNOWN
    assert returned(works) == [Bounce.HARD]


def test_the_first_reason_and_moment_stay(works: WorkFactory, clock: MovableClock) -> None:
    take(works, report(sent(works)))
    clock.advance(WEEK)
    assert take(works, report(sent(works), diagnostic="550 5.1.1 still nobody")) is Outcome.SUPPRESSED
    (found,) = suppressed(works)
    assert found.since == NOW


def test_once_it_is_lifted_no_old_report_counts_any_more(works: WorkFactory, clock: MovableClock) -> None:
    hard, soft = sent(works), sent(works)
    take(works, report(hard))
    take(works, full(soft))
    with works.begin() as work:
        suppression.lift(work, address=AMINA)
    assert suppressed(works) == []
    assert take(works, report(hard)) is Outcome.KNOWN
    assert take(works, report(soft)) is Outcome.KNOWN
    assert suppressed(works) == []
    # Two weeks more are not three, whatever came back before.
    for outcome in (Outcome.NOTED, Outcome.NOTED, Outcome.SUPPRESSED):
        clock.advance(WEEK)
        assert take(works, full(sent(works))) is outcome


def test_what_came_back_is_forgotten_after_a_year_and_what_is_suppressed_is_not(
    works: WorkFactory, clock: MovableClock
) -> None:
    take(works, report(sent(works)))
    clock.advance(suppression.REMEMBERED_FOR)
    with works.begin() as work:
        suppression.forget_old(work)
    assert len(returned(works)) == 1
    clock.advance(timedelta(seconds=1))
    with works.begin() as work:
        suppression.forget_old(work)
    assert returned(works) == []
    assert len(suppressed(works)) == 1


def test_a_long_diagnostic_fits(works: WorkFactory) -> None:
    take(works, report(sent(works), diagnostic=f"550 5.1.1 {'é' * 2000}"))
    assert len(suppressed(works)[0].diagnostic) == DIAGNOSTIC_LENGTH


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A maildir as a mail server makes it."""
    for name in ("tmp", "new", "cur"):
        (tmp_path / "bounces" / name).mkdir(parents=True)
    return tmp_path / "bounces"


def names(folder: Path) -> list[str]:
    """The files of a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_new_reports_of_a_maildir_are_read_and_moved_to_what_was_seen(
    works: WorkFactory, maildir: Path
) -> None:
    (maildir / "new/1.a.host").write_bytes(report(sent(works)))
    (maildir / "new/2.b.host").write_bytes(b"Subject: Thank you\r\n\r\nThank you!\r\n")
    (maildir / "cur/0.seen:2,S").write_bytes(full(sent(works, LOU)))
    assert read_maildir(works, maildir) == 2
    assert names(maildir / "new") == []
    assert names(maildir / "cur") == ["0.seen:2,S", "1.a.host:2,S", "2.b.host:2,S"]
    assert len(suppressed(works)) == 1
    assert returned(works) == [Bounce.HARD]
    assert read_maildir(works, maildir) == 0


def test_odd_messages_hold_up_no_other(works: WorkFactory, maildir: Path) -> None:
    for number, odd in enumerate((b"", b"\0" * 100, b"x" * 2_000_000, b"\xff\xfe" * 1000)):
        (maildir / f"new/{number}").write_bytes(odd)
    (maildir / "new/folder").mkdir()
    (maildir / "new/gone").symlink_to(maildir / "nowhere")
    (maildir / "new/last").write_bytes(report(sent(works)) + b"x" * 2_000_000)
    read_maildir(works, maildir)
    assert len(suppressed(works)) == 1
    assert "last:2,S" in names(maildir / "cur")


def test_a_reader_that_dies_before_the_move_reads_again_and_counts_once(
    works: WorkFactory, maildir: Path
) -> None:
    raw = full(sent(works))
    (maildir / "new/1").write_bytes(raw)
    take(works, raw)
    assert read_maildir(works, maildir) == 1
    assert len(returned(works)) == 1


def test_a_database_that_fails_leaves_the_report_for_the_next_time(works: WorkFactory, maildir: Path) -> None:
    (maildir / "new/1").write_bytes(report(sent(works)))

    class Gone(Exception):
        """The database is no longer there."""

    def no_session() -> Session:
        raise Gone

    with pytest.raises(Gone):
        read_maildir(replace(works, sessions=no_session), maildir)
    assert names(maildir / "new") == ["1"]
    assert read_maildir(works, maildir) == 1


def test_a_round_reads_so_many_and_the_next_one_the_rest(works: WorkFactory, maildir: Path) -> None:
    for number in range(REPORTS_AT_MOST + 1):
        (maildir / f"new/{number}").write_bytes(b"Subject: Thank you\r\n\r\n")
    assert [read_maildir(works, maildir) for _ in range(3)] == [REPORTS_AT_MOST, 1, 0]


def test_readers_at_once_take_each_report_once(live_works: WorkFactory, maildir: Path) -> None:
    for number in range(20):
        key = sent(live_works, f"citizen-{number}@example.org")
        (maildir / f"new/{number}").write_bytes(report(key, f"citizen-{number}@example.org"))
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: read_maildir(live_works, maildir), range(3)))
    assert names(maildir / "new") == []
    assert len(suppressed(live_works)) == 20


def test_a_maildir_in_which_nothing_was_delivered_yet_is_empty(works: WorkFactory, tmp_path: Path) -> None:
    assert read_maildir(works, tmp_path / "nowhere") == 0


def test_a_report_about_a_letter_that_the_sender_sent_stops_the_next_one(
    works: WorkFactory, settings: Settings
) -> None:
    with works.begin() as work:
        work.post(letter(AMINA, kind=WEEKLY))
    assert delivery.deliver(works, settings).sent == 1
    assert take(works, report(outbox(works)[0].message_key)) is Outcome.SUPPRESSED
    with works.begin() as work:
        work.post(letter(AMINA, kind=WEEKLY))
    assert delivery.deliver(works, settings) == delivery.Delivered(skipped=1)
    with works.begin() as work:
        assert work.session.scalar(select(func.count()).select_from(SuppressedAddress)) == 1
