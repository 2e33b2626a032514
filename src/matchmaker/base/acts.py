"""Acts on record: who did what on which row, where and when. An act is written with its cause and never changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import JSON, CheckConstraint, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker.base.db import Base

Detail = dict[str, str | int | bool]

KEPT = timedelta(days=365)
"""A year: long enough to look back to the same season, and the longest that the CNIL advises for such records in general
(délibération n° 2021-122 of 14 October 2021)."""


class Act(Base):
    """One act. ``by_id`` is the account that acted: None for a visitor, the scheduler, a command, and who has left.

    The subject is a row of the table ``subject_kind``; ``subject_id`` is None where it has no number. It may be gone by
    now. ``detail`` has no personal data in it: it stays when somebody leaves. The territory is a plain number, so that
    an act never waits for who has locked the territory's row.
    """

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # The foreign key to accounts is in their models: the base knows none.
    by_id: Mapped[int | None] = mapped_column(index=True)
    territory_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    detail: Mapped[Detail | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index("ix_acts_territory_id_at", "territory_id", "at"),
        CheckConstraint("action LIKE '_%._%'", name="action_is_a_verb"),
    )


def acts_since(session: Session, *, moment: datetime, territory_id: int | None = None) -> Sequence[Act]:
    """The acts of a territory, or all, since a moment, the oldest first."""
    query = select(Act).where(Act.at >= moment).order_by(Act.at, Act.id)
    if territory_id is not None:
        query = query.where(Act.territory_id == territory_id)
    return session.scalars(query).all()


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete the acts that were kept for long enough."""
    session.execute(delete(Act).where(Act.at <= now - KEPT))
