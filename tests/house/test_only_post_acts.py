"""Nothing acts but POST: mail scanners and previews open each link of a letter, by GET, HEAD or OPTIONS."""

from collections.abc import Mapping, Sequence

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.db import Base
from matchmaker.base.work import WorkFactory
from tests.databases import Database
from tests.doors import works_of
from tests.house.town import Town, make_town
from tests.house.valid_forms import VALID_FORMS, make_ready

pytestmark = [pytest.mark.unmeasured, pytest.mark.sqlite_daily]

LOOKED_AT = {
    "profile_showings": "who was shown to a group is on record for them",
    "resolved_phrases": "what a phrase means is kept when a page is read",
}
"""What a page that is only looked at writes, and why."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


def rows(works: WorkFactory) -> Mapping[str, Sequence[object]]:
    """All that is in the database."""
    with works.begin() as work:
        return {
            table.name: list(work.session.execute(select(table).order_by(*table.primary_key)))
            for table in Base.metadata.sorted_tables
            if table.name not in LOOKED_AT
        }


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_whoever_opens_a_live_link_without_post_changes_nothing(
    town: Town, database: Database, method: str
) -> None:
    works = works_of(town.app)
    acted = set()
    for key in VALID_FORMS:
        with database.undone():
            ready = make_ready(town, key)
            before = rows(works)
            answer = ready.person.client.open(ready.path, method=method)
            assert answer.status_code < 500, key
            answer.close()
            if rows(works) != before:
                acted.add(key)
    assert acted == set()
