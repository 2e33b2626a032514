"""Which pages each role comes to by the links of the demonstration."""

from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlsplit

from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from matchmaker.accounts.models import Account
from matchmaker.demo import service as demo
from tests.browser.site import WRITTEN, Demonstration
from tests.doors import Person, signed_in, visitor, works_of

ROLES = ("visitor", "citizen", "group", "organiser", "relay")

SIGN_UP = {
    "citizens.challenges",
    "citizens.confirm",
    "citizens.finish",
    "citizens.sent",
    "citizens.skills",
    "citizens.time",
    "matching.preview",
}
"""Pages that the story of a sign-up comes to."""

BY_LETTER = {
    "accounts.link",
    "accounts.open",
    "digests.unsubscribe",
    "introductions.answer",
    "invitations.invitation",
    "introductions.stop",
}
"""Pages that a link in a letter opens, whoever follows it."""

BY_LETTER_TO_ITS_READER = {"accounts.address_link"}
"""Pages that a link in a letter opens to whom it was written, signed in."""

BESIDE = {"groups.need_edit": "groups.need_stands", "assisted.person": "assisted.person_letter"}
"""Pages that letters lead to, or the pages of some people alone, by a page of the same need or person with links to it."""

NO_PAGES = {
    "accounts.data",
    "places.communes",
    "vocabulary.skills",
    "demo.letter",
    "assisted.code",
    "digests.progress",
    "health.healthz",
    "health.readyz",
    "assisted.pages",
    "discovery.group_picture",
    "discovery.manifest",
    "discovery.need_picture",
    "discovery.robots",
    "discovery.service_picture",
    "discovery.service_worker",
    "discovery.show_sign",
    "discovery.show_stylesheet",
    "discovery.sitemap",
    "discovery.territory_picture",
    "static",
}
"""Parts of pages, files, a letter that is seen elsewhere, and an address that leads on."""

Pages = dict[tuple[str, bool], str]


def address_of(role: str) -> str | None:
    """Whom a role signs in as."""
    return dict(zip(ROLES[1:], demo.sign_in_addresses(), strict=True)).get(role)


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"href", "src"} and tag in {"a", "iframe"} and value and value.startswith("/"):
                self.found.append(value.partition("#")[0])


def entered(demonstration: Demonstration, role: str) -> Person:
    """Somebody of a role, signed in, without a browser."""
    address = address_of(role)
    if address is None:
        return visitor(demonstration.app)
    with works_of(demonstration.app).begin() as work:
        account = work.session.scalars(select(Account).where(Account.address == address)).one()
    return signed_in(demonstration.app, account)


@cache
def pages_of(demonstration: Demonstration, role: str) -> Pages:
    """By endpoint the first page that a role comes to by links, in the territory whose week is written and elsewhere."""
    person = entered(demonstration, role)
    found: Pages = {}
    waiting, seen = ["/", "/offline"], {"/": ""}
    adapter = demonstration.app.url_map.bind("localhost")
    while waiting:
        path = waiting.pop(0)
        try:
            endpoint, values = adapter.match(urlsplit(path).path)
        except (HTTPException, RequestRedirect):
            continue
        key = endpoint, values.get("slug") == WRITTEN
        if key in found or endpoint == "static":
            continue
        answer = person.get(path)
        assert answer.status_code < 400, (path, seen[path])
        if answer.status_code in {302, 303} and answer.location:
            more = [answer.location]
        elif answer.mimetype == "text/html":
            found[key] = path
            more = _Links(answer.text).found
        else:
            more = []
        answer.close()
        if endpoint in BESIDE:
            more = [*more, adapter.build(BESIDE[endpoint], values)]
        waiting += [one for one in more if one not in seen]
        seen |= {one: path for one in more if one not in seen}
    return found
