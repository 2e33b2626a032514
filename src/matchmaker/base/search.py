"""Rows found by the words in them. Each database keeps its index itself, in the transaction that changes a row.

SQLite has a table of FTS5 beside each searched one, without the text, which triggers keep; PostgreSQL a GIN index over
a ``tsvector``. Both fold case and accents, split words at whatever is no letter or digit, and stem nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    func,
    inspect,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from matchmaker.base.db import Base
from matchmaker.base.text import FILLERS

SEARCHED = "searched"
"""In a table's ``info``: the columns, none of which is ever NULL, whose words are found."""

PREFIX = "search_"
"""The names of all that is made here, which no model describes, begin so."""

TOKENS_AT_MOST = 8
"""Words of a question that are looked for; what comes behind them is not."""

BEGINNING = 3
"""Letters from which on a word that was typed may be the beginning of a longer one."""

_TOKEN = re.compile(r"[^\W_]+")
_LIGATURES = {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
_LETTERS = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_PUNCTUATION = "".join(
    chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum() and chr(code) != "'"
)
_PUNCTUATION += "«»‹›“”„‘’‚…–—·•°§¡¿\u00a0\u202f"


def tokens_of(typed: str) -> tuple[str, ...]:
    """The words of a question as the index has them, small words apart; a plural without its last letter.

    Each consists of letters and digits alone, whatever was typed.
    """
    plain = typed
    for ligature, letters in _LIGATURES.items():
        plain = plain.replace(ligature, letters)
    parted = unicodedata.normalize("NFD", plain)
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign)).lower()
    found = dict.fromkeys(_TOKEN.findall(bare))
    telling = [token for token in found if token not in FILLERS] or list(found)
    return tuple(
        dict.fromkeys(
            token[:-1] if len(token) > BEGINNING and token[-1] in "sx" else token
            for token in telling[:TOKENS_AT_MOST]
        )
    )


def has_word(session: Session, model: type[Base], token: str) -> ColumnElement[bool]:
    """Whether a row of a searched table has a word that is, or begins like, one of ``tokens_of``."""
    searched = model.metadata.tables[model.__tablename__]
    begins = len(token) >= BEGINNING
    if session.get_bind().dialect.name == "postgresql":
        asked = func.to_tsquery(literal_column("'simple'"), f"'{token}'{':*' if begins else ''}")
        return literal_column(_vector(searched, f"{searched.name}.")).bool_op("@@")(asked)
    index = f"{PREFIX}{searched.name}"
    match = literal_column(index).bool_op("MATCH")(bindparam(None, f'"{token}"{"*" if begins else ""}'))
    rows = select(literal_column("rowid", Integer)).select_from(table(index)).where(match)
    return searched.c.id.in_(rows)


def create(connection: Connection, searched: Table) -> None:
    """Make the index of a table from the rows that it has, anew where there was one."""
    for statement in _statements(connection, searched):
        connection.execute(text(statement.replace(":", r"\:")))


def complete(connection: Connection, metadata: MetaData) -> None:
    """Make what is missing of all indexes: SQLite forgets the triggers of a table that a migration copies."""
    for searched in _searched(connection, metadata):
        if missing(connection, searched):
            create(connection, searched)


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    """What is missing of the indexes of all searched tables, a line each."""
    return [
        f"missing {name} on {searched.name}"
        for searched in _searched(connection, metadata)
        for name in missing(connection, searched)
    ]


def missing(connection: Connection, searched: Table) -> list[str]:
    """The names of what the index of a table should consist of and does not."""
    name = f"{PREFIX}{searched.name}"
    if connection.dialect.name == "postgresql":
        query, wanted = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()", [name]
    else:
        query, wanted = "SELECT name FROM sqlite_schema", [name, *(f"{name}_{act}" for act in _ACTS)]
    present = set(connection.execute(text(query)).scalars())
    return [one for one in wanted if one not in present]


def forget_words(session: Session, metadata: MetaData) -> None:
    """Take the words of rows that are gone out of SQLite's index, which else keeps them until it is tidied up."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for searched in _searched(connection, metadata):
            index = f"{PREFIX}{searched.name}"
            connection.execute(text(f"INSERT INTO {index}({index}) VALUES ('optimize')"))  # noqa: S608


_ACTS = {"added": "INSERT", "removed": "DELETE", "changed": "UPDATE"}


def _searched(connection: Connection, metadata: MetaData) -> Iterator[Table]:
    present = set(inspect(connection).get_table_names())
    return (one for one in metadata.sorted_tables if SEARCHED in one.info and one.name in present)


def _statements(connection: Connection, searched: Table) -> Iterator[str]:
    index = f"{PREFIX}{searched.name}"
    if connection.dialect.name == "postgresql":
        yield f"DROP INDEX IF EXISTS {index}"
        yield f"CREATE INDEX {index} ON {searched.name} USING gin ({_vector(searched)})"
        return
    for act in _ACTS:
        yield f"DROP TRIGGER IF EXISTS {index}_{act}"
    yield f"DROP TABLE IF EXISTS {index}"
    yield (
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        "(words, content='', detail='none', prefix='3', tokenize='unicode61 remove_diacritics 2')"
    )
    yield f"INSERT INTO {index}(rowid, words) SELECT id, {_words(searched)} FROM {searched.name}"  # noqa: S608
    add = f"INSERT INTO {index}(rowid, words) VALUES (new.id, {_words(searched, 'new.')})"  # noqa: S608
    remove = (
        f"INSERT INTO {index}({index}, rowid, words) VALUES ('delete', old.id, {_words(searched, 'old.')})"  # noqa: S608
    )
    columns = ", ".join(("id", *searched.info[SEARCHED]))
    for act, when, what in (
        ("added", "INSERT", add),
        ("removed", "DELETE", remove),
        ("changed", f"UPDATE OF {columns}", f"{remove}; {add}"),
    ):
        yield f"CREATE TRIGGER {index}_{act} AFTER {when} ON {searched.name} BEGIN {what}; END"


def _words(searched: Table, of: str = "") -> str:
    """SQL for all the words of a row, its ligatures as two letters."""
    written = " || ' ' || ".join(f"{of}{name}" for name in searched.info[SEARCHED])
    for ligature, letters in _LIGATURES.items():
        written = f"replace({written}, '{ligature}', '{letters}')"
    return written


def _vector(searched: Table, of: str = "") -> str:
    """SQL for the words of a row as PostgreSQL keeps them; the same text in the index and in a question."""
    signs, plain = _plain_signs()
    return f"to_tsvector('simple', translate({_words(searched, of)}, '{signs}', '{plain}'))"


@cache
def _plain_signs() -> tuple[str, str]:
    """Letters that bear an accent, and signs, beside what stands for each: the bare letter, or a space."""
    bare = {letter: unicodedata.normalize("NFD", letter)[0] for letter in _LETTERS}
    accented = {letter: plain for letter, plain in bare.items() if plain != letter and plain.isascii()}
    signs = "".join(accented) + "''" + _PUNCTUATION
    return signs, "".join(accented.values()) + " " * (1 + len(_PUNCTUATION))
