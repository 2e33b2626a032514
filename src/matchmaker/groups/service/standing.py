"""Whether needs without a last day still stand: asked of their groups, answered, and closed where no answer comes."""

from itertools import groupby

from sqlalchemy import and_, func, or_, select

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.groups import letters
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import (
    ANSWER_WITHIN,
    ASKED_AT_MOST,
    STANDS_FOR,
    ActionNotAllowed,
    GroupVerb,
    NeedState,
    Role,
)
from matchmaker.groups.service.needs import keep_standing, locked_to_change, record_need
from matchmaker.places.rules import local_day


def ask_whether_needs_stand(work: Work) -> int:
    """Ask the leads of each group in one letter about its open needs without a last day; about how many needs.

    Each is asked about when nobody of the group has touched it for 60 days, and once more 14 days later.
    """
    quiet_since = func.coalesce(Need.stands_since, Need.created_at)
    first = and_(Need.asked_times == 0, quiet_since <= work.now - STANDS_FOR)
    again = and_(Need.asked_times.between(1, ASKED_AT_MOST - 1), Need.asked_at <= work.now - ANSWER_WITHIN)
    # Of several processes that ask at once the second waits, and then finds the needs asked about.
    due = work.session.scalars(
        select(Need)
        .join(StartupGroup, StartupGroup.id == Need.group_id)
        .where(
            Need.state == NeedState.OPEN,
            Need.until.is_(None),
            StartupGroup.closed_at.is_(None),
            or_(first, again),
        )
        .order_by(Need.group_id, Need.id)
        .with_for_update(of=Need),
        execution_options={"populate_existing": True},
    ).all()
    for _, needs in groupby(due, key=lambda need: need.group_id):
        _ask(work, list(needs))
    return len(due)


def say_need_stands(work: Work, *, need_id: int) -> Need:
    """Let a need stand for 60 days more. Raises ActionNotAllowed unless it is open, NotAllowed once its group has ended."""
    need = locked_to_change(work, need_id)
    if need.state is not NeedState.OPEN:
        raise ActionNotAllowed(f"standing in {need.state}")
    keep_standing(work, need)
    work.session.flush()
    record_need(work, GroupVerb.NEED_STANDS, need)
    return need


def close_unanswered(work: Work) -> int:
    """Close the needs about which their groups were asked twice and did not answer; how many. They can be opened again."""
    silent = work.session.scalars(
        select(Need)
        .where(
            Need.state == NeedState.OPEN,
            Need.until.is_(None),
            Need.asked_times == ASKED_AT_MOST,
            Need.asked_at <= work.now - ANSWER_WITHIN,
        )
        .order_by(Need.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    for need in silent:
        need.state = NeedState.CLOSED
        record_need(work, GroupVerb.NEED_UNANSWERED, need)
    work.session.flush()
    return len(silent)


def _ask(work: Work, needs: list[Need]) -> None:
    group = needs[0].group
    zone = group.territory.time_zone
    lines = []
    for need in needs:
        lines.append(
            letters.StandingLine(
                title=need.title,
                since=local_day(need.stands_since or need.created_at, zone),
                closes_on=local_day(work.now + ANSWER_WITHIN, zone) if need.asked_times else None,
                stands_url=work.links.to("groups.need_stands", need_id=need.id),
                close_url=work.links.to("groups.need_stands", need_id=need.id, close=1),
            )
        )
        need.asked_at, need.asked_times = work.now, need.asked_times + 1
        record_need(work, GroupVerb.NEED_ASKED_ABOUT, need)
    leads = (
        select(Account).join(Membership).where(Membership.group_id == group.id, Membership.role == Role.LEAD)
    )
    for lead in work.session.scalars(leads.order_by(Account.id)):
        work.post(
            letters.standing(
                work.letters,
                address=lead.address,
                first_name=lead.first_name,
                locale=lead.locale,
                group_name=group.name,
                lines=lines,
                group_url=work.links.to("groups.show", group_id=group.id),
            )
        )
    work.session.flush()
