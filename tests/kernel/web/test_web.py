"""What doors share: a session for reading that may not change, a unit of work that lets it go."""

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker import web
from matchmaker.base.limits import RateBucket
from tests.builders import NOW
from tests.doors import site_of
from tests.kernel.letters import letter


def test_a_page_that_changed_something_while_reading_fails_and_nothing_is_kept(live_app: Flask) -> None:
    def change() -> None:
        with live_app.test_request_context("/"):
            web.reading().add(RateBucket(key="by mistake", tokens=1.0, updated_at=NOW))
            assert web.reading().scalars(select(RateBucket)).all() == []

    with pytest.raises(RuntimeError, match="only reads has changed"):
        change()
    with site_of(live_app).works.begin() as work:
        assert work.session.scalars(select(RateBucket)).all() == []


def test_a_request_reads_by_one_session_until_it_acts(live_app: Flask) -> None:
    with live_app.test_request_context("/"):
        first = web.reading()
        assert web.reading() is first
        first.scalars(select(RateBucket)).all()
        with web.begin() as work:
            work.post(letter())
        assert web.reading() is not first


def test_a_request_has_one_moment(live_app: Flask) -> None:
    with live_app.test_request_context("/"):
        assert web.now() == web.now() == NOW


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/", True),
        ("/sign-in?next=/account#top", True),
        ("/needs/7", True),
        ("/t/valence-romans", True),
        ("/needs/99999999999", False),
        ("/needs/x", False),
        ("/sign-out", False),
        (None, False),
        ("/account\x7f", False),
        ("/\t/sign-in", False),
        ("/acc\nount", False),
        ("/\\/sign-in", False),
        ("/account?" + "x" * 291, True),
        ("/account?" + "x" * 292, False),
    ],
)
def test_only_pages_of_ours_that_can_be_opened_are_own_paths(
    live_app: Flask, path: str | None, own: bool
) -> None:
    with live_app.test_request_context("/"):
        assert web.own_path(path) == (path if own else None)
