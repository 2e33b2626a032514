"""The communes that ship, into the database."""

import csv
import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import func, insert, select

from matchmaker.base.db import Base
from matchmaker.base.text import fold
from matchmaker.base.work import Work
from matchmaker.places.models import Commune, PostalCode

Progress = Callable[[str, int, int], None]
BATCH = 5000


def silent(what: str, done: int, total: int) -> None:
    """A Progress that tells nobody."""


def load_communes(work: Work, *, progress: Progress = silent) -> int:
    """Put the shipped communes into the database; how many there are. A loaded table is left alone."""
    present = work.session.scalar(select(func.count()).select_from(Commune)) or 0
    if present:
        return present
    communes: list[dict[str, object]] = []
    codes: list[dict[str, object]] = []
    packed = (files("matchmaker.places") / "data/communes.csv.gz").read_bytes()
    for row in csv.DictReader(gzip.decompress(packed).decode().splitlines()):
        communes.append(
            {
                "code": row["code"],
                "name": row["name"],
                "folded": fold(row["name"]),
                "department": row["department"],
                "region": row["region"],
                "epci": row["epci"] or None,
                "population": int(row["population"]),
                "latitude": float(row["latitude"]),
                "longitude": float(row["longitude"]),
                "approximate": row["approximate"] == "1",
            }
        )
        codes += [
            {"commune_code": row["code"], "code": code} for code in row["postal_codes"].split("|") if code
        ]
    insert_all(work, Commune, communes, progress)
    insert_all(work, PostalCode, codes, progress)
    return len(communes)


def insert_all(
    work: Work, model: type[Base], rows: Sequence[Mapping[str, object]], progress: Progress
) -> None:
    """Insert many rows, some thousand at a time; ``progress`` is told the table, how many are in, and of how many."""
    # The table itself and not its model: for 70,000 rows the ORM's own preparation takes as long as the database.
    statement = insert(Base.metadata.tables[model.__tablename__])
    for start in range(0, len(rows), BATCH):
        work.session.execute(statement, rows[start : start + BATCH])
        progress(model.__tablename__, min(start + BATCH, len(rows)), len(rows))


def read_rows(path: Traversable) -> Iterable[dict[str, str]]:
    """The rows of a CSV file with a header."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
