"""Who is in a group: leaving it, and who leads it.

Whoever changes this holds the group's row until the end of the unit of work, so that a group is never left without a lead.
"""

from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.groups.models import Membership, StartupGroup
from matchmaker.groups.rules import GroupVerb, Role, check_still_led
from matchmaker.groups.service.groups import NotAllowed, lock_group


def leave_group(work: Work, *, group_id: int, account_id: int) -> None:
    """End one's own membership, at once. Raises NotAllowed for a stranger, and LastLead unless the group has ended."""
    members = _locked(work, group_id)
    left = _of(members, account_id)
    if work.session.get_one(StartupGroup, group_id).closed_at is None:
        check_still_led(_roles(members), without=account_id)
    work.session.delete(left)
    work.session.flush()
    _record(work, GroupVerb.LEFT, group_id, account_id)


def remove_member(work: Work, *, group_id: int, account_id: int, by_id: int) -> None:
    """End somebody else's membership, at once. Raises NotAllowed unless they are in the group, and ``by_id`` leads it."""
    members = _locked(work, group_id)
    _check_leads(members, by_id)
    if account_id == by_id:
        raise NotAllowed
    work.session.delete(_of(members, account_id))
    work.session.flush()
    _record(work, GroupVerb.MEMBER_REMOVED, group_id, account_id)


def make_lead(work: Work, *, group_id: int, account_id: int, by_id: int) -> None:
    """Let a member lead too; twice is as good as once. Raises NotAllowed unless they are in it, and ``by_id`` leads it."""
    members = _locked(work, group_id)
    _check_leads(members, by_id)
    _of(members, account_id).role = Role.LEAD
    work.session.flush()
    _record(work, GroupVerb.LEAD_MADE, group_id, account_id)


def step_down(work: Work, *, group_id: int, account_id: int) -> None:
    """Stay in a group without leading it. Raises NotAllowed for who does not lead it, LastLead."""
    members = _locked(work, group_id)
    _check_leads(members, account_id)
    check_still_led(_roles(members), without=account_id)
    members[account_id].role = Role.MEMBER
    work.session.flush()
    _record(work, GroupVerb.STEPPED_DOWN, group_id, account_id)


def _record(work: Work, verb: GroupVerb, group_id: int, account_id: int) -> None:
    territory_id = work.session.get_one(StartupGroup, group_id).territory_id
    work.record(verb, Account, account_id, territory_id=territory_id, group=group_id)


def _locked(work: Work, group_id: int) -> dict[int, Membership]:
    lock_group(work, group_id=group_id)
    found = work.session.scalars(
        select(Membership).where(Membership.group_id == group_id),
        execution_options={"populate_existing": True},
    )
    return {one.account_id: one for one in found}


def _roles(members: dict[int, Membership]) -> dict[int, Role]:
    return {number: one.role for number, one in members.items()}


def _of(members: dict[int, Membership], account_id: int) -> Membership:
    if account_id not in members:
        raise NotAllowed
    return members[account_id]


def _check_leads(members: dict[int, Membership], account_id: int) -> None:
    if _of(members, account_id).role is not Role.LEAD:
        raise NotAllowed
