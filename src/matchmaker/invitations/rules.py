"""How long an invitation lasts, and what its letter and its page say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from matchmaker.base.verbs import Verb

INVITATION_LASTS = timedelta(days=14)


class InvitationVerb(Verb):
    """What is put on record of invitations of any kind."""

    SENT = "invitation.sent"
    WITHDRAWN = "invitation.withdrawn"
    ACCEPTED = "invitation.accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the letter and the page of a kind of invitation say: marked texts.

    ``%(name)s`` in them is whoever invites; the rest is filled from the values of the subject.
    """

    letter_subject: str
    preheader: str
    """What a mail program shows of the letter beside its subject."""
    sentence: str
    quote: str = ""
    """What the subject says of itself, if anything."""
    title: str
    lead: str
    name_hint: str
    """Who sees the first name that a newcomer gives."""
    accept: str
    welcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is joined, as the letter and the page name it. ``locale`` is for who has no account."""

    territory: str
    territory_id: int
    time_zone: str
    locale: str
    values: Mapping[str, str]
