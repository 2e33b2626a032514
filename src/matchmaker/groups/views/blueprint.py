"""The blueprint of the room, and what its doors share."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, abort

from matchmaker.base.work import Work
from matchmaker.groups import queries, service
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import Role
from matchmaker.web import account_id, begin, reading, visitor_id

blueprint = Blueprint("groups", __name__)


def group_of_mine(group_id: int, *, lead: bool = False) -> StartupGroup:
    """A group of the signed-in person; 404 for strangers, 403 for members where a lead is asked for."""
    group = queries.find_group(reading(), group_id=group_id)
    role = queries.role_of(reading(), group_id=group_id, account_id=visitor_id())
    if group is None or role is None:
        abort(404)
    if lead and role is not Role.LEAD:
        abort(403)
    return group


@contextmanager
def acting_in(group_id: int, *, lead: bool = False) -> Iterator[Work]:
    """A unit of work of the signed-in person in a group of theirs; 404 if they are no longer what is asked for."""
    with begin() as work:
        try:
            if lead:
                service.check_lead(work.session, group_id=group_id, account_id=account_id())
            else:
                service.check_member(work.session, group_id=group_id, account_id=account_id())
        except service.NotAllowed:
            abort(404)
        yield work
