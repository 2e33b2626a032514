"""Ending a group, opening it again while it can be, and deleting it."""

from sqlalchemy import delete, select

from matchmaker.base.work import Work
from matchmaker.groups import queries
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import CLOSED_FOR, GroupVerb, NeedAction, NeedState, Role
from matchmaker.groups.service.groups import NotAllowed, lock_group
from matchmaker.groups.service.invitations import INVITATION
from matchmaker.groups.service.needs import record_need
from matchmaker.invitations import service as invitations
from matchmaker.places import service as places


class NobodyLeads(Exception):
    """Nobody is left who leads the group, so it cannot go on."""


def close_group(work: Work, *, group_id: int, account_id: int) -> None:
    """End a group: nobody finds it any more, its public needs are closed, and who was invited is so no longer.

    Who waited for an answer and who follows a need are told by the clock; who agreed goes on with their introduction.
    Twice is as good as once. Raises NotAllowed unless the account leads the group, or is in the territory's team.
    """
    group = lock_group(work, group_id=group_id)
    by_team = _check_keeps(work, group, account_id)
    if group.closed_at is not None:
        return
    group.closed_at, group.closed_by_team = work.now, by_team
    _close_needs(work, group)
    invitations.withdraw_all(work, INVITATION, subject_id=group_id)
    work.record(GroupVerb.CLOSED, StartupGroup, group_id, territory_id=group.territory_id)


def reopen_group(work: Work, *, group_id: int, account_id: int) -> None:
    """Let a group that has ended go on; each of its needs is opened again by itself. Twice is as good as once.

    Raises NotAllowed as close_group does, and for its leads where the team has ended it; NobodyLeads.
    """
    group = lock_group(work, group_id=group_id)
    by_team = _check_keeps(work, group, account_id)
    if group.closed_at is None:
        return
    if group.closed_by_team and not by_team:
        raise NotAllowed
    if not queries.is_led(work.session, group_id=group_id):
        raise NobodyLeads
    group.closed_at, group.closed_by_team = None, False
    work.session.flush()
    work.record(GroupVerb.REOPENED, StartupGroup, group_id, territory_id=group.territory_id)


def delete_closed(work: Work) -> None:
    """Delete the groups that ended so long ago that they cannot be opened again, with all that hangs on them."""
    late = StartupGroup.closed_at <= work.now - CLOSED_FOR
    for number, territory_id in work.session.execute(
        delete(StartupGroup).where(late).returning(StartupGroup.id, StartupGroup.territory_id)
    ).all():
        work.record(GroupVerb.DELETED, StartupGroup, number, territory_id=territory_id)


def _check_keeps(work: Work, group: StartupGroup, account_id: int) -> bool:
    """Whether the account is in the team of the group's territory; raises NotAllowed unless it is, or leads the group."""
    leads = queries.role_of(work.session, group_id=group.id, account_id=account_id) is Role.LEAD
    in_team = places.is_organiser(work.session, territory_id=group.territory_id, account_id=account_id)
    if not (leads or in_team):
        raise NotAllowed
    return in_team


def _close_needs(work: Work, group: StartupGroup) -> None:
    public = (NeedState.OPEN, NeedState.FILLED, NeedState.EXPIRED)
    needs = work.session.scalars(
        select(Need)
        .where(Need.group_id == group.id, Need.state.in_(public))
        .order_by(Need.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    for need in needs:
        need.state = NeedState.CLOSED
    work.session.flush()
    for need in needs:
        record_need(work, GroupVerb.NEED_MOVED, need, action=NeedAction.CLOSE.value)
