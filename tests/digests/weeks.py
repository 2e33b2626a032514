"""Whole weeks, from the request to letters in the outbox."""

from matchmaker.base.ids import AccountId
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import loading, service
from matchmaker.digests.models import DigestRun
from matchmaker.digests.service.runs import keep_plan
from matchmaker.digests.service.writing import write_letters
from matchmaker.groups.models import Need
from matchmaker.places.models import Challenge
from tests import builders


def run_week(
    work: Work, *, territory_id: int, started_by: AccountId | None, week: str | None = None
) -> DigestRun:
    """Ask for a week, plan it and write all its letters, as the scheduler does one after the other."""
    run = service.request_week(work, territory_id=territory_id, started_by=started_by, week=week)
    plan_run(work, run)
    while write_letters(work) is not None:
        pass
    return run


def plan_run(work: Work, run: DigestRun) -> None:
    """Decide who gets what in a run, and keep it in the same transaction."""
    plan = service.plan_of(work.session, run, now=work.now, tokens=work.tokens)
    few = loading.unreached(work.session, plan)
    assert keep_plan(work, run_id=run.id, plan=plan, few=few)


def run_due(works: WorkFactory) -> int:
    """Ask for what is due, and write what waits; how many weeks were asked for."""
    number = service.request_due(works)
    service.advance(works)
    return number


def add_quiet_need(work: Work, challenge: Challenge) -> Need:
    """A need of a group whose members want no letters, so that all letters are those of citizens."""
    need = builders.add_need(work, builders.add_group(work, challenge))
    for member in need.group.memberships:
        service.stop_letters(work, account_id=member.account_id)
    return need
