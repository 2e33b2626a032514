"""The letter that asks somebody to join a group."""

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
    group_name: str,
    pitch: str,
    invited_by: str,
    until: date,
    url: str,
) -> Letter:
    """Asks ``address`` to join a group. ``first_name`` is empty for somebody who has no account."""
    return renderer.compose(
        "groups/letters/invitation",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("%(name)s invites you to join %(group)s"),
        subject_values={"name": invited_by, "group": group_name},
        territory_name=territory_name,
        group_name=group_name,
        pitch=pitch,
        invited_by=invited_by,
        until=until,
        url=url,
    )
