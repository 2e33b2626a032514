"""All letters of the house, in both languages: what old, small and speaking mail programs make of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import web
from matchmaker.accounts import service as accounts
from matchmaker.base import outbox
from matchmaker.base.letter import Letter, LetterRenderer, wrap
from matchmaker.base.resources import folder
from matchmaker.citizens import letters as citizens_letters
from matchmaker.digests.letters import missed
from matchmaker.groups.letters import StandingLine, standing
from matchmaker.post.wire import to_wire
from tests import builders
from tests.builders import NOW
from tests.doors import site_of, works_of
from tests.upgrades import full_town

LINE = 78
"""RFC 5322, 2.1.1: what a mail program is sure to show without breaking it at a place of its own."""


class Recorder(LetterRenderer):
    """Keeps what each letter was made of."""

    def __init__(self) -> None:
        super().__init__(service_name="Startup de territoire")
        self.made: dict[str, dict[str, Any]] = {}

    def compose(self, template: str, **values: Any) -> Letter:
        """Make a letter, and keep what with."""
        self.made[template] = values
        return super().compose(template, **values)

    def letters(self) -> Iterator[Letter]:
        """Each that was made, in both languages."""
        for template, values in self.made.items():
            for locale in ("fr", "en"):
                yield super().compose(template, **{**values, "locale": locale})


@pytest.fixture
def letters(live_app: Flask) -> list[Letter]:
    """One of each, as a town has them that has lived through a week."""
    recorder = Recorder()
    site = site_of(live_app)
    live_app.extensions = {
        **live_app.extensions,
        web.EXTENSION: replace(site, works=replace(site.works, letters=recorder)),
    }
    full_town.fill(live_app)
    with works_of(live_app).begin() as work:
        accounts.request_sign_in(work, address="stranger@example.org", locale="fr")
        accounts.request_account(work, first_name="Zoé", address="zoe@example.org", locale="fr")
        account = builders.add_account(work, address="changed@example.org")
        accounts.set_password(work, account_id=account.id, password="three words here", keep_session="")
        for address in ("free@example.org", "changed@example.org"):
            accounts.request_address(
                work, account_id=account.id, address=address, current="three words here", session_token=""
            )
        accounts.change_address(work, account_id=account.id, address="other@example.org")
    url = "https://aide.example.org/" + "x" * 90
    to: dict[str, str] = {"address": "a@example.org", "first_name": "Ana", "locale": "fr"}
    citizens_letters.confirmation(
        recorder, address=to["address"], locale="fr", territory_name="Valence-Romans", url=url
    )
    missed(recorder, **to, territory_name="Valence-Romans", week=48, week_url=url)
    asked = StandingLine(
        title="Réparer nos vélos",
        since=builders.TODAY,
        closes_on=builders.TODAY,
        stands_url=url,
        close_url=url,
    )
    standing(recorder, **to, group_name="La Fabrique", lines=[asked, asked], group_url=url)
    templates = folder("templates")
    known = {
        str(path.relative_to(templates).with_suffix("")) for path in Path(templates).glob("*/letters/*.txt")
    }
    assert set(recorder.made) == known
    return list(recorder.letters())


def test_every_letter_reads_everywhere(letters: list[Letter]) -> None:
    for letter in letters:
        check_lines(letter)
        check_html(letter)
        check_headers(letter)
    assert any(Part(letter.html).buttons for letter in letters)


def check_lines(letter: Letter) -> None:
    """No line of the text is longer than a mail program shows, but for a link alone on its line."""
    for line in letter.text.splitlines():
        assert len(line) <= LINE or re.fullmatch(r"\s*https?://\S+", line), (letter.kind, letter.locale, line)
    assert len(letter.subject) <= LINE, letter.subject


class Part(HTMLParser):
    """The elements of a letter with their styles, and in which cell each link stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.buttons: list[str] = []
        self.styles: list[str] = []
        self.comments: list[str] = []
        self.preheader: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        values = {name: value or "" for name, value in attrs}
        style = values.get("style", "")
        self.styles.append(style)
        if values.get("class") == "preheader":
            self.preheader = style
        if tag == "td":
            self.cells.append(style)
        if values.get("class") == "button":
            self.buttons.append(self.cells[-1])

    def handle_comment(self, data: str) -> None:
        """Note what is for one mail program alone."""
        self.comments.append(data)


