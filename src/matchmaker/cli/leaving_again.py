"""Whoever had left, or taken a consent back, before an older copy of the database was put in its place: they do so again.

What is known of them is a number on record, no name and no address. A number of the copy's that has left since is
whoever had it when the copy was made: SQLite gives the number of a deleted row to a later one, but not before that one
is gone, and then both have left.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import AccountVerb
from matchmaker.base.acts import Act
from matchmaker.base.db import sqlite_file
from matchmaker.base.transfer import HeldBack
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.rules import CitizenVerb, ConsentPurpose
from matchmaker.places.models import Territory

TABLES = {
    CitizenVerb.DELETED: Citizen.__tablename__,
    AccountVerb.CLOSED: Account.__tablename__,
    CitizenVerb.CONSENT_WITHDRAWN: Consent.__tablename__,
}
"""What is done again, in this order, to the rows of which tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row by its table and its number; as a text, "accounts:12"."""

    table: str
    number: int

    def __str__(self) -> str:
        return f"{self.table}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a database has on record of leaving, as (number, moment, row), and when its territories were founded."""

    acts: frozenset[tuple[int, datetime, Row]]
    founded: frozenset[datetime]

    def is_of(self, copy: "Record") -> bool:
        """Whether a copy was made of this database: the numbers of another one's mean others."""
        return bool(self.founded & copy.founded)

    def since(self, copy: "Record") -> list[Row]:
        """The rows that left since a copy of this database was made."""
        left = {row for _, _, row in self.acts - copy.acts}
        order = list(TABLES.values())
        return sorted(left, key=lambda row: (order.index(row.table), row.number))


def read_row(text: str) -> Row:
    """The row that a text names, as "accounts:12". Raises ValueError."""
    table, _, number = text.partition(":")
    if table not in TABLES.values() or not number.isdecimal():
        raise ValueError(f"{text!r} is not one of {', '.join(TABLES.values())} with a number, as accounts:12")
    return Row(table=table, number=int(number))


def read_record(engine: Engine) -> Record | None:
    """What is on record of leaving, in a schema of any version that has records; None where nothing can be read."""
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        return None
    tables = {verb.value: table for verb, table in TABLES.items()}
    acts = select(Act.id, Act.at, Act.action, Act.subject_id).where(Act.action.in_(tables))
    with suppress(DBAPIError), engine.execution_options(read_only=True).connect() as connection:
        return Record(
            acts=frozenset(
                (number, at, Row(table=tables[action], number=subject))
                for number, at, action, subject in connection.execute(acts)
                if subject is not None
            ),
            founded=frozenset(connection.scalars(select(Territory.created_at))),
        )
    return None


def leave_again(works: WorkFactory, rows: Iterable[Row]) -> Sequence[Row]:
    """Delete accounts and profiles, and take back consents to the weekly letter; what is gone already is passed over.

    Gives the accounts that are held back, as somebody who leads a group alone.
    """
    held = []
    for row in rows:
        try:
            with works.begin() as work:
                _leave(work, row)
        except HeldBack:
            held.append(row)
    return held


def _leave(work: Work, row: Row) -> None:
    if row.table == Account.__tablename__:
        if work.session.get(Account, row.number) is not None:
            accounts.delete_account(work, account_id=row.number)
    elif row.table == Citizen.__tablename__:
        if work.session.get(Citizen, row.number) is not None:
            citizens.delete_profile(work, citizen_id=row.number)
    else:
        consent = work.session.get(Consent, row.number)
        if consent is not None and consent.purpose is ConsentPurpose.WEEKLY_LETTER:
            citizens.withdraw_weekly_letter(work, citizen_id=consent.citizen_id)
