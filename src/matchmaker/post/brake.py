"""The brake on a round of letters: after some in a row that nobody can vouch for, none leaves for a while.

One row for all senders, in the database, since any of them may be killed and started again at any moment.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import CheckConstraint, String, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work

DOUBTS_IN_A_ROW = 3
"""Letters in doubt, with none in between that was taken, after which the sender waits: each may be lost or not."""
REFUSALS_IN_A_ROW = 10
"""Letters refused for good without a fault of their readers', after which it is the server that refuses us."""
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
REASON_LENGTH = 300

_ONLY = 1

log = structlog.get_logger()


class MailBrake(Base):
    """What went wrong since a letter was last taken, and until when none leaves. ``reason`` holds no address."""

    __tablename__ = "mail_brakes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doubts: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    pauses: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))

    __table_args__ = (
        CheckConstraint("id = 1", name="one_for_all"),
        CheckConstraint("doubts >= 0 AND refusals >= 0 AND pauses >= 0", name="counts_not_negative"),
        CheckConstraint("(paused_until IS NULL) = (reason IS NULL)", name="pause_has_a_reason"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """That no letter leaves until a moment, and why; ``doubt`` tells whether letters may be lost by trying."""

    until: datetime
    reason: str
    doubt: bool


def find_pause(session: Session, *, now: datetime) -> Pause | None:
    """Until when no letter leaves, if none does at the moment."""
    return _pause_of(_brake(session), now)


def look(session: Session, *, now: datetime) -> tuple[Pause | None, bool]:
    """As `find_pause`, and whether something has been counted that a letter which is taken would let go."""
    brake = _brake(session)
    counted = brake is not None and bool(brake.doubts or brake.refusals or brake.paused_until)
    return _pause_of(brake, now), counted


def _brake(session: Session) -> MailBrake | None:
    return session.get(MailBrake, _ONLY, populate_existing=True)


def _pause_of(brake: MailBrake | None, now: datetime) -> Pause | None:
    if brake is None or brake.paused_until is None or brake.reason is None or brake.paused_until <= now:
        return None
    return Pause(until=brake.paused_until, reason=brake.reason, doubt=brake.doubts >= DOUBTS_IN_A_ROW)


def note_doubt(work: Work, reason: str) -> Pause | None:
    """Count a letter in doubt; the pause that begins with it, if it is one too many."""
    brake = _locked(work)
    brake.doubts += 1
    return _pause(work, brake, reason, held=brake.doubts >= DOUBTS_IN_A_ROW)


def note_refusal(work: Work, reason: str) -> Pause | None:
    """Count a letter that was refused without a fault of its reader's; the pause that begins, if it is one too many."""
    brake = _locked(work)
    brake.refusals += 1
    return _pause(work, brake, reason, held=brake.refusals >= REFUSALS_IN_A_ROW)


def let_go(work: Work) -> bool:
    """Count anew, as a letter was taken or somebody says that the trouble is over; whether there was something to forget."""
    moved = work.session.execute(
        update(MailBrake)
        .where(or_(MailBrake.doubts > 0, MailBrake.refusals > 0, MailBrake.paused_until.is_not(None)))
        .values(doubts=0, refusals=0, pauses=0, paused_until=None, reason=None)
        .returning(MailBrake.id)
    )
    return moved.first() is not None


def _locked(work: Work) -> MailBrake:
    work.session.execute(
        insert_into(work.session, MailBrake)
        .values(id=_ONLY, doubts=0, refusals=0, pauses=0)
        .on_conflict_do_nothing(index_elements=["id"])
    )
    return work.session.get_one(MailBrake, _ONLY, with_for_update=True, populate_existing=True)


def _pause(work: Work, brake: MailBrake, reason: str, *, held: bool) -> Pause | None:
    if held:
        # After a pause one letter is tried: if that goes wrong too, the next pause is twice as long.
        brake.paused_until = work.now + min(FIRST_PAUSE * (1 << min(brake.pauses, 20)), LONGEST_PAUSE)
        brake.reason = reason[:REASON_LENGTH]
        brake.pauses += 1
        log.warning("letters_paused", until=brake.paused_until.isoformat(), reason=brake.reason)
    work.session.flush()
    return find_pause(work.session, now=work.now) if held else None
