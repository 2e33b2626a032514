"""However much a territory holds, a page shows a part of it: its rows, its weight and its statements stay small."""

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

import pytest
from flask import Flask

from tests.browser.pages import NO_PAGES
from tests.doors import site_of, statements_of
from tests.house.crowded import MANY, make_crowded_town
from tests.house.town import EVERYTHING, Town, path_of, rules

ROWS_AT_MOST = 50
"""Of one list or table."""

WEIGHT_AT_MOST = 60_000
"""Bytes of a page without its style, which comes once, before any packing."""

STATEMENTS_AT_MOST = 40

RANKED_ANEW = {"matching.home", "digests.preview", "digests.preview_letter", "digests.week"}
"""Pages whose statements are not counted: they rank as they are looked at."""


class Longest(HTMLParser):
    """Finds how many items the longest list or table of a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Count a row into the list that is open."""
        if tag in {"ul", "ol", "tbody"}:
            self._open.append(0)
        elif tag in {"li", "tr"} and self._open:
            self._open[-1] += 1
            self.most = max(self.most, self._open[-1])

    def handle_endtag(self, tag: str) -> None:
        """Close a list."""
        if tag in {"ul", "ol", "tbody"} and self._open:
            self._open.pop()


LISTS = {
    "assisted.calls": r"Marcelle (\d+)",
    "assisted.desk": r"Marcelle (\d+)",
    "assisted.letters": r"Marcelle (\d+)",
    "assisted.waiting": r"Marcelle (\d+)",
    "groups.index": r"quartier numéro (\d+)",
    "groups.mine": r"quartier numéro (\d+)",
    "groups.show": r"tournée (\d+)",
    "introductions.mine": r"tournée (\d+)",
    "matching.needs": r"tournée (\d+)",
    "organisers.introductions": r"Marcelle (\d+)",
    "organisers.words": r"bidule (\d+)",
    "places.home": r"Ailleurs (\d+)",
    "relays.index": r"Bibliothèque du quartier (\d+)",
}
"""Lists that are walked to their end, and what tells one row from the others."""

FURTHER = {"introductions.mine": "?only=waiting"}
NEXT = re.compile(r'rel="next" href="([^"]+)"')


def _pages(town: Town) -> Iterator[tuple[str, str]]:
    for rule in rules(town.app, "GET"):
        if rule.endpoint not in NO_PAGES:
            yield rule.endpoint, path_of(town, rule)


def _too_much(town: Town) -> Iterator[str]:
    for endpoint, path in _pages(town):
        with site_of(town.app).works.reading() as session, statements_of(session) as statements:
            answer = town.people[EVERYTHING].get(path)
        if answer.mimetype != "text/html":
            continue
        page = re.sub(r"<style>.*?</style>", "", answer.text, flags=re.DOTALL)
        longest = Longest()
        longest.feed(page)
        rows, weight = max(longest.most, page.count("<article")), len(page.encode())
        asked = 0 if endpoint in RANKED_ANEW else len(statements)
        if rows > ROWS_AT_MOST or weight > WEIGHT_AT_MOST or asked > STATEMENTS_AT_MOST:
            yield f"{endpoint}: {rows} rows, {weight} bytes, {asked} statements"


def _without_end(town: Town) -> Iterator[str]:
    paths = dict(_pages(town))
    for endpoint, row in LISTS.items():
        path: str | None = paths[endpoint] + FURTHER.get(endpoint, "")
        met: set[str] = set()
        pages = 0
        while path is not None and pages < MANY:
            page = town.people[EVERYTHING].get(path).text
            met.update(re.findall(row, page))
            further = NEXT.search(page)
            path = unescape(further[1]) if further else None
            pages += 1
        if len(met) < MANY or path is not None or pages < 2:
            yield f"{endpoint}: {len(met)} of {MANY} rows on {pages} pages"


@pytest.mark.unmeasured
@pytest.mark.sqlite_daily
def test_no_page_grows_with_what_the_territory_holds_and_each_list_has_an_end(
    app: Flask, settled: None
) -> None:
    town = make_crowded_town(app)
    faults = [*_too_much(town), *_without_end(town)]
    assert faults == [], "\n".join(faults)
