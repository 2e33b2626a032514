"""Forms that were sent: each makes what it makes once, however often and at how many moments at once it is sent.

The key of a form that is sent stands in the transaction of what the form makes, and its primary key lets one in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, String, Text, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.base.db import Base, insert_into
from matchmaker.base.work import Work

KEPT = timedelta(days=3)
"""How long a form is known that was sent."""


class SentForm(Base):
    """A form that was sent. The key is a fingerprint; ``answer`` is where it led, None until that is known."""

    __tablename__ = "sent_forms"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    sent_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (CheckConstraint("length(key) = 64", name="key_is_a_fingerprint"),)


class SentBefore(Exception):
    """The form at hand was sent before, and what it makes is made."""


@dataclass(slots=True, kw_only=True)
class Sending:
    """A form that is being sent; ``claimed`` once the transaction is kept in which it makes something."""

    key: str
    claimed: bool = False

    def claim(self, work: Work) -> None:
        """Have the form make what ``work`` makes. Waits for whoever does so now; raises SentBefore if it is kept."""
        if self.claimed:
            return
        added = insert_into(work.session, SentForm).values(key=self.key, sent_at=work.now, answer=None)
        if not work.session.execute(added.on_conflict_do_nothing().returning(SentForm.key)).all():
            raise SentBefore


def find_sent(session: Session, *, key: str) -> SentForm | None:
    """The form of that key, if it was sent."""
    return session.get(SentForm, key)


def keep_answer(work: Work, *, key: str, answer: str) -> None:
    """Keep where a form led, for whoever sends it again."""
    work.session.execute(update(SentForm).where(SentForm.key == key).values(answer=answer))


def let_go(work: Work, *, key: str) -> None:
    """Let a form be sent again as if it had not been."""
    work.session.execute(delete(SentForm).where(SentForm.key == key))


def forget_old(work: Work) -> None:
    """Delete what was kept for long enough."""
    work.session.execute(delete(SentForm).where(SentForm.sent_at <= work.now - KEPT))
