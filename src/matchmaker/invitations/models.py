"""What the table of every kind of invitation has."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from matchmaker.accounts.models import Account


class Invitation:
    """An address that was asked to join something; answered by its mailed link, once. Taking it back deletes the row.

    The table of a kind is a subclass of this and of ``Base``. It gives ``subject_id``, a foreign key to what is joined
    with ON DELETE CASCADE, and the relationship ``subject``; beside them whatever else is offered, such as a role.
    """

    __tablename__: str

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[int]
    address: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def invited_by_id(cls) -> Mapped[int]:
        """Who asked last; their invitations go with their account."""
        return mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))

    @declared_attr
    @classmethod
    def invited_by(cls) -> Mapped[Account]:
        """The account of whoever asked last."""
        return relationship(Account)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        """One invitation waits for an address, and it is accepted in its time."""
        waits = text("accepted_at IS NULL")
        return (
            Index(
                f"uq_{cls.__tablename__}_waiting",
                cls.subject_id,
                "address",
                unique=True,
                postgresql_where=waits,
                sqlite_where=waits,
            ),
            CheckConstraint("accepted_at BETWEEN created_at AND expires_at", name="accepted_in_time"),
        )
