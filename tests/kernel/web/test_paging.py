"""Where in a list a request is: the address tells it, beside whatever else it tells."""

import pytest
from flask import Flask

from matchmaker.base.paging import Place
from matchmaker.web import list_url, place_in_list


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("", Place()),
        ("?after=12", Place(after=12)),
        ("?before=3&q=v%C3%A9lo", Place(before=3)),
        ("?after=x&before=", Place()),
        ("?after=%00", Place()),
    ],
)
def test_the_address_says_where_a_page_begins(asked: str, place: Place) -> None:
    with Flask("no doors").test_request_context(f"/needs{asked}"):
        assert place_in_list() == place


def test_the_other_pages_keep_the_filter_and_change_the_place() -> None:
    with Flask("no doors").test_request_context(
        "/needs?q=v%C3%A9lo&kind=skill&kind=lead&after=12&_external=1"
    ):
        assert list_url(before=4) == "/needs?q=v%C3%A9lo&kind=skill&kind=lead&_external=1&before=4"
        assert list_url() == "/needs?q=v%C3%A9lo&kind=skill&kind=lead&_external=1"
    with Flask("no doors").test_request_context("/needs?after=12"):
        assert list_url() == "/needs"
