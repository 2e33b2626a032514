"""The letters about a changed password and address, compared whole with what is kept in ``golden/``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from matchmaker.accounts import letters
from matchmaker.base.letter import Letter, LetterRenderer

GOLDEN = Path(__file__).parent / "golden"
RENDERER = LetterRenderer(service_name="Startup de territoire")

LETTERS: dict[str, Callable[[str], Letter]] = {
    "change_address": lambda locale: letters.change_address(
        RENDERER,
        address="new@example.org",
        locale=locale,
        url="https://aide.example.org/account/address/token",
    ),
    "address_taken": lambda locale: letters.address_taken(
        RENDERER, address="new@example.org", first_name="Camille <3", locale=locale
    ),
    "address_changed": lambda locale: letters.address_changed(
        RENDERER, address="old@example.org", first_name="Camille <3", locale=locale
    ),
    "password_changed": lambda locale: letters.password_changed(
        RENDERER,
        address="camille@example.org",
        first_name="Camille <3",
        locale=locale,
        url="https://aide.example.org/sign-in",
    ),
}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("part", ["txt", "html"])
def test_a_letter_reads_as_it_was_agreed(
    name: str, locale: str, part: str, request: pytest.FixtureRequest
) -> None:
    letter = LETTERS[name](locale)
    body = f"{letter.subject}\n\n{letter.text}" if part == "txt" else letter.html
    golden = GOLDEN / f"{name}.{locale}.{part}"
    if request.config.getoption("--renew-golden"):
        golden.write_text(body, encoding="utf-8")
    assert body == golden.read_text(encoding="utf-8")
    assert part == "html" or max(map(len, body.splitlines())) <= 78
