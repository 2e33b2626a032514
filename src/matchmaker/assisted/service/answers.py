"""What a relay does with the letters of its people, on record: printing them, and writing down what was answered."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from matchmaker.assisted.loading import find_line, find_line_by_code, letters_of_relay
from matchmaker.assisted.rules import RelayDeed
from matchmaker.assisted.service.people import AtDesk, PersonElsewhere, record
from matchmaker.base.work import Missing, Work
from matchmaker.digests.models import DigestLine
from matchmaker.digests.rules import CODE_LASTS, read_code
from matchmaker.introductions import queries as introductions_queries
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Action, DeclineReason, Party
from matchmaker.introductions.service import Actor
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Answer, AnswerChannel


class UnknownCode(LookupError):
    """None of the relay's people has a letter with this code."""


class OldCode(Exception):
    """The code was good for eight weeks, which have passed."""


class LineElsewhere(Missing):
    """The line is in no letter of the relay's people."""


def print_letters(work: Work, *, desk: AtDesk, letter_ids: Iterable[int]) -> None:
    """Put on record that a relay printed letters of its people; the first time stays the moment of the letter."""
    wanted = set(letter_ids)
    for one in letters_of_relay(work.session, relay_id=desk.relay_id, now=work.now):
        if one.letter.id in wanted:
            one.letter.printed_at = one.letter.printed_at or work.now
            record(work, desk, RelayDeed.LETTER_PRINTED, citizen_id=one.citizen.id)


def line_of_code(session: Session, *, relay_id: int, typed: str, now: datetime) -> DigestLine:
    """The line of a code as somebody at a relay typed it. Raises MistypedCode, UnknownCode, OldCode."""
    code = read_code(typed)
    line = find_line_by_code(session, relay_id=relay_id, code=code)
    if line is None or line.letter.written_at is None:
        raise UnknownCode
    if now >= line.letter.written_at + CODE_LASTS:
        raise OldCode
    return line


def record_answer(
    work: Work, *, desk: AtDesk, line_id: int, answer: Answer, channel: AnswerChannel
) -> DigestLine:
    """Keep what the reader of a line answered to its need, as their own, with the relay on record.

    A yes is an offer to the group, or the answer to its question; a no declines or withdraws what there is. Raises
    LineElsewhere, matching.AnsweredBefore, matching.NeedNotOpen, introductions.GroupOwesAnswers.
    """
    line, citizen_id, need_id = _line(work.session, desk, line_id)
    matching.keep_answer(
        work,
        need_id=need_id,
        citizen_id=citizen_id,
        answer=answer,
        channel=channel,
        relay_id=desk.relay_id,
        recorded_by_id=desk.member_id,
    )
    introductions.answer_for(
        work,
        need_id=need_id,
        citizen_id=citizen_id,
        yes=answer is Answer.YES,
        by=Actor(party=Party.CITIZEN, account_id=desk.member_id, relay_id=desk.relay_id, channel=channel),
    )
    record(work, desk, RelayDeed.ANSWERED, citizen_id=citizen_id)
    return line


def record_code(work: Work, *, desk: AtDesk, typed: str, answer: Answer) -> DigestLine:
    """Keep the answer to the need whose code somebody at the relay typed.

    Raises MistypedCode, UnknownCode, OldCode, and what ``record_answer`` raises.
    """
    line = line_of_code(work.session, relay_id=desk.relay_id, typed=typed, now=work.now)
    return record_answer(work, desk=desk, line_id=line.id, answer=answer, channel=AnswerChannel.CODE)


def record_step(
    work: Work,
    *,
    desk: AtDesk,
    introduction_id: int,
    action: Action,
    reason: DeclineReason | None,
    share_telephone: bool,
) -> None:
    """Take the step in an introduction that one of the relay's people said, as their own word.

    With ``share_telephone`` a yes lets the group see the number that the relay keeps. Raises PersonElsewhere, and what
    introductions.take_action raises.
    """
    by = Actor(
        party=Party.CITIZEN, account_id=desk.member_id, relay_id=desk.relay_id, channel=AnswerChannel.CALL
    )
    try:
        found = introductions_queries.find_at_relay(
            work.session, relay_id=desk.relay_id, introduction_id=introduction_id
        )
    except NoResultFound as error:
        raise PersonElsewhere from error
    sharing = None
    if share_telephone:
        number = introductions.telephone_at_relay(work.session, citizen_id=found.citizen_id)
        sharing = introductions.Sharing(address=False, telephone=number)
    introductions.take_action(
        work, introduction_id=introduction_id, action=action, by=by, reason=reason, sharing=sharing
    )
    record(work, desk, RelayDeed.ANSWERED, citizen_id=found.citizen_id)


def record_not_reached(work: Work, *, desk: AtDesk, line_id: int) -> DigestLine:
    """Put on record that a person was called and not reached. Raises LineElsewhere."""
    line, citizen_id, _ = _line(work.session, desk, line_id)
    record(work, desk, RelayDeed.NOT_REACHED, citizen_id=citizen_id)
    return line


def _line(session: Session, desk: AtDesk, line_id: int) -> tuple[DigestLine, int, int]:
    line = find_line(session, relay_id=desk.relay_id, line_id=line_id)
    if line is None or line.citizen_id is None or line.need_id is None:
        raise LineElsewhere(line_id)
    return line, line.citizen_id, line.need_id
