"""What a citizen answers to a need, on record as their own."""

from sqlalchemy import select

from matchmaker.base.ids import AccountId, RelayId
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.rules import NeedState
from matchmaker.matching import queries
from matchmaker.matching.models import NeedAnswer
from matchmaker.matching.rules import CORRECTED_FOR, Answer, AnswerChannel
from matchmaker.matching.rules.verbs import MatchingVerb


class AnsweredBefore(Exception):
    """Another answer is on record, and too old to be corrected."""


class NeedNotOpen(Exception):
    """Nobody can say yes to the need any more."""


def keep_answer(
    work: Work,
    *,
    need_id: int,
    citizen_id: int,
    answer: Answer,
    channel: AnswerChannel,
    relay_id: RelayId,
    recorded_by_id: AccountId,
) -> NeedAnswer:
    """Keep what a citizen says to a need; the same once more changes nothing, another within a week corrects it.

    Raises AnsweredBefore, NeedNotOpen, and NoResultFound when there is no such citizen.
    """
    # Two who write down an answer of the same person wait for each other here.
    work.session.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update()).one()
    known = queries.find_answer(work.session, need_id=need_id, citizen_id=citizen_id)
    if known is not None and known.answer is answer:
        return known
    if known is not None and work.now >= known.given_at + CORRECTED_FOR:
        raise AnsweredBefore
    need = queries.find_need(work.session, need_id=need_id)
    if answer is Answer.YES and (
        need is None or queries.need_state(need, now=work.now) is not NeedState.OPEN
    ):
        raise NeedNotOpen
    if known is None:
        known = NeedAnswer(need_id=need_id, citizen_id=citizen_id, given_at=work.now)
        work.session.add(known)
    else:
        known.corrected_at = work.now
    known.answer, known.channel = answer, channel
    known.relay_id, known.recorded_by_id = relay_id, recorded_by_id
    work.session.flush()
    territory_id = work.session.get_one(Citizen, citizen_id).territory_id
    work.record(
        MatchingVerb.ANSWERED, NeedAnswer, known.id, territory_id=territory_id, need=need_id, relay=relay_id
    )
    return known
