"""What accounts mail."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory


def letters(works: WorkFactory) -> Sequence[OutboxMessage]:
    """The queued letters in their order."""
    with works.begin() as work:
        return work.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def newest_link(works: WorkFactory) -> str:
    """The path of the link in the last letter."""
    found = re.findall(r"^http://localhost(/\S+)$", letters(works)[-1].text, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])
