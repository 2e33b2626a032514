"""Who signs in: an address, and the sessions and mailed links that prove it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.accounts.rules import LinkPurpose
from matchmaker.base.acts import Act
from matchmaker.base.db import Base, enum_column
from matchmaker.base.ids import AccountId


class Account(Base):
    """A person who proved an address. An account exists only once its address was confirmed."""

    __tablename__ = "accounts"

    id: Mapped[AccountId] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    first_name: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("address"),
        CheckConstraint("address = lower(address)", name="address_is_canonical"),
        CheckConstraint("length(first_name) BETWEEN 1 AND 60", name="first_name_length"),
        CheckConstraint("locale IN ('fr', 'en')", name="known_locale"),
    )


# Who acted is forgotten with their account. Said here, since the base knows no accounts.
Base.metadata.tables[Act.__tablename__].append_constraint(
    ForeignKeyConstraint(["by_id"], ["accounts.id"], ondelete="SET NULL")
)


class AccountSession(Base):
    """One signed-in browser. Its opaque id is all that the cookie holds; deleting the row signs it out.

    ``seen_at`` is when it was used last, to the day; None for one that was opened before this was kept.
    ``by_link`` says that a mailed link opened it, so that who is there reads the address's letters.
    """

    __tablename__ = "account_sessions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[AccountId] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    by_link: Mapped[bool] = mapped_column(default=False, server_default=false())
    seen_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class MailedLink(Base):
    """A link that was mailed to an address, to be used once. One that gives an account its address names the account."""

    __tablename__ = "mailed_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_column(LinkPurpose))
    address: Mapped[str] = mapped_column(String(254), index=True)
    account_id: Mapped[AccountId | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    first_name: Mapped[str | None] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(8))
    next_path: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("purpose <> 'open_account' OR first_name IS NOT NULL", name="new_account_has_a_name"),
        CheckConstraint(
            "(purpose = 'change_address') = (account_id IS NOT NULL)", name="new_address_of_an_account"
        ),
    )