def check_html(letter: Letter) -> None:
    """Nothing is hidden by its colour or its size, and Word, which draws for Outlook, finds what it knows."""
    part = Part(letter.html)
    assert part.preheader is not None
    assert "display: none" in part.preheader
    assert "color" not in part.preheader
    for style in part.styles:
        sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", style)]
        assert all(size >= 12 for size in sizes), style
        colours = re.search(r"(?<![-\w])color: (#\w+)", style), re.search(r"background-color: (#\w+)", style)
        if all(colours):
            assert colours[0][1] != colours[1][1], style  # type: ignore[index]
    # Word gives a link no padding, and a cell its own.
    assert all("mso-padding-alt" in cell and "background-color" in cell for cell in part.buttons)
    # It takes a share of the width for the whole window; the table around the sheet holds it.
    before, after = (comment for comment in part.comments if comment.startswith("[if mso]>"))
    assert 'width="600"' in before
    assert (before.count("<t"), after.count("</t")) == (3, 3)


def check_headers(letter: Letter) -> None:
    """Subject and names come back as they were, and no header begins with an empty line."""
    message = outbox.queue(Session(), letter, now=NOW)
    wire = to_wire(message, sender="bonjour@aide.example.org", sender_name="Écho des quartiers", now=NOW)
    for line in wire.as_bytes().split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        assert not line.endswith(b" "), line
        assert len(line) <= LINE or line.startswith(b"List-Unsubscribe: "), line
        assert not re.fullmatch(rb"[\w-]+:\s*", line), line
    read = message_from_bytes(wire.as_bytes(), policy=policy.default)
    assert read["Subject"] == letter.subject
    assert ("List-Id" in read) == ("List-Help" in read) == ("Feedback-ID" in read)


def test_what_is_in_another_language_says_so(letters: list[Letter]) -> None:
    """The needs of the town are in French, so that an English voice must be told, and a French one not."""
    weekly = {letter.locale: letter.html for letter in letters if letter.kind == "digests.weekly"}
    assert '<span lang="fr">' in weekly["en"]
    assert '<span lang="' not in weekly["fr"]


WORDS = (
    *("chez", "le", "médecin", "une", "réparation", "des", "vélos", "à"),
    *("l’atelier", "d'Œuvres", "(Romans-sur-Isère)", "2.", "-", "été"),
)


def test_names_and_subjects_of_any_words_come_back_as_they_were() -> None:
    """A mail program joins encoded words and drops the space between them; Python's folding left two, or none."""
    texts = [
        " ".join((*WORDS[start:], *WORDS[:start])[:length]) for start in range(14) for length in range(1, 14)
    ]
    for text in texts:
        letter = Letter(
            kind="test",
            recipient="a@example.org",
            recipient_name=text[:60].strip(),
            locale="fr",
            subject=text,
            text="x\n",
            html="<p>x</p>\n",
        )
        message = outbox.queue(Session(), letter, now=NOW)
        wire = to_wire(message, sender="b@example.org", sender_name=text[:50].strip(), now=NOW).as_bytes()
        read = BytesParser(policy=policy.compat32).parsebytes(wire)
        for name, whole in (("To", text[:60]), ("From", text[:50])):
            unfolded = re.sub(r"\r\n(?=[ \t])", "", read[name])
            assert str(make_header(decode_header(parseaddr(unfolded)[0]))) == whole.strip()
        assert str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", read["Subject"])))) == text


def test_wrapped_text_keeps_its_words_its_links_and_its_lists() -> None:
    text = (
        "Bonjour,\n\n1. "
        + "mot " * 40
        + "\n   - "
        + "raison " * 30
        + "\nhttps://x.org/"
        + "a" * 100
        + "\n\n-- \nNous"
    )
    lines = wrap(text).split("\n")
    assert " ".join(wrap(text).split()) == " ".join(text.split())
    assert [line for line in lines if len(line) > LINE] == ["https://x.org/" + "a" * 100]
    assert "-- " in lines
    listed = [line for line in lines if "raison" in line]
    assert listed[0].startswith("   - raison")
    assert all(line.startswith("     raison") for line in listed[1:])
