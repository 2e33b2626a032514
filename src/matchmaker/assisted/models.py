"""What a relay did for its people, on record."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.assisted.rules import RelayDeed
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, CitizenId, RelayId


class RelayAct(Base):
    """What a relay did for one of its people, and who there did it; it outlives both."""

    __tablename__ = "relay_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    relay_id: Mapped[RelayId] = mapped_column(ForeignKey("relays.id"), index=True)
    citizen_id: Mapped[CitizenId | None] = mapped_column(
        ForeignKey("citizens.id", ondelete="SET NULL"), index=True
    )
    account_id: Mapped[AccountId | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    deed: Mapped[RelayDeed] = mapped_column(enum_column(RelayDeed))
    done_at: Mapped[datetime]

    account: Mapped[Account | None] = relationship()
