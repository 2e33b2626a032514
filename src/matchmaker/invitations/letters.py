"""The letter that asks somebody to join something."""

from datetime import date

from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.invitations.rules import INVITATION_LASTS, Subject, Words

KIND = "invitations.invitation"
"""The kind of this letter in the outbox."""


def invitation(
    renderer: LetterRenderer,
    words: Words,
    subject: Subject,
    *,
    address: str,
    first_name: str,
    locale: str,
    invited_by: str,
    until: date,
    url: str,
) -> Letter:
    """Asks ``address`` to join ``subject``. ``first_name`` is empty for somebody who has no account."""
    values = {**subject.values, "name": invited_by}
    return renderer.compose(
        "invitations/letters/invitation",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=words.letter_subject,
        subject_values=values,
        has_key=True,
        lasts=INVITATION_LASTS,
        words=words,
        values=values,
        territory_name=subject.territory,
        until=until,
        url=url,
    )
