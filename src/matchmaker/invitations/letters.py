"""The letter that asks somebody to join something."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.invitations.rules import INVITATION_LASTS, Subject, Words

SUBJECT = mark("An invitation from the territory %(territory)s")
PREHEADER = mark("The page of the link says who invites you.")
SENTENCE = mark(
    "Somebody of the territory %(territory)s invites you to take part. The page of the link says who, and in what."
)

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
    """Asks ``address`` to join ``subject``. ``first_name`` is empty for somebody who has no account.

    Whoever has none has not proved the address: their letter has no word that somebody typed. The page of its link
    says who invites, and to what.
    """
    values: Mapping[str, str] = {**subject.values, "name": invited_by}
    if not first_name:
        values = {"territory": subject.territory}
        words = replace(words, letter_subject=SUBJECT, preheader=PREHEADER, sentence=SENTENCE, quote="")
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
