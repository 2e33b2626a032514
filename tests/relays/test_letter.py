"""The letter of an invitation to a relay, compared whole with what is kept in ``golden/``."""

from datetime import date
from pathlib import Path

import pytest

from matchmaker.base.letter import LetterRenderer
from matchmaker.invitations import letters
from matchmaker.invitations.rules import Subject
from matchmaker.relays.service import INVITATION

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_the_letter_reads_as_it_was_agreed(locale: str, part: str, request: pytest.FixtureRequest) -> None:
    letter = letters.invitation(
        LetterRenderer(service_name="Startup de territoire"),
        INVITATION.words,
        Subject(
            territory="Valence-Romans",
            territory_id=1,
            time_zone="Europe/Paris",
            locale=locale,
            values={"relay": "Mairie & <Médiathèque>"},
        ),
        address="nina@example.org",
        first_name="Nina",
        locale=locale,
        invited_by="Orane",
        until=date(2026, 12, 8),
        url="https://aide.example.org/relay-invitations/token",
    )
    body = f"{letter.subject}\n\n{letter.text}" if part == "text" else letter.html
    golden = GOLDEN / f"relay_invitation.{locale}.{'txt' if part == 'text' else 'html'}"
    if request.config.getoption("--renew-golden"):
        golden.write_text(body, encoding="utf-8")

    assert body == golden.read_text(encoding="utf-8")
