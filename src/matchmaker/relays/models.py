"""Relays: the places that sign up people without an e-mail address, and who works there."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId, RelayId, TerritoryId
from matchmaker.base.text import name_key
from matchmaker.invitations.models import Invitation
from matchmaker.places.models import Commune, Territory
from matchmaker.relays.rules import RelayKind


class Relay(Base):
    """A place of a territory that signs up people who have no e-mail address, and speaks for them at their wish."""

    __tablename__ = "relays"

    id: Mapped[RelayId] = mapped_column(primary_key=True)
    territory_id: Mapped[TerritoryId] = mapped_column(ForeignKey("territories.id"))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"))
    kind: Mapped[RelayKind] = mapped_column(enum_column(RelayKind))
    name: Mapped[str] = mapped_column(String(80))
    # Version 0.1.0 writes none.
    name_key: Mapped[str | None] = mapped_column(String(64))
    # How people reach it, as it is printed in letters on paper.
    telephone: Mapped[str | None] = mapped_column(String(40))
    postal_address: Mapped[str | None] = mapped_column(String(160))
    opening_hours: Mapped[str | None] = mapped_column(String(160))
    created_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship(foreign_keys=[territory_id])
    commune: Mapped[Commune] = relationship(foreign_keys=[commune_code])
    members: Mapped[list["RelayMember"]] = relationship(
        order_by="RelayMember.joined_at", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        UniqueConstraint("territory_id", "name"),
        UniqueConstraint("territory_id", "name_key"),
        UniqueConstraint("id", "territory_id"),
        ForeignKeyConstraint(
            ["territory_id", "commune_code"],
            ["territory_communes.territory_id", "territory_communes.commune_code"],
            name="fk_relays_commune_of_territory",
        ),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("length(telephone) BETWEEN 1 AND 40", name="telephone_length"),
        CheckConstraint("length(postal_address) BETWEEN 1 AND 160", name="postal_address_length"),
        CheckConstraint("length(opening_hours) BETWEEN 1 AND 160", name="opening_hours_length"),
    )

    @validates("name")
    def _fold(self, _: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class RelayMember(Base):
    """An account that works at a relay; deleting the row ends its access at once."""

    __tablename__ = "relay_members"

    relay_id: Mapped[RelayId] = mapped_column(ForeignKey("relays.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[AccountId] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    joined_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class RelayInvitation(Invitation, Base):
    """An address that was asked to work at a relay."""

    __tablename__ = "relay_invitations"

    subject_id: Mapped[RelayId] = mapped_column("relay_id", ForeignKey("relays.id", ondelete="CASCADE"))

    subject: Mapped[Relay] = relationship()
