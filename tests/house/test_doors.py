"""Every door, whoever stands before it: declared, unbroken, and changing nothing that was only looked at."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from matchmaker.app import create_app
from matchmaker.web import Access, declared_access
from tests.builders import make_settings
from tests.databases import Database
from tests.doors import Person, make_app, site_of
from tests.extent import turn_of
from tests.house.town import Town, make_town, path_of, rules

pytestmark = pytest.mark.unmeasured

WHO = ("visitor", "newcomer", "citizen from elsewhere", "lead and organiser")
LETTERS = {"digests.preview_letter", "digests.sent_letter"}
"""A letter in the frame of a page: in its reader's language, whoever looks at it."""

NUMBERS_OF_NOTHING = (0, 987654, 2**31, 2**63, 10**40)
WORDS_OF_NOTHING = ("nowhere", "é", "%", "x" * 2000, "..", "a'b\"c")
ODD = (
    "",
    "x" * 5000,
    "-1",
    "9" * 30,
    "1e400",
    "NaN",
    "2026-02-31",
    "0001-01-01",
    "9999-12-31",
    "\u202e<script>'\"&",
    "é\n" * 50,
)

KEPT_READINGS = re.compile("resolved_phrases|profile_showings")
"""What a phrase means may be kept when a page is read, and who was shown whom: the same however often it is read."""


@pytest.fixture
def town(settled: None, app: Flask) -> Town:
    """The application with everybody in it."""
    return make_town(app)


def test_every_door_declares_who_may_enter(database: Database, tmp_path: object) -> None:
    app = make_app(database.sessions, demo_mailbox=str(tmp_path))
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and declared_access(app, rule.endpoint) is None
    ]
    assert undeclared == []


def test_a_door_that_declares_nothing_lets_nobody_in() -> None:
    app = create_app(make_settings(database_url="sqlite:///never-opened.sqlite"))
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    site_of(app).engine.dispose()
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_door_for_those_who_signed_in_sends_a_visitor_to_sign_in(town: Town) -> None:
    person = town.people["visitor"]
    for method in ("GET", "POST"):
        for rule in rules(town.app, method):
            if declared_access(town.app, rule.endpoint) is not Access.PUBLIC:
                path = path_of(town, rule)
                answer = person.get(path) if method == "GET" else person.post(path)
                assert answer.status_code == 302, path
                assert answer.location.startswith("/sign-in"), path


class Page(HTMLParser):
    """What is asked of every page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language: str | None = None
        self.headings = self.titles = 0
        self.ids: list[str] = []
        self.links: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.bare_forms = 0
        self._posting = False
        self._drawings = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        values = {name: value or "" for name, value in attrs}
        self.headings += tag == "h1"
        # A drawing's parts have titles too.
        self._drawings += tag == "svg"
        self.titles += tag == "title" and not self._drawings
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.language = values.get("lang")
        if tag == "a" and values.get("href", "").startswith("/"):
            self.links.append(values["href"])
        if tag == "form":
            self._posting = values.get("method", "get").lower() == "post"
            if self._posting:
                self.forms.append({"": values.get("action", "")})
        if self._posting and tag in {"input", "select", "textarea", "button"} and values.get("name"):
            self.forms[-1].setdefault(values["name"], values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of one."""
        self._drawings -= tag == "svg"
        if tag == "form":
            self.bare_forms += self._posting and not {"csrf_token", "form_key"} <= self.forms[-1].keys()
            self._posting = False


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_is_whole_for_everybody_and_looking_at_it_changes_nothing(
    town: Town, database: Database, who: str, language: str
) -> None:
    person = town.people[who]
    person.get(f"/?lang={language}")
    written: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", statement) and not KEPT_READINGS.search(statement):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        for rule in rules(town.app, "GET"):
            path = path_of(town, rule)
            answer = person.get(path)
            assert answer.status_code < 500, path
            assert person.client.head(path).status_code == answer.status_code, path
            if (
                answer.status_code < 300
                and answer.mimetype == "text/html"
                and "<html" in answer.text
                and rule.endpoint not in LETTERS
            ):
                page = Page(answer.text)
                assert (page.language, page.headings, page.titles) == (language, 1, 1), path
                assert page.bare_forms == 0, path
                assert len(page.ids) == len(set(page.ids)), path
                assert "%(" not in answer.text, path
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert written == []


