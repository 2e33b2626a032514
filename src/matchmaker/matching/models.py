"""What citizens answered to needs."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.models import Account
from matchmaker.citizens.models import Citizen, Relay
from matchmaker.db import Base, enum_column
from matchmaker.groups.models import Need
from matchmaker.matching.rules import Answer, AnswerChannel


class NeedAnswer(Base):
    """A citizen's own answer to a need, with the relay that wrote it down and who there did; it goes with the citizen."""

    __tablename__ = "need_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id", ondelete="CASCADE"), index=True)
    answer: Mapped[Answer] = mapped_column(enum_column(Answer))
    channel: Mapped[AnswerChannel] = mapped_column(enum_column(AnswerChannel))
    relay_id: Mapped[int] = mapped_column(ForeignKey("relays.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    given_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]

    need: Mapped[Need] = relationship()
    citizen: Mapped[Citizen] = relationship()
    relay: Mapped[Relay] = relationship()
    recorded_by: Mapped[Account | None] = relationship()

    __table_args__ = (
        UniqueConstraint("need_id", "citizen_id", name="uq_need_answers_one_each"),
        CheckConstraint("corrected_at IS NULL OR corrected_at >= given_at", name="corrected_after_given"),
    )
