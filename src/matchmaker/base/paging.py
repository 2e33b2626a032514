"""Long lists, a page at a time: a page begins behind a row, or ends before one, and costs the same wherever it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")

ROWS = 24
"""How many rows a page shows unless it says otherwise: whole rows of two or three cards each."""

COUNTED = 1_000
"""Rows are counted up to here: nobody needs to know more than that there are more."""

NUMBERS = 2**31
"""Numbers of rows are below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a list a page is: behind the row of a number, before one, or, with neither, at the beginning."""

    after: int | None = None
    before: int | None = None


BEGINNING = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a list is sorted: by ``keys``, none of which is ever NULL, the last of them the ``number`` of each row."""

    keys: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
    descending: bool = False

    @property
    def number(self) -> ColumnElement[Any] | InstrumentedAttribute[Any]:
        """What tells two rows apart."""
        return self.keys[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list, with the numbers of the rows behind and before which the pages beside it are, if any."""

    rows: tuple[Row, ...]
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows a list has; ``more`` if there are more than were counted."""

    number: int
    more: bool = False


def page_of(
    session: Session,
    query: Select[Row],
    *,
    order: Order,
    place: Place = BEGINNING,
    size: int = ROWS,
) -> Page[Row]:
    """A page of what a query selects, ``size`` rows at most; the query has no order of its own.

    Behind a row that is gone, and behind the last one, is the beginning. Rows that come or go meanwhile move no other
    to another page.
    """
    whole, backwards = query, place.before is not None
    keys = _keys_of(session, order, place)
    if keys is None:
        backwards = False
    else:
        here, there = tuple_(*order.keys), tuple_(*keys, types=[key.type for key in order.keys])
        query = query.where(here < there if order.descending is not backwards else here > there)
    falling = order.descending is not backwards
    sorted_query = query.order_by(*(key.desc() if falling else key.asc() for key in order.keys))
    found = session.scalars(sorted_query.limit(size + 1)).unique().all()
    if not found and keys is not None:
        return page_of(session, whole, order=order, size=size)
    rows = tuple(reversed(found[:size]) if backwards else found[:size])
    more, beyond = len(found) > size, keys is not None and bool(rows)
    return Page(
        rows=rows,
        after=_number(order, rows[-1]) if rows and (beyond if backwards else more) else None,
        before=_number(order, rows[0]) if rows and (more if backwards else beyond) else None,
    )


def part_of(rows: Sequence[Row], *, place: int, size: int = ROWS) -> Page[Row]:
    """A page of what is in memory anyway, where ``place`` counts the rows before it."""
    first = min(max(place, 0), max(len(rows) - 1, 0)) // size * size
    return Page(
        rows=tuple(rows[first : first + size]),
        after=first + size if first + size < len(rows) else None,
        before=first - size if first else None,
    )


def count_of(session: Session, query: Select[Any], *, order: Order) -> Count:
    """How many rows a query selects, counted to ``COUNTED`` and no further."""
    rows = query.with_only_columns(order.number, maintain_column_froms=True).order_by(None).limit(COUNTED + 1)
    number = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return Count(number=min(number, COUNTED), more=number > COUNTED)


def _keys_of(session: Session, order: Order, place: Place) -> Sequence[Any] | None:
    number = place.before if place.before is not None else place.after
    if number is None or not 0 < number < NUMBERS:
        return None
    return session.execute(select(*order.keys).where(order.number == number)).one_or_none()


def _number(order: Order, row: object) -> int:
    return int(getattr(row, order.number.key or ""))
