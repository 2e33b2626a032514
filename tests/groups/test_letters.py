"""The letter of an invitation, compared whole with what is kept in ``golden/``.

After a change that is meant, ``pytest tests/groups/test_letters.py --renew-golden`` writes the files anew: read their
diff before it is kept.
"""

from datetime import date
from pathlib import Path

import pytest

from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.groups.service import INVITATION
from matchmaker.invitations import letters
from matchmaker.invitations.rules import Subject

GOLDEN = Path(__file__).parent / "golden"


def invitation(locale: str, first_name: str = "Nina") -> Letter:
    """A letter to Nina from a group whose name needs care in HTML."""
    return letters.invitation(
        LetterRenderer(service_name="Startup de territoire"),
        INVITATION.words,
        Subject(
            territory="Valence-Romans",
            territory_id=1,
            time_zone="Europe/Paris",
            locale=locale,
            values={
                "group": "Vélos & <Compagnie>",
                "pitch": "Remettre en selle les vélos qui dorment dans les caves,"
                " et celles et ceux qui n'osent plus en faire.",
            },
        ),
        address="nina@example.org",
        first_name=first_name,
        locale=locale,
        invited_by="Lou",
        until=date(2026, 12, 8),
        url="https://aide.example.org/invitations/token",
    )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_the_letter_reads_as_it_was_agreed(locale: str, part: str, request: pytest.FixtureRequest) -> None:
    letter = invitation(locale)
    body = f"{letter.subject}\n\n{letter.text}" if part == "text" else letter.html
    golden = GOLDEN / f"invitation.{locale}.{'txt' if part == 'text' else 'html'}"
    if request.config.getoption("--renew-golden"):
        golden.write_text(body, encoding="utf-8")

    assert body == golden.read_text(encoding="utf-8")


def test_somebody_with_an_account_is_greeted_by_name() -> None:
    letter = invitation("en", "Nina")

    assert letter.text.startswith("Hello Nina,")
    assert "Hello Nina," in letter.html
    assert (letter.recipient, letter.recipient_name, letter.kind) == (
        "nina@example.org",
        "Nina",
        "invitations.invitation",
    )
    assert letter.unsubscribe_url is None


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_letter_to_an_address_that_nobody_proved_has_no_word_of_anybody(locale: str) -> None:
    letter = invitation(locale, "")

    for typed in ("Lou", "Vélos", "Compagnie", "selle", "Nina"):
        assert typed not in f"{letter.subject} {letter.text} {letter.html} {letter.recipient_name}"
    assert "Valence-Romans" in letter.subject
    assert "https://aide.example.org/invitations/token" in letter.text


def test_no_name_that_people_chose_becomes_html() -> None:
    letter = invitation("fr")

    assert "Vélos & <Compagnie>" in letter.subject
    assert "<Compagnie>" not in letter.html
    assert "&lt;Compagnie&gt;" in letter.html
