"""Letters to put into the outbox."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from matchmaker.base.letter import Letter
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory

KIND = "accounts.sign_in"


def letter(recipient: str = "amina@example.org", **values: str | bool | timedelta | None) -> Letter:
    """A letter of a few words."""
    fields: dict[str, str | bool | timedelta | None] = {
        "kind": KIND,
        "recipient_name": "Amina",
        "locale": "fr",
        "subject": "Votre lien",
        "text": "Bonjour Amina,\n",
        "html": "<p>Bonjour Amina,</p>\n",
        **values,
    }
    return Letter(recipient=recipient, **fields)  # type: ignore[arg-type]


def post(works: WorkFactory, *recipients: str) -> None:
    """Queue a letter to each."""
    with works.begin() as work:
        for recipient in recipients:
            work.post(letter(recipient))


def outbox(works: WorkFactory) -> Sequence[OutboxMessage]:
    """All letters in the order in which they were queued."""
    with works.begin() as work:
        return work.session.scalars(
            select(OutboxMessage).order_by(OutboxMessage.id).execution_options(populate_existing=True)
        ).all()


def only(works: WorkFactory) -> OutboxMessage:
    """The one letter in the outbox."""
    (message,) = outbox(works)
    return message
