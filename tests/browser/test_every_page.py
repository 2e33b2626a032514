"""Every page of every role: both languages, with script and without, light and dark, on a telephone, a tablet, a desk."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.demo import service as demo
from matchmaker.introductions import service as introductions
from tests.browser.conftest import MakeVisit
from tests.browser.markup import can_validate, mistakes
from tests.browser.pages import (
    BY_LETTER,
    BY_LETTER_TO_ITS_READER,
    NO_PAGES,
    ROLES,
    SIGN_UP,
    entered,
    pages_of,
)
from tests.browser.site import Demonstration
from tests.browser.visit import Visit
from tests.browser.ways import LANGUAGES, READERS, Way, chosen, one_of
from tests.doors import works_of

pytestmark = pytest.mark.unmeasured

LETTERS = {"demo.letter", "demo.style_letter", "digests.preview_letter", "digests.sent_letter"}
"""Pages that are letters, as a mail program shows them."""

SAME_FOR_ALL = {"demo.style", "demo.style_letter"}
"""Pages that are long to look at, and say the same to whoever comes to them."""

ERRORS = {"/nowhere": 404, "/needs/1/edit": 404, "/sign-out": 405, "/join/confirm/a": 410}
"""Pages that tell what went wrong, and their status."""


readers = pytest.mark.parametrize(
    ("language", "script"),
    READERS,
    ids=[f"{language}-{'with' if script else 'without'} script" for language, script in READERS],
)


@readers
@pytest.mark.parametrize("role", ROLES)
def test_every_page_can_be_used_by_everyone(
    demonstration: Demonstration, visit: MakeVisit, role: str, language: str, script: bool
) -> None:
    """A page that an earlier role comes to as well was looked at for that one already: here in one way more."""
    somebody, reader = (
        visit(demonstration, language=language, script=script, letters=one) for one in (False, True)
    )
    for one in (somebody, reader):
        one.enter(role)
        one.go(f"/?lang={language}")
    known = {page for earlier in ROLES[: ROLES.index(role)] for page in pages_of(demonstration, earlier)}
    faults = []
    for number, (page, path) in enumerate(pages_of(demonstration, role).items()):
        if page in known and page[0] in SAME_FOR_ALL:
            continue
        daily = one_of(number) if page in known else chosen(number)
        ways = [way for way in daily if way.reader == (language, script)]
        if ways:
            looking = reader if page[0] in LETTERS else somebody
            assert looking.go(path) == 200, path
            faults += found_in(looking, ways)
    assert faults == [], "\n".join(faults)


@pytest.mark.skipif(not can_validate(), reason="no html-validate here: ./run setup-browser installs it")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_valid_html(
    demonstration: Demonstration, tmp_path: Path, role: str, language: str
) -> None:
    person = entered(demonstration, role)
    person.get(f"/?lang={language}")
    # Letters say in old attributes what mail programs know from no style.
    pages = {
        path: person.get(path).text
        for (endpoint, _), path in pages_of(demonstration, role).items()
        if endpoint not in LETTERS
    }
    found = mistakes(pages, tmp_path)
    assert found == [], "\n".join(found)


def test_every_page_is_among_those_that_are_looked_at(demonstration: Demonstration) -> None:
    answering = {
        rule.endpoint for rule in demonstration.app.url_map.iter_rules() if "GET" in (rule.methods or ())
    }
    linked = {endpoint for role in ROLES for endpoint, _ in pages_of(demonstration, role)}
    by_letter = BY_LETTER | BY_LETTER_TO_ITS_READER
    assert answering - linked == SIGN_UP | by_letter | NO_PAGES | {"assisted.agreement"}


def test_pages_that_letters_open_can_be_used_by_everyone(
    own_demonstration: Demonstration, visit: MakeVisit
) -> None:
    ask_for_letters(own_demonstration)
    with works_of(own_demonstration.app).begin() as work:
        texts = work.session.scalars(select(OutboxMessage.text)).all()
    adapter = own_demonstration.app.url_map.bind("localhost")
    opened: dict[str, str] = {}
    for link in re.findall(r"http://[^/\s]+(/\S+)", "\n".join(texts)):
        opened.setdefault(adapter.match(urlsplit(link).path)[0], link)
    assert opened.keys() >= BY_LETTER | BY_LETTER_TO_ITS_READER
    faults = []
    for language, script in READERS:
        somebody = visit(own_demonstration, language=language, script=script)
        somebody.go(f"/?lang={language}")
        for number, endpoint in enumerate([*sorted(BY_LETTER), *sorted(BY_LETTER_TO_ITS_READER)]):
            if endpoint in BY_LETTER_TO_ITS_READER:
                somebody.enter("citizen")
            if ways := [way for way in chosen(number) if way.reader == (language, script)]:
                assert somebody.go(opened[endpoint]) == 200, endpoint
                faults += found_in(somebody, ways)
    assert faults == [], "\n".join(faults)


@readers
def test_pages_of_errors_help_everyone(
    demonstration: Demonstration, visit: MakeVisit, language: str, script: bool
) -> None:
    somebody = visit(demonstration, language=language, script=script)
    somebody.enter("citizen")
    somebody.go(f"/?lang={language}")
    for number, (path, status) in enumerate(ERRORS.items()):
        if ways := [way for way in chosen(number) if way.reader == (language, script)]:
            assert somebody.go(path) == status
            assert somebody.page.locator("main a").count() > 0
            assert found_in(somebody, ways) == []


def found_in(somebody: Visit, ways: Sequence[Way]) -> list[str]:
    """What is wrong with the page that is open, in some colours and widths."""
    found = []
    known: set[int] = set()
    for way in ways:
        somebody.wear(way.scheme, way.width)
        faults = somebody.faults(colours_alone=way.width in known)
        known.add(way.width)
        found += [f"{somebody.path} {way}: {one}" for one in faults]
    return found


def ask_for_letters(demonstration: Demonstration) -> None:
    """Do what makes the service write each of its letters with a link."""
    entered(demonstration, "visitor").fill_in("/sign-in", {"address": demo.sign_in_addresses()[0]})
    entered(demonstration, "visitor").fill_in(
        "/account/new", {"first_name": "Noé", "address": "noe@example.org", "locale": "fr"}
    )
    entered(demonstration, "citizen").fill_in(
        "/account/address", {"address": "new@example.org", "current": demo.PASSWORD}
    )
    for role, endpoint, data in (
        ("group", "groups.invite", {"address": "new@example.org", "role": "member"}),
        ("group", "introductions.propose", {}),
        ("organiser", "relays.invite", {"address": "other@example.org"}),
    ):
        pages = pages_of(demonstration, role)
        path = next(path for (found, _), path in pages.items() if found == endpoint)
        entered(demonstration, role).fill_in(path, data)
    introductions.send_notices(works_of(demonstration.app))


def test_without_a_connection_a_page_of_ours_says_so(demonstration: Demonstration, visit: MakeVisit) -> None:
    somebody = visit(demonstration)
    somebody.go("/")
    somebody.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    somebody.page.reload()
    somebody.lose_connection()
    somebody.go("/t/clermont")
    assert somebody.page.locator("h1").inner_text() == "Vous n’avez pas de connexion en ce moment"
    # What could not be loaded is told by the browser, and is no fault of the page.
    somebody.complaints.clear()
