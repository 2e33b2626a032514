"""What the mail server sends back: reports of delivery, one by one or from a maildir, into the database.

Anybody may send such a report. It is believed only if it names a letter of ours that was handed over, by the secret
number that its recipient and the mail servers alone have seen, and is about that letter's recipient.
"""

import enum
from pathlib import Path

import structlog
from sqlalchemy import select

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.post.reports import LARGEST_REPORT, read_report
from matchmaker.post.suppression import is_suppressed, record_complaint, record_return

# A round of the scheduler's, so that it ends soon when it is told to.
REPORTS_AT_MOST = 200

# A letter in doubt that comes back had been taken.
_HANDED_OVER = (MessageState.SENT, MessageState.UNKNOWN, MessageState.SENDING)

log = structlog.get_logger()


class Outcome(enum.StrEnum):
    """What became of a message that was read."""

    NO_REPORT = "no report about a letter of ours"
    UNKNOWN_LETTER = "names no letter that was sent from here"
    SOMEBODY_ELSE = "is about somebody else than the letter's recipient"
    NO_FAULT = "tells of nothing that is the recipient's fault"
    KNOWN = "was read before"
    COMPLAINT = "its reader calls the letter unwanted: no more letters that were not asked for"
    NOTED = "the letter came back, which was noted"
    SUPPRESSED = "the letter came back, and its address gets no more letters"


def take_report(work: Work, *, raw: bytes) -> Outcome:
    """Note what a message says about a letter of ours, if it says anything. Reading it twice counts once."""
    report = read_report(raw)
    if report is None:
        return Outcome.NO_REPORT
    message = work.session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.message_key.in_(report.message_keys),
            OutboxMessage.state.in_(_HANDED_OVER),
            # Who has left is nobody to whom letters are stopped.
            OutboxMessage.recipient != "",
        )
    ).first()
    if message is None:
        return Outcome.UNKNOWN_LETTER
    if report.complaint:
        return _take_complaint(work, message)
    about = report.about(message.recipient)
    if about is None:
        return Outcome.SOMEBODY_ELSE
    if about.bounce is None:
        return Outcome.NO_FAULT
    if not record_return(work, message=message, bounce=about.bounce, diagnostic=about.diagnostic):
        return Outcome.KNOWN
    return Outcome.SUPPRESSED if is_suppressed(work, address=message.recipient) else Outcome.NOTED


def _take_complaint(work: Work, message: OutboxMessage) -> Outcome:
    """Stop the letters of whoever called one unwanted, as the link in each would, and have the rooms tell it."""
    if not record_complaint(work, message=message):
        return Outcome.KNOWN
    for room in work.rooms:
        room.complained(work, message.id, message.recipient)
    log.warning("letter_unwanted", message=message.id, kind=message.kind)
    return Outcome.COMPLAINT


def read_maildir(works: WorkFactory, folder: Path) -> int:
    """Take what is new in a maildir and move it to what was seen, a message and a transaction each; how many.

    Whoever stops half-way, or reads at the same time, reads a message twice at most. A folder in which nothing
    was delivered yet is empty. A message that cannot be opened stays, and is told to the log.
    """
    number = 0
    for path in sorted((folder / "new").glob("*")):
        if number == REPORTS_AT_MOST:
            break
        try:
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_REPORT)
        except OSError as error:
            if path.exists():
                log.warning("report_unreadable", file=path.name, error=type(error).__name__)
            continue
        with works.begin() as work:
            outcome = take_report(work, raw=raw)
        _move_to_seen(path)
        log.info("report_read", file=path.name, outcome=outcome.name.lower())
        number += 1
    return number


def _move_to_seen(path: Path) -> None:
    # The standard library's Maildir would write the message anew, in two steps and as it understood it.
    seen = path.parent.parent / "cur"
    seen.mkdir(exist_ok=True)
    try:
        path.rename(seen / f"{path.name.partition(':')[0]}:2,S")
    except FileNotFoundError:
        # Another process has read it too.
        return
