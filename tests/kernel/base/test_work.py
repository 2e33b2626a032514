"""The unit of work: return to keep, raise to undo; a letter exists if and only if its cause was kept."""

import pytest
from sqlalchemy import select
from werkzeug.routing import Map, Rule

from matchmaker.base.limits import RateBucket
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Links, WorkFactory, system_clock
from tests.builders import NOW
from tests.kernel.letters import letter, outbox


class ChangedMind(Exception):
    """The test's own reason to undo."""


def cause(key: str) -> RateBucket:
    """A row that a letter may tell of."""
    return RateBucket(key=key, tokens=1.0, updated_at=NOW)


def test_what_the_block_did_is_kept_when_it_ends_well(works: WorkFactory) -> None:
    with works.begin() as work:
        work.session.add(cause("kept"))
        work.post(letter())
    with works.begin() as work:
        assert work.session.scalars(select(RateBucket.key)).all() == ["kept"]
        assert work.session.scalars(select(OutboxMessage.created_at)).all() == [NOW]


def test_nothing_of_it_is_kept_when_it_raises(works: WorkFactory) -> None:
    def change_mind() -> None:
        with works.begin() as work:
            work.session.add(cause("undone"))
            work.post(letter())
            work.session.flush()
            raise ChangedMind

    with pytest.raises(ChangedMind):
        change_mind()
    with works.begin() as work:
        assert work.session.scalars(select(RateBucket)).all() == []
    assert list(outbox(works)) == []


def test_leaving_the_block_early_keeps_what_was_done(works: WorkFactory) -> None:
    def leave() -> str:
        with works.begin() as work:
            work.post(letter())
            return "left"

    assert leave() == "left"
    assert len(outbox(works)) == 1


def test_the_moment_is_that_of_the_clock_and_aware(works: WorkFactory) -> None:
    with works.begin() as work:
        assert work.now == NOW
    assert system_clock().utcoffset() is not None


def test_links_are_absolute_and_need_no_request() -> None:
    links = Links(
        Map([Rule("/needs/<int:number>", endpoint="groups.need")]),
        scheme="https",
        host="aide.example.org:8443",
        pages={"need": "groups.need"},
    )
    address = "https://aide.example.org:8443/needs/7?lang=fr"
    assert (
        links.to("groups.need", number=7, lang="fr") == links.to_page("need", number=7, lang="fr") == address
    )
