"""What is taken out of the words of others when somebody leaves, and letters to people who never came."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, String, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.base import outbox
from matchmaker.base.naming import Naming, take_out
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Transfer, Work


def take_out_address(work: Work, *, address: str) -> None:
    """Take an address out of whatever anybody wrote anywhere, and out of letters to others.

    A name or a telephone number is not looked for everywhere: anybody may have the one, and may have given the other.
    """
    naming = Naming(addresses=[address])
    for room in work.rooms:
        for column in room.texts:
            those = column.icontains(address, autoescape=True)
            take_out(work.session, [column], naming, of=those)
    told = or_(
        OutboxMessage.subject.icontains(address, autoescape=True),
        OutboxMessage.text.icontains(address, autoescape=True),
    )
    outbox.take_out(work.session, and_(OutboxMessage.recipient != address, told), naming)


def forget_strangers(work: Work, *, among: Collection[str] | None = None) -> None:
    """Forget letters to addresses that no room knows (any more): of a week ago, or those to addresses ``among`` some."""
    outbox.forget_strangers(work.session, address_columns(work.rooms), now=work.now, among=among)


def address_columns(rooms: Sequence[Transfer]) -> list[InstrumentedAttribute[Any]]:
    """The columns that hold addresses, which have a length of their own, but for that of the letters themselves."""
    length = _length(OutboxMessage.recipient.property.columns[0])
    return [
        attribute
        for room in rooms
        for attribute in room.holds
        for column in attribute.property.columns
        if _length(column) == length and column.table.name != OutboxMessage.__tablename__
    ]


def _length(column: Column[Any]) -> int | None:
    return column.type.length if isinstance(column.type, String) else None
