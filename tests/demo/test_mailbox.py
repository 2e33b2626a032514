"""The demonstration's mailbox: the letters that a real SMTP conversation brought, and the page that shows them."""

import smtplib
import socket
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from matchmaker.demo import catcher, mailbox, views
from tests import builders
from tests.databases import Database
from tests.doors import make_app

HOST = "127.0.0.1:8123"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty mailbox."""
    made = tmp_path / "mailbox"
    made.mkdir()
    return made


@pytest.fixture
def app(database: Database, folder: Path) -> Flask:
    """The application of a demonstration."""
    return make_app(database.sessions, demo_mailbox=str(folder), base_url=f"http://{HOST}")


def letter(
    subject: str = "Votre lien de connexion",
    *,
    to: str = "Mireille <mireille@example.org>",
    text: str = f"Bonjour,\n\nhttp://{HOST}/sign-in/abc.\n\nAilleurs : http://elsewhere.example/x",
    html: str | None = "<p style='color: red'>Bonjour <a href='/x'>ici</a></p>",
) -> EmailMessage:
    """A letter as the service writes them."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "bonjour@demo.example"
    message["To"] = to
    message["Date"] = "Tue, 24 Nov 2026 09:30:00 +0000"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def caught(folder: Path, message: EmailMessage, *, minutes: int = 0, to: str = "mireille@example.org") -> str:
    """A letter that arrived some minutes after the test's moment."""
    return mailbox.keep(
        folder, message.as_bytes(), recipients=[to], now=builders.NOW + timedelta(minutes=minutes)
    )


def test_a_letter_that_is_sent_is_kept_and_goes_nowhere_else(folder: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as bound,
        catcher.catching(bound, folder, clock=lambda: builders.NOW),
        smtplib.SMTP("127.0.0.1", bound.getsockname()[1], timeout=5) as smtp,
    ):
        smtp.send_message(letter(), "bonjour@demo.example", ["mireille@example.org", "paul@far.example"])

    (name,) = mailbox.names(folder)
    read = mailbox.read(folder, name)
    assert read is not None
    assert read.subject == "Votre lien de connexion"
    assert read.sent == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert mailbox.names(folder, to="paul@far.example") == [name]
    assert [path.suffix for path in folder.iterdir()] == [".eml"]


def test_the_newest_letter_comes_first(app: Flask, folder: Path) -> None:
    caught(folder, letter("Première"), minutes=1)
    caught(folder, letter("Deuxième"), minutes=2)

    page = app.test_client().get("/demo/mailbox").text

    assert 0 < page.index("Deuxième") < page.index("Première")
    assert "mireille@example.org" in page
    assert "24 novembre 2026" in page


def test_only_links_to_this_service_can_be_followed(app: Flask, folder: Path) -> None:
    caught(folder, letter())

    page = app.test_client().get("/demo/mailbox").text

    assert f'<a href="http://{HOST}/sign-in/abc">http://{HOST}/sign-in/abc</a>.' in page
    assert "http://elsewhere.example/x" in page
    assert 'href="http://elsewhere.example' not in page


def test_what_a_letter_says_is_never_part_of_the_page(app: Flask, folder: Path) -> None:
    caught(folder, letter("<script>alert(1)</script>", text="<b>gras</b>", html=None))

    page = app.test_client().get("/demo/mailbox").text

    assert "<script>alert" not in page
    assert "&lt;b&gt;gras&lt;/b&gt;" in page


def test_letters_are_filtered_by_address(app: Flask, folder: Path) -> None:
    caught(folder, letter("Pour Mireille"))
    caught(folder, letter("Pour Bastien", to="groupe@demo.example"), to="groupe@demo.example")

    page = app.test_client().get("/demo/mailbox?to=GROUPE@demo.example").text
    nobody = app.test_client().get("/demo/mailbox?to=nobody@example.org").text

    assert "Pour Bastien" in page
    assert "Pour Mireille" not in page
    assert "Pour" not in nobody.split("<main", 1)[1].split("placeholder", 1)[1].split("</form>")[1]


def test_a_full_mailbox_has_pages(app: Flask, folder: Path) -> None:
    for number in range(views.LETTERS_SHOWN + 3):
        caught(folder, letter(f"Lettre {number:02}."), minutes=number)

    first = app.test_client().get("/demo/mailbox").text
    second = app.test_client().get("/demo/mailbox?page=2").text
    beyond = app.test_client().get("/demo/mailbox?page=99").text

    assert "Lettre 22." in first
    assert "Lettre 02." not in first
    assert "Lettre 02." in second
    assert "Lettre 02." in beyond
    assert app.test_client().get("/demo/mailbox?page=x").status_code == 200


def test_the_html_part_is_shown_by_itself_and_can_do_nothing(app: Flask, folder: Path) -> None:
    name = caught(folder, letter(html="<p style='color: red'>Bonjour</p><script>alert(1)</script>"))

    answer = app.test_client().get(f"/demo/mailbox/{name}")

    assert answer.status_code == 200
    assert "<p style='color: red'>Bonjour</p>" in answer.text
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert not any(rule.startswith("script-src") for rule in policy)


def test_inline_styles_are_allowed_in_that_one_answer_only(app: Flask) -> None:
    policy = app.test_client().get("/demo/mailbox").headers["Content-Security-Policy"]

    assert "unsafe-inline" not in policy


def test_only_letters_of_the_mailbox_can_be_opened(app: Flask, folder: Path) -> None:
    (folder.parent / "secret.eml").write_text("Subject: secret\n\nhello", encoding="utf-8")
    (folder / "secret.eml").write_text("Subject: secret\n\nhello", encoding="utf-8")
    plain = caught(folder, letter(html=None))
    client = app.test_client()

    for name in ("secret", "..%2Fsecret", "%2E%2E%2Fsecret", "20261124T093000000000-00000000", plain):
        assert client.get(f"/demo/mailbox/{name}").status_code == 404, name
    assert mailbox.names(folder) == [plain]


def test_a_letter_that_is_no_letter_is_still_shown(app: Flask, folder: Path) -> None:
    mailbox.keep(folder, b"\xff\xfe\x00 nothing", recipients=["a@b.example"], now=builders.NOW)
    mailbox.keep(
        folder,
        b"Subject: odd\r\nDate: never\r\nContent-Type: text/plain; charset=nonsense-9\r\n\r\nbonjour",
        recipients=["a@b.example"],
        now=builders.NOW,
    )
    mailbox.keep(folder, b"Date: Tue, 24 Nov 2026 09:30:00 -0000\r\n\r\nx", recipients=[], now=builders.NOW)

    page = app.test_client().get("/demo/mailbox")

    assert page.status_code == 200
    assert "odd" in page.text


def test_an_empty_mailbox_says_what_to_do(app: Flask) -> None:
    page = app.test_client().get("/demo/mailbox?lang=en").text

    assert "There is no letter yet." in page


def test_outside_a_demonstration_there_is_no_mailbox(database: Database) -> None:
    client = make_app(database.sessions).test_client()

    assert client.get("/demo/mailbox").status_code == 404
    assert client.get("/demo/mailbox/20261124T093000000000-00000000").status_code == 404


def test_a_letter_that_vanished_meanwhile_is_left_out(folder: Path) -> None:
    name = caught(folder, letter())
    (folder / f"{name}.eml").unlink()

    assert mailbox.read(folder, name) is None
    assert mailbox.html(folder, name) is None
