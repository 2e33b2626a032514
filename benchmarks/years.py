"""How large the database of a town becomes: a real week weighed table by table, times the weeks that each is kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select, text

from benchmarks.letters import site_of
from benchmarks.sink import sink
from benchmarks.town import make_town
from matchmaker.base import migrate
from matchmaker.base.db import Base
from matchmaker.base.logs import set_up_logs
from matchmaker.digests import service as digests
from matchmaker.places.models import Territory
from matchmaker.post import delivery
from matchmaker.retention import KEPT, YEAR
from tests import databases, postgres

PEOPLE = 20_000
WEIGHED = 1_000
"""People of the town that is weighed; a table grows with them."""

SHIPPED = {
    "changes", "communes", "concept_labels", "concept_relations", "concepts", "digest_runs", "false_friends",
    "postal_codes", "resolved_phrases", "territories", "territory_communes",
}  # fmt: skip
"""What is as large in a town of any size."""

THREE_YEARS = timedelta(weeks=156)
GIGABYTES_LIMIT = 8

WORDS = "outbox_messages"
"""Of these the words go first, and the rest stays for a year: a row without words takes this share."""
ROW_WITHOUT_WORDS = 300


def years(part: int = 1) -> None:
    """Print what each table takes after three years, of 20,000 people who all get a letter each week."""
    set_up_logs("error")
    people = WEIGHED // part
    with (
        postgres.own_server() as server,
        databases.empty_postgres(server.url) as url,
        sink() as (port, taken),
    ):
        site = site_of(url, mail_host="127.0.0.1", mail_port=port)
        migrate.upgrade(site.engine)
        with site.works.begin() as work:
            make_town(work, people=people)
        with site.engine.connect() as connection:
            empty = _bytes(connection)
        with site.works.begin() as work:
            territory_id = work.session.scalars(select(Territory.id)).one()
            digests.request_week(work, territory_id=territory_id, started_by=None)
        digests.advance(site.works)
        letters = delivery.deliver(site.works, site.settings, limit=people * 2).sent
        with site.engine.connect() as connection:
            after = _bytes(connection)
        site.engine.dispose()
        taken()
    scale = PEOPLE / people
    sizes = {table: 1.0 if table in SHIPPED else scale for table in after}
    total = 0.0
    print(
        f"three years of {PEOPLE} people, weighed on PostgreSQL by a week of {letters} letters, indexes included:"
    )
    for table in sorted(after, key=lambda name: after[name] - empty[name], reverse=True):
        week = (after[table] - empty[table]) * sizes[table]
        kept = _weeks(table)
        size = empty[table] * sizes[table] + week * kept
        if table == WORDS:
            size += ROW_WITHOUT_WORDS * letters * scale * (YEAR // timedelta(weeks=1) - kept)
        total += size
        if size > 20e6:
            print(f"  {size / 1e9:6.2f} GB  {week / 1e6:7.1f} MB a week, kept {kept:3} weeks  {table}")
    kept_to = "" if total <= GIGABYTES_LIMIT * 1e9 else ", NOT kept"
    print(f"  {total / 1e9:6.2f} GB in all (held to {GIGABYTES_LIMIT}{kept_to})")


def _weeks(table: str) -> int:
    """How many weeks of a table are there at the end: of letters in the outbox, those that still have their words."""
    periods = [kept.lasts for kept in KEPT if table in kept.tables and kept.forget is not None]
    return min([THREE_YEARS, *periods]) // timedelta(weeks=1)


def _bytes(connection: Connection) -> dict[str, int]:
    """What each table takes with its indexes and its long values."""
    sizes = text("SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'")
    found = {name: size for name, size in connection.execute(sizes) if name in Base.metadata.tables}
    return dict(sorted(found.items()))
