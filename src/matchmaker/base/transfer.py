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
class Obstacle:
    """What an account has to settle before it can be deleted: in the words of its owner, and the page where they do so."""

    sentence: str
    page: str
    values: Mapping[str, object]


class HeldBack(Exception):
    """An account cannot be deleted as long as something stands against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What is held of somebody under one heading, a marked English text: rows of values by their names."""

    title: str
    rows: Sequence[Mapping[str, object]]


def section(session: Session, title: str, query: Select[*tuple[object, ...]]) -> Section:
    """What ``query`` finds, its columns by their names or labels."""
    return Section(title=title, rows=[dict(row) for row in session.execute(query).mappings()])
