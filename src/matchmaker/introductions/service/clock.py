"""What the clock does with introductions. Each beat asks the database what is due, so it may run twice or be killed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select

from matchmaker.base import leases
from matchmaker.base.work import Missing, Work, WorkFactory
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries import open_on
from matchmaker.introductions import queries
from matchmaker.introductions.models import AbsencePeriod, Introduction, NeedFollower
from matchmaker.introductions.rules import (
    OPEN,
    OWING,
    STEPS,
    Absence,
    ClosedBecause,
    NoticeKind,
    Party,
    Step,
    is_away,
    step_after,
    waited,
)
from matchmaker.introductions.service.actions import close, close_for_need, lock
from matchmaker.introductions.service.notice_queue import tell, tell_of_need
from matchmaker.introductions.service.transitions import forget_messages
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day

AT_ONCE = 500
"""Of each kind, what one beat takes: the next goes on, and a process that is asked to end does so within seconds."""


def advance(works: WorkFactory) -> int:
    """Remind, close and tell what is due, each introduction in a unit of work of its own; how many changed.

    At most AT_ONCE of each kind, and by one process at a time: another would wait for each of the same.
    """
    with works.begin() as work:
        held = leases.take(work, "introductions")
        gone = _gone(work)
        needs = _needs_not_open(work)[:AT_ONCE]
        due = _due(work)
        news = (*_reopened(work), *_of_closed_groups(work))[:AT_ONCE]
    if held is None:
        return 0
    try:
        return _advance(works, gone=gone, needs=needs, due=due, news=news)
    finally:
        with works.begin() as work:
            leases.give_back(work, held)


def _advance(
    works: WorkFactory,
    *,
    gone: Sequence[int],
    needs: Sequence[int],
    due: Sequence[int],
    news: Sequence[int],
) -> int:
    changed = 0
    for introduction_id in gone:
        with works.begin() as work:
            changed += _close_gone(work, introduction_id)
    for need_id in needs:
        with works.begin() as work:
            changed += close_for_need(work, need_id=need_id)
    for introduction_id in due:
        with works.begin() as work:
            changed += take_step(work, introduction_id=introduction_id)
    for need_id in news:
        with works.begin() as work:
            changed += _tell_followers(work, need_id)
    return changed


def take_step(work: Work, *, introduction_id: int) -> bool:
    """Bring an introduction to the step that is due, if one is; whether it was. Nothing happens while somebody is away.

    Steps that were missed are not made up for: whoever is asked at last gets one reminder, not two.
    """
    try:
        introduction = lock(work, introduction_id)
    except Missing:
        return False
    if introduction.state not in OPEN or introduction.citizen_id is None:
        return False
    absences = _absences(work, introduction)
    due = step_after(waited(introduction.since, work.now, absences))
    if due <= introduction.step or is_away(work.now, absences):
        return False
    if due is Step.CLOSED:
        close(work, introduction, ClosedBecause.NO_ANSWER)
        return True
    introduction.step = due
    work.session.flush()
    if due in {Step.REMINDED, Step.REMINDED_AGAIN}:
        for party in sorted(OWING[introduction.state]):
            tell(work, introduction, NoticeKind.REMINDER, party)
    return True


def _absence_of(period: AbsencePeriod, time_zone: str) -> Absence:
    """A period of whole days, as moments."""
    zone = ZoneInfo(time_zone)
    return Absence(
        start=datetime.combine(period.first_day, time(), zone),
        end=datetime.combine(period.last_day + timedelta(days=1), time(), zone),
    )


def _absences(work: Work, introduction: Introduction) -> list[Absence]:
    """When those who owe an answer are away."""
    owing = OWING[introduction.state]
    account_id = introduction.citizen.account_id if introduction.citizen else None
    conditions = []
    if Party.CITIZEN in owing and account_id is not None:
        conditions.append(AbsencePeriod.account_id == account_id)
    if Party.GROUP in owing:
        conditions.append(AbsencePeriod.group_id == introduction.group_id)
    if not conditions:
        return []
    time_zone = introduction.group.territory.time_zone
    periods = work.session.scalars(select(AbsencePeriod).where(or_(*conditions)))
    return [_absence_of(period, time_zone) for period in periods]


def _due(work: Work) -> list[int]:
    reached = [(Introduction.step < step) & (Introduction.since <= work.now - least) for least, step in STEPS]
    return list(
        work.session.scalars(
            select(Introduction.id)
            .where(Introduction.state.in_(OPEN), or_(*reached), Introduction.citizen_id.is_not(None))
            .order_by(Introduction.since, Introduction.id)
            .limit(AT_ONCE)
        )
    )


def _gone(work: Work) -> list[int]:
    """The introductions whose citizen has left, and that have not been tidied up after them."""
    left = or_(Introduction.state.in_(OPEN), Introduction.match.is_not(None))
    query = select(Introduction.id).where(Introduction.citizen_id.is_(None), left).limit(AT_ONCE)
    return list(work.session.scalars(query))


def _close_gone(work: Work, introduction_id: int) -> bool:
    introduction = lock(work, introduction_id)
    if introduction.state in OPEN:
        close(work, introduction, ClosedBecause.GONE)
    # Their words went with them; but they may have been offering their help at that very moment.
    introduction.match = None
    forget_messages(work, [introduction_id])
    work.session.flush()
    return True


def _needs_not_open(work: Work) -> list[int]:
    """The needs that are not open any more, and for which somebody is still asked."""
    asked = select(Introduction.need_id).where(queries.is_asked())
    return _needs(work, asked, lambda today: ~open_on(today))


def _of_closed_groups(work: Work) -> list[int]:
    """The needs that somebody follows, and that nobody opens again, as their group has ended."""
    followed = select(Need.id).join(Need.group).where(StartupGroup.closed_at.is_not(None))
    return list(work.session.scalars(followed.where(Need.id.in_(select(NeedFollower.need_id)))))


def _reopened(work: Work) -> list[int]:
    """The needs that somebody follows, and that are open again."""
    return _needs(work, select(NeedFollower.need_id), open_on)


def _needs(work: Work, those: Select[int], condition: Callable[[date], ColumnElement[bool]]) -> list[int]:
    """Those of some needs for which a condition holds on the day in their territory."""
    found: list[int] = []
    for territory in work.session.scalars(select(Territory)):
        today = local_day(work.now, territory.time_zone)
        found += work.session.scalars(
            select(Need.id).where(Need.territory_id == territory.id, Need.id.in_(those), condition(today))
        )
    return found


def _tell_followers(work: Work, need_id: int) -> int:
    rows = work.session.scalars(
        select(NeedFollower).where(NeedFollower.need_id == need_id).with_for_update()
    ).all()
    tell_of_need(work, need_id=need_id, account_ids=[row.account_id for row in rows])
    for row in rows:
        work.session.delete(row)
    work.session.flush()
    return len(rows)
