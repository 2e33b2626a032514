"""A citizen's answer to a need: one each, on record with who wrote it down, gone with the citizen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, NoResultFound

from matchmaker.base import db
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.matching import service
from matchmaker.matching.models import NeedAnswer
from matchmaker.matching.rules import Answer, AnswerChannel
from tests import builders


@pytest.fixture
def marcel(work: Work) -> NeedAnswer:
    """Marcel's yes to the only need."""
    world = builders.make_world(work)
    nadia = builders.add_account(work, address="nadia@mediatheque.example", first_name="Nadia")
    relay = builders.add_relay(work, world.territory, members=[nadia])
    person = builders.add_person(work, relay, nadia)
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    return service.keep_answer(
        work,
        need_id=need.id,
        citizen_id=person.id,
        answer=Answer.YES,
        channel=AnswerChannel.CODE,
        relay_id=relay.id,
        recorded_by_id=nadia.id,
    )


def answer_again(
    work: Work, known: NeedAnswer, answer: Answer, *, citizen_id: int | None = None
) -> NeedAnswer:
    """The same person, or another, answers by telephone."""
    assert known.recorded_by_id is not None
    return service.keep_answer(
        work,
        need_id=known.need_id,
        citizen_id=citizen_id or known.citizen_id,
        answer=answer,
        channel=AnswerChannel.CALL,
        relay_id=known.relay_id,
        recorded_by_id=known.recorded_by_id,
    )


def test_the_same_answer_once_more_changes_nothing(work: Work, marcel: NeedAnswer) -> None:
    later = replace(work, now=work.now + timedelta(days=30))

    same = answer_again(later, marcel, Answer.YES)

    assert (same.given_at, same.corrected_at, same.channel) == (work.now, None, AnswerChannel.CODE)


def test_a_correction_keeps_when_the_first_answer_was_given(work: Work, marcel: NeedAnswer) -> None:
    later = replace(work, now=work.now + timedelta(days=3))

    corrected = answer_again(later, marcel, Answer.NO)

    assert (corrected.answer, corrected.channel) == (Answer.NO, AnswerChannel.CALL)
    assert (corrected.given_at, corrected.corrected_at) == (work.now, later.now)
    with pytest.raises(service.AnsweredBefore):
        answer_again(replace(work, now=work.now + timedelta(days=7)), marcel, Answer.YES)


def test_the_database_keeps_one_answer_each(work: Work, marcel: NeedAnswer) -> None:
    twin = NeedAnswer(
        need_id=marcel.need_id,
        citizen_id=marcel.citizen_id,
        answer=Answer.NO,
        channel=AnswerChannel.CALL,
        relay_id=marcel.relay_id,
        given_at=work.now,
    )

    with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
        work.session.add(twin)

    assert db.violates(refused.value, "uq_need_answers_one_each")


def test_a_correction_is_not_older_than_the_answer(work: Work, marcel: NeedAnswer) -> None:
    with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
        work.session.execute(text("UPDATE need_answers SET corrected_at = '2020-01-01 00:00:00+00:00'"))

    assert db.violates(refused.value, "ck_need_answers_corrected_after_given")


def test_an_answer_goes_with_the_citizen(work: Work, marcel: NeedAnswer) -> None:
    gone, known = marcel.citizen_id, marcel
    citizens.delete_profile(work, citizen_id=gone)
    work.session.flush()

    assert work.session.scalars(select(NeedAnswer.id)).all() == []
    with pytest.raises(NoResultFound):
        answer_again(work, known, Answer.YES, citizen_id=gone)
