"""The thread of an introduction, and the thank-you at its end."""

from sqlalchemy.exc import IntegrityError

from matchmaker.base.db import violates
from matchmaker.base.work import Work
from matchmaker.introductions.models import Introduction, IntroductionMessage
from matchmaker.introductions.rules import (
    MESSAGE_LENGTH,
    OPEN,
    SIDES,
    SPOKEN,
    NotAllowed,
    NoticeKind,
    other_side,
)
from matchmaker.introductions.rules.verbs import IntroductionVerb
from matchmaker.introductions.service.actions import lock
from matchmaker.introductions.service.actors import Actor
from matchmaker.introductions.service.notice_queue import tell
from matchmaker.introductions.service.transitions import record_act


class MessageRefused(ValueError):
    """A message says something, in at most 4,000 characters."""


class ThankedBefore(Exception):
    """This side has left its thank-you."""


def write_message(work: Work, *, introduction_id: int, by: Actor, text: str) -> IntroductionMessage:
    """Write to the other side, who is told that there is a message. Raises Missing, NotAllowed, MessageRefused."""
    introduction = lock(work, introduction_id)
    _check_side(introduction, by)
    if introduction.state not in OPEN | SPOKEN:
        raise NotAllowed(f"message by {by.party} in {introduction.state}")
    return _keep(work, introduction, by, text, thanks=False)


def thank(work: Work, *, introduction_id: int, by: Actor, text: str) -> IntroductionMessage:
    """Leave a thank-you, once, when it is over. Raises Missing, NotAllowed, MessageRefused, ThankedBefore."""
    introduction = lock(work, introduction_id)
    _check_side(introduction, by)
    if introduction.state not in SPOKEN:
        raise NotAllowed(f"thanks by {by.party} in {introduction.state}")
    try:
        with work.session.begin_nested():
            return _keep(work, introduction, by, text, thanks=True)
    except IntegrityError as error:
        if violates(error, "uq_introduction_messages_thanked_once"):
            raise ThankedBefore from error
        raise


def _check_side(introduction: Introduction, by: Actor) -> None:
    if by.party not in SIDES or by.account_id is None:
        raise NotAllowed(f"message by {by.party}")
    if introduction.citizen_id is None:
        raise NotAllowed("nobody is there to read it")


def _keep(
    work: Work, introduction: Introduction, by: Actor, text: str, *, thanks: bool
) -> IntroductionMessage:
    text = text.strip()
    if not 1 <= len(text) <= MESSAGE_LENGTH:
        raise MessageRefused
    message = IntroductionMessage(
        introduction_id=introduction.id,
        party=by.party,
        author_id=by.account_id,
        thanks=thanks,
        body=text,
        written_at=work.now,
    )
    work.session.add(message)
    verb = IntroductionVerb.THANKED if thanks else IntroductionVerb.WRITTEN
    record_act(work, verb, introduction, by=by)
    tell(work, introduction, NoticeKind.MESSAGE, other_side(by.party))
    return message