def doors(town: Town, asked: Collection[str]) -> Iterator[tuple[int, str, Rule]]:
    """Every door that asks for one of these, by each of its methods, numbered."""
    every = ((method, rule) for method in ("GET", "POST") for rule in rules(town.app, method))
    for number, (method, rule) in enumerate(every):
        if set(asked) & rule.arguments:
            yield number, method, rule


def stand_before(person: Person, method: str, path: str) -> TestResponse:
    """What somebody is answered at a door."""
    return person.get(path) if method == "GET" else person.post(path)


@pytest.mark.parametrize("who", WHO)
def test_a_number_of_nothing_is_a_page_that_does_not_exist(town: Town, who: str) -> None:
    for number, method, rule in doors(town, town.numbers):
        for nothing in turn_of(NUMBERS_OF_NOTHING, number + WHO.index(who)):
            path = path_of(town, rule, **dict.fromkeys(town.numbers, nothing))
            answer = stand_before(town.people[who], method, path)
            if answer.status_code == 302:
                # Who has no profile is led to the sign-up, whatever they wanted to do with one.
                assert answer.location.startswith("/sign-in") or answer.location == "/join", path
            else:
                assert answer.status_code == 404, path


@pytest.mark.parametrize("who", WHO)
def test_a_word_that_names_nothing_breaks_nothing(town: Town, who: str) -> None:
    for number, method, rule in doors(town, {"slug", "token", "name"}):
        for word in turn_of(WORDS_OF_NOTHING, number + WHO.index(who)):
            path = path_of(town, rule, slug=word, token=word, name=word)
            assert stand_before(town.people[who], method, path).status_code < 500, path


@pytest.mark.parametrize("who", ["visitor", "lead and organiser"])
def test_no_form_breaks_on_odd_input(town: Town, database: Database, who: str) -> None:
    cookie, _ = town.people[who].keys()
    # What a form does to the cookie is forgotten as well as what it does to the database: it may have signed out.
    client = town.app.test_client(use_cookies=False)
    seen = set[tuple[str, frozenset[str]]]()
    for rule in rules(town.app, "GET"):
        path = path_of(town, rule)
        answer = client.get(path, headers={"Cookie": cookie})
        if answer.status_code != 200 or answer.mimetype != "text/html" or "<form" not in answer.text:
            continue
        for form in Page(answer.text).forms:
            target = form.pop("") or path
            names = frozenset(form) - {"csrf_token", "form"}
            if (target, names) in seen:
                # It stands on every page, as the button to sign out does.
                continue
            seen.add((target, names))
            for odd in turn_of(ODD, len(seen)):
                with database.undone():
                    data = {**form, **dict.fromkeys(names, odd)}
                    sent = client.post(target, data=data, headers={"Cookie": cookie})
                assert sent.status_code < 500, (target, odd, sorted(names))
    assert len(seen) > 1


@pytest.mark.parametrize("who", WHO)
def test_every_link_leads_somewhere(town: Town, who: str) -> None:
    person = town.people[who]
    person.get("/?lang=en")
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in seen:
            continue
        seen.add(path)
        answer = person.get(path)
        assert answer.status_code in {200, 302, 303}, path
        if answer.location:
            waiting.append(answer.location)
        elif answer.mimetype == "text/html":
            waiting += Page(answer.text).links
        answer.close()
    assert len(seen) > 5


def test_the_address_of_a_page_without_its_slash_or_with_two_is_not_another_site(person: Person) -> None:
    for path in ("//evil.test/..", "//evil.test/sign-in", "/sign-in//", "/%2F/evil.test"):
        answer = person.get(path)
        assert "evil.test" not in (answer.location or ""), path
