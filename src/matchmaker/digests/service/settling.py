"""Letters in doubt that an organiser settles by hand; nothing is sent again."""

import structlog
from sqlalchemy import select, update

from matchmaker.base.ids import AccountId
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Missing, Work
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules.verbs import DigestVerb

log = structlog.get_logger()


class NotInDoubt(Exception):
    """What became of the letter is known already."""


def settle_letter(
    work: Work, *, territory_id: int, letter_id: int, account_id: AccountId, arrived: bool
) -> None:
    """Record what an organiser found out of a letter in doubt, and who said so.

    What a letter told that did not arrive counts as told to nobody, so that it comes again in a later week. Raises
    Missing when the territory has no such letter, NotInDoubt when somebody was faster.
    """
    letter = work.session.scalars(
        select(DigestLetter)
        .join(DigestRun, DigestRun.id == DigestLetter.run_id)
        .where(DigestLetter.id == letter_id, DigestRun.territory_id == territory_id)
    ).one_or_none()
    if letter is None:
        raise Missing(letter_id)
    settled = work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == letter.message_id, OutboxMessage.state == MessageState.UNKNOWN)
        .values(state=MessageState.SENT if arrived else MessageState.FAILED)
        .returning(OutboxMessage.id)
    )
    if settled.first() is None:
        raise NotInDoubt
    letter.settled_by_id, letter.settled_at = account_id, work.now
    if not arrived:
        work.session.execute(
            update(DigestLine)
            .where(DigestLine.letter_id == letter.id)
            .values(recipient_key=released_key(letter.id))
        )
    work.record(DigestVerb.SETTLED, DigestLetter, letter.id, territory_id=territory_id, arrived=arrived)
    log.info("letter_settled", letter=letter.id, arrived=arrived)


def released_key(letter_id: int) -> str:
    """The key under which the lines of a letter are kept that did not arrive: it is nobody's fingerprint."""
    return f"released:{letter_id}"
