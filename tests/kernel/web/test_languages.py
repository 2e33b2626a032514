"""The language of a page: the one that was chosen, else the account's, else the browser's, else the service's."""

import pytest
from flask import Flask

from tests.builders import World
from tests.doors import Person, visitor


def language(person: Person, path: str, accepts: str | None) -> str:
    """The language of a page for a browser that asks for some."""
    headers = {"Accept-Language": accepts} if accepts else {}
    page = person.client.get(path, headers=headers).text
    return page.partition('<html lang="')[2][:2]


@pytest.mark.parametrize(
    ("accepts", "spoken"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("en", "en"),
        ("de-DE,en;q=0.5,fr;q=0.3", "en"),
        ("fr-CA,en;q=0.5", "fr"),
        ("de-DE", "fr"),
        ("*", "fr"),
        ("", "fr"),
        ("en;q=0", "fr"),
        ("²;q=x,,;", "fr"),
        (None, "fr"),
    ],
)
def test_who_has_chosen_nothing_is_answered_as_the_browser_asks(
    app: Flask, world: World, accepts: str | None, spoken: str
) -> None:
    person = visitor(app)
    assert language(person, "/", accepts) == spoken
    assert language(person, "/nowhere", accepts) == spoken


def test_a_choice_counts_for_more_than_the_browser(app: Flask, world: World) -> None:
    person = visitor(app)
    assert language(person, "/?lang=fr", "en-GB") == "fr"
    assert language(person, "/", "en-GB") == "fr"


def test_caches_are_told_what_an_answer_hangs_on(app: Flask, world: World) -> None:
    page = visitor(app).client.get("/", headers={"Accept-Language": "en"})
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}


def test_a_picture_that_caches_keep_is_the_same_for_everybody(app: Flask, world: World) -> None:
    for path in ("/pictures/service.png", "/pictures/territories/valence-romans.png"):
        french, english = (
            visitor(app).client.get(path, headers={"Accept-Language": accepts}) for accepts in ("fr", "en")
        )
        assert french.status_code == 200
        assert french.data == english.data
        assert "Accept-Language" not in english.headers["Vary"]
