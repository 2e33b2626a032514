"""The invitation to work at a relay."""

from datetime import date

from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer


def invitation(
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
        "relays/letters/invitation",
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
