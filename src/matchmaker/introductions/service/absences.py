"""When people and groups are away: they are told nothing, and the clock stands still for them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.groups.models import StartupGroup
from matchmaker.introductions.models import AbsencePeriod
from matchmaker.introductions.rules import LONGEST_ABSENCE
from matchmaker.introductions.rules.verbs import IntroductionVerb


class AbsenceRefused(ValueError):
    """The days are in the wrong order, wholly past, or too many."""


def announce_absence(
    work: Work,
    *,
    first_day: date,
    last_day: date,
    today: date,
    account_id: int | None = None,
    group_id: int | None = None,
) -> AbsencePeriod:
    """Be away on some days, both included, in place of what was announced for the time to come. Raises AbsenceRefused."""
    if last_day < first_day or last_day < today or last_day - first_day > LONGEST_ABSENCE:
        raise AbsenceRefused
    _end(work, today=today, account_id=account_id, group_id=group_id)
    period = AbsencePeriod(
        account_id=account_id, group_id=group_id, first_day=max(first_day, today), last_day=last_day
    )
    work.session.add(period)
    _record(work, IntroductionVerb.ABSENCE_ANNOUNCED, account_id=account_id, group_id=group_id)
    return period


def end_absence(
    work: Work, *, today: date, account_id: int | None = None, group_id: int | None = None
) -> None:
    """Be back from today on. Days away that have passed stay, so that nobody is reminded for them afterwards."""
    if _end(work, today=today, account_id=account_id, group_id=group_id):
        _record(work, IntroductionVerb.ABSENCE_ENDED, account_id=account_id, group_id=group_id)


def find_absence(
    session: Session, *, today: date, account_id: int | None = None, group_id: int | None = None
) -> AbsencePeriod | None:
    """The absence that is now, or is announced."""
    found = _coming(session, today=today, account_id=account_id, group_id=group_id)
    return found[0] if found else None


def _end(work: Work, *, today: date, account_id: int | None, group_id: int | None) -> bool:
    """End what is announced for the time to come; whether there was something."""
    coming = _coming(work.session, today=today, account_id=account_id, group_id=group_id)
    for period in coming:
        if period.first_day >= today:
            work.session.delete(period)
        else:
            period.last_day = date.fromordinal(today.toordinal() - 1)
    work.session.flush()
    return bool(coming)


def _record(work: Work, verb: IntroductionVerb, *, account_id: int | None, group_id: int | None) -> None:
    if group_id is None:
        work.record(verb, Account, account_id)
    else:
        group = work.session.get_one(StartupGroup, group_id)
        work.record(verb, StartupGroup, group_id, territory_id=group.territory_id)


def _coming(
    session: Session, *, today: date, account_id: int | None, group_id: int | None
) -> list[AbsencePeriod]:
    whose = (
        AbsencePeriod.account_id == account_id
        if account_id is not None
        else AbsencePeriod.group_id == group_id
    )
    query = select(AbsencePeriod).where(whose, AbsencePeriod.last_day >= today)
    return list(session.scalars(query.order_by(AbsencePeriod.first_day)))
