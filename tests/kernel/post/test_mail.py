"""A letter on the wire: headers that mail programs understand, nothing that a name could smuggle in."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from jinja2 import UndefinedError
from sqlalchemy.orm import Session

from matchmaker.base import outbox as base_outbox
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from matchmaker.post.wire import to_wire
from tests.builders import NOW
from tests.kernel.letters import letter, only, outbox, post

SENDER = "bonjour@aide.example.org"
LONG = "https://aide.example.org/unsubscribe/" + "a1B2" * 60


def on_the_wire(**values: str | None) -> bytes:
    """The bytes of a letter as they are handed to the server."""
    message = base_outbox.queue(Session(), letter(**values), now=NOW)  # type: ignore[arg-type]
    return to_wire(message, sender=SENDER, sender_name="Startup de territoire", now=NOW).as_bytes()


def read(wire: bytes) -> EmailMessage:
    """What a mail program reads."""
    message = message_from_bytes(wire, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def header_lines(wire: bytes) -> list[bytes]:
    """The lines of the header."""
    return wire.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


def test_a_long_list_unsubscribe_stays_on_one_line_and_readable() -> None:
    wire = on_the_wire(unsubscribe_url=LONG)
    assert f"List-Unsubscribe: <{LONG}>".encode() in header_lines(wire)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in header_lines(wire)


def test_a_letter_that_nobody_subscribed_to_has_no_such_header() -> None:
    message = read(on_the_wire())
    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message
    assert "List-Id" not in message


def test_it_says_when_from_whom_and_that_a_machine_wrote_it() -> None:
    message = read(on_the_wire(list_id="Valence-Romans <valence-romans.aide.example.org>"))
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message["From"] == f"Startup de territoire <{SENDER}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"
    assert message["List-Id"] == "Valence-Romans <valence-romans.aide.example.org>"
    assert message["MIME-Version"] == "1.0"


def test_its_id_is_its_own_and_tells_nothing_of_the_person() -> None:
    ids = [read(on_the_wire())["Message-ID"] for _ in range(2)]
    assert ids[0] != ids[1]
    for number in ids:
        assert re.fullmatch(r"<[0-9a-f]{32}@aide\.example\.org>", number)


def test_it_keeps_its_id_however_often_it_is_written(works: WorkFactory) -> None:
    post(works, "amina@example.org")
    once, again = (to_wire(only(works), sender=SENDER, sender_name="S", now=NOW).as_bytes() for _ in range(2))
    assert read(once)["Message-ID"] == read(again)["Message-ID"]


def test_it_has_a_plain_part_before_an_html_part() -> None:
    message = read(on_the_wire(text="Café à 5 €\n", html="<p>Café à 5&nbsp;€</p>\n"))
    parts = [
        (part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in message.iter_parts()
    ]
    assert parts == [("text/plain", "Café à 5 €\n"), ("text/html", "<p>Café à 5&nbsp;€</p>\n")]


def test_it_is_of_seven_bits_and_short_lines_so_that_every_server_takes_it() -> None:
    wire = on_the_wire(
        subject="Été, œuvre et cætera : " + "é" * 200,
        recipient_name="Zoé-Éléonore",
        html=f"<p>{'é' * 5000}</p>\n",
        unsubscribe_url=LONG,
    )
    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert b"\n" not in wire.replace(b"\r\n", b"")
    encoded = re.findall(rb"=\?utf-8\?[qb]\?[^?]*\?=", wire)
    assert encoded
    assert max(map(len, encoded)) <= 75


def test_short_words_with_accents_are_written_in_seven_bits_too() -> None:
    assert on_the_wire(text="Café\n", html="<p>Café</p>\n").isascii()


@pytest.mark.parametrize(
    "name",
    [
        "Amina",
        "d'Arc, Jeanne",
        "Zoé",
        'Lou "la" Rose',
        "Anne (Romans)",
        "a@b",
        "",
        "Dr. K. <k@x.org>",
        "=?x?=",
    ],
)
def test_any_name_reaches_its_one_reader_unchanged(name: str) -> None:
    message = read(on_the_wire(recipient_name=name))
    (reader,) = message["To"].addresses
    assert (reader.display_name, reader.addr_spec) == (name, "amina@example.org")
    assert "Cc" not in message
    assert "Bcc" not in message


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\0"])
@pytest.mark.parametrize("field", ["recipient_name", "subject"])
def test_a_line_break_smuggles_no_header_in(field: str, ending: str) -> None:
    wire = on_the_wire(**{field: f"Amina{ending}Bcc: eve@example.org{ending}{ending}Hello"})
    message = read(wire)
    assert "Bcc" not in message
    assert message["Subject" if field == "subject" else "To"].startswith(("Amina Bcc", '"Amina Bcc'))
    assert [line for line in header_lines(wire) if line.lower().startswith(b"bcc")] == []


def test_waiting_letters_can_be_taken_back_by_recipient_and_kind(works: WorkFactory) -> None:
    with works.begin() as work:
        work.post(letter("amina@example.org", kind="digests.weekly"))
        work.post(letter("amina@example.org"))
        work.post(letter("lou@example.org", kind="digests.weekly"))
        sent = work.post(letter("amina@example.org", kind="digests.weekly"))
        sent.state = MessageState.SENT
    with works.begin() as work:
        taken = base_outbox.skip_waiting(
            work.session, recipient="amina@example.org", kind="digests.weekly", now=work.now
        )
    assert taken == 1
    assert [message.state.value for message in outbox(works)] == ["skipped", "pending", "pending", "sent"]
    assert outbox(works)[0].settled_at == NOW


def test_of_the_letters_to_somebody_who_has_left_only_what_became_of_them_is_kept(works: WorkFactory) -> None:
    with works.begin() as work:
        work.post(letter("amina@example.org"))
        sent = work.post(letter("amina@example.org"))
        sent.state = MessageState.SENT
        work.post(letter("lou@example.org"))
    with works.begin() as work:
        base_outbox.forget(work.session, recipient="amina@example.org", now=work.now)
    waited, left, other = outbox(works)
    assert [waited.state.value, left.state.value, other.state.value] == ["skipped", "sent", "pending"]
    for message in (waited, left):
        assert {message.recipient, message.recipient_name, message.subject, message.text, message.html} == {
            ""
        }
    assert other.recipient == "lou@example.org"


@pytest.fixture
def renderer() -> LetterRenderer:
    """What writes letters."""
    return LetterRenderer(service_name="Startup de territoire")


def compose(renderer: LetterRenderer, *, name: str = "Amina", locale: str = "en") -> Letter:
    """The letter with a link to sign in."""
    return renderer.compose(
        "accounts/letters/sign_in",
        recipient="amina@example.org",
        recipient_name=name,
        locale=locale,
        subject="Your link to sign in",
        url="https://aide.example.org/sign-in/abc",
    )


def test_a_letter_is_written_in_the_readers_language(renderer: LetterRenderer) -> None:
    english, french = compose(renderer), compose(renderer, locale="fr")
    assert english.kind == "accounts.sign_in"
    assert (english.subject, english.locale) == ("Your link to sign in", "en")
    assert french.subject != english.subject
    assert 'lang="fr"' in french.html


def test_the_html_part_brings_its_styles_along_and_stays_small(renderer: LetterRenderer) -> None:
    html = compose(renderer).html
    button = re.search(r'<a class="button"[^>]*>', html)
    assert button is not None
    assert "style=" in button[0]
    assert "<link" not in html
    assert "@media" in html
    assert len(html.encode()) < 100_000


def test_a_name_is_text_in_both_parts(renderer: LetterRenderer) -> None:
    written = compose(renderer, name="<b>Lou & Co</b>")
    assert "Hello <b>Lou & Co</b>," in written.text
    assert "Hello &lt;b&gt;Lou &amp; Co&lt;/b&gt;," in written.html


def test_a_subject_is_one_line_with_its_values_filled(renderer: LetterRenderer) -> None:
    written = renderer.compose(
        "accounts/letters/sign_in",
        recipient="amina@example.org",
        recipient_name="Amina",
        locale="en",
        subject="News of %(group)s",
        subject_values={"group": "Ma\r\n bouteille"},
        url="https://aide.example.org/",
    )
    assert written.subject == "News of Ma bouteille"


def test_a_value_that_a_template_lacks_is_an_error(renderer: LetterRenderer) -> None:
    with pytest.raises(UndefinedError):
        renderer.compose(
            "accounts/letters/sign_in",
            recipient="amina@example.org",
            recipient_name="Amina",
            locale="en",
            subject="Your link to sign in",
        )
