"""How fast groups answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.introductions.models import Introduction, IntroductionEvent
from matchmaker.introductions.rules import (
    Action,
    AnswerSpeed,
    Party,
    State,
    Step,
    answer_speed,
)

SPEED_OVER = timedelta(days=365)
"""How far back a group's answers count for how fast it answers."""


def speeds_of_groups(
    session: Session, *, group_ids: Iterable[int], now: datetime
) -> Mapping[int, AnswerSpeed]:
    """How fast groups answer those who offered help in the last year; nothing of one that fewer than five asked.

    One that still waits counts once a reminder would have been due, and one that the clock closed counts as unanswered.
    """
    wanted = sorted(set(group_ids))
    if not wanted:
        return {}
    answered = (
        select(func.min(IntroductionEvent.happened_at))
        .where(
            IntroductionEvent.introduction_id == Introduction.id,
            IntroductionEvent.by == Party.GROUP,
            IntroductionEvent.action.in_((Action.ACCEPT, Action.DECLINE)),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Introduction.group_id,
            Introduction.begun_at,
            answered.label("answered_at"),
            Introduction.state,
            Introduction.step,
        ).where(
            Introduction.group_id.in_(wanted),
            Introduction.begun_by == Party.CITIZEN,
            Introduction.begun_at > now - SPEED_OVER,
        )
    )
    waits: dict[int, list[timedelta | None]] = {}
    for row in rows:
        if row.answered_at is not None:
            waits.setdefault(row.group_id, []).append(row.answered_at - row.begun_at)
        elif row.state is State.CLOSED or (row.state is State.OFFERED and row.step >= Step.REMINDED):
            waits.setdefault(row.group_id, []).append(None)
    found = {group_id: answer_speed(its) for group_id, its in waits.items()}
    return {group_id: speed for group_id, speed in found.items() if speed is not None}
