"""Letters in doubt that somebody settles by hand, one by one or all of a run; nothing is sent again."""

from sqlalchemy import select, update

from matchmaker.base.ids import AccountId
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Missing, Work
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.post.doubts import settle_doubt


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
    if not _settle(work, letter, territory_id=territory_id, account_id=account_id, arrived=arrived):
        raise NotInDoubt


def settle_run(work: Work, *, territory_id: int, run_id: int, account_id: AccountId, arrived: bool) -> int:
    """Record the same of all letters in doubt of a territory's run; how many they were."""
    letters = work.session.scalars(
        select(DigestLetter)
        .join(DigestRun, DigestRun.id == DigestLetter.run_id)
        .join(OutboxMessage, OutboxMessage.id == DigestLetter.message_id)
        .where(
            DigestRun.id == run_id,
            DigestRun.territory_id == territory_id,
            OutboxMessage.state == MessageState.UNKNOWN,
        )
        .order_by(DigestLetter.id)
    ).all()
    return sum(
        _settle(work, letter, territory_id=territory_id, account_id=account_id, arrived=arrived)
        for letter in letters
    )


def settle_message(work: Work, *, message_id: int, arrived: bool) -> None:
    """Record what an operator found out of a letter in doubt, whatever its kind. Raises NotInDoubt."""
    letter = work.session.scalars(
        select(DigestLetter).where(DigestLetter.message_id == message_id)
    ).one_or_none()
    if letter is None:
        settled = settle_doubt(work, message_id=message_id, arrived=arrived)
    else:
        place = letter.run.territory_id
        settled = _settle(work, letter, territory_id=place, account_id=None, arrived=arrived)
    if not settled:
        raise NotInDoubt


def _settle(
    work: Work, letter: DigestLetter, *, territory_id: int, account_id: AccountId | None, arrived: bool
) -> bool:
    if letter.message_id is None or not settle_doubt(work, message_id=letter.message_id, arrived=arrived):
        return False
    if account_id is not None:
        letter.settled_by_id, letter.settled_at = account_id, work.now
    if not arrived:
        work.session.execute(
            update(DigestLine)
            .where(DigestLine.letter_id == letter.id)
            .values(recipient_key=released_key(letter.id))
        )
    work.record(DigestVerb.SETTLED, DigestLetter, letter.id, territory_id=territory_id, arrived=arrived)
    return True


def released_key(letter_id: int) -> str:
    """The key under which the lines of a letter are kept that did not arrive: it is nobody's fingerprint."""
    return f"released:{letter_id}"
