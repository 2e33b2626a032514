"""Reads about invitations."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.invitations.models import Invitation

Row = TypeVar("Row", bound=Invitation)


def waiting_invitations(
    session: Session, rows: type[Row], *, subject_ids: Iterable[int], now: datetime
) -> Sequence[Row]:
    """The invitations to some subjects of one kind that can still be accepted, by address."""
    return session.scalars(
        select(rows)
        .where(rows.subject_id.in_(sorted(subject_ids)), rows.accepted_at.is_(None), rows.expires_at > now)
        .order_by(rows.address)
    ).all()
