"""The letter that a sign-up waits for, and the one that asks somebody to work at a relay."""

from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.citizens.rules import CONFIRMATION_LASTS


def confirmation(
    renderer: LetterRenderer, *, address: str, locale: str, territory_name: str, url: str
) -> Letter:
    """A link that confirms an address and makes a profile of what was answered, of which it tells nothing."""
    return renderer.compose(
        "citizens/letters/confirmation",
        recipient=address,
        recipient_name="",
        locale=locale,
        subject=mark("Confirm your sign-up"),
        asked_for=True,
        has_key=True,
        lasts=CONFIRMATION_LASTS,
        territory_name=territory_name,
        url=url,
    )
