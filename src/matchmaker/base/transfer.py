"""What a room says of the people whom it knows: what becomes of its rows when they leave, and what it holds of them."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session


class Fate(enum.StrEnum):
    """What becomes of a row that names somebody, when they leave."""

    NEEDED = "needed"
    """As long as it stands, the account that it names is not closed."""
    DELETED = "deleted"
    BLANKED = "blanked"
    """It stays, and names nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is held of somebody under one heading, a marked English text: rows of values by their names."""

    title: str
    rows: Sequence[Mapping[str, object]]


def section(session: Session, title: str, query: Select[*tuple[object, ...]]) -> Section:
    """What ``query`` finds, its columns by their names or labels."""
    return Section(title=title, rows=[dict(row) for row in session.execute(query).mappings()])
