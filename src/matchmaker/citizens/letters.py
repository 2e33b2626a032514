"""The letter that a sign-up waits for, and the one that asks somebody to work at a relay."""

from datetime import date

from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer


def confirmation(
    renderer: LetterRenderer, *, address: str, first_name: str, locale: str, territory_name: str, url: str
) -> Letter:
    """A link that confirms an address and makes a profile of what was answered."""
    return renderer.compose(
        "citizens/letters/confirmation",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Confirm your sign-up"),
        asked_for=True,
        territory_name=territory_name,
        url=url,
    )


def relay_invitation(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    relay_name: str,
    invited_by: str,
    until: date,
    url: str,
) -> Letter:
    """Asks ``address`` to work at a relay. ``first_name`` is empty for somebody who has no account."""
    return renderer.compose(
        "citizens/letters/relay_invitation",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("%(name)s invites you to the relay %(relay)s"),
        subject_values={"name": invited_by, "relay": relay_name},
        territory_name=territory_name,
        relay_name=relay_name,
        invited_by=invited_by,
        until=until,
        url=url,
    )
