"""Who belongs to a group, who leads it, and acting in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort
from sqlalchemy.orm import Session

from matchmaker.base.work import Work
from matchmaker.groups import queries, rules, service
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.places import service as places
from matchmaker.web import Role, account_id, begin, reading, visitor_id


def _running(group: StartupGroup | None) -> StartupGroup | None:
    return group if group and group.closed_at is None else None


def _joined_ever(session: Session, *, account_id: int, group_id: int) -> StartupGroup | None:
    role = queries.role_of(session, group_id=group_id, account_id=account_id)
    return queries.find_group(session, group_id=group_id) if role else None


def _joined(session: Session, *, account_id: int, group_id: int) -> StartupGroup | None:
    return _running(_joined_ever(session, account_id=account_id, group_id=group_id))


def _led(session: Session, *, account_id: int, group_id: int) -> StartupGroup | None:
    role = queries.role_of(session, group_id=group_id, account_id=account_id)
    if role is rules.Role.MEMBER:
        # Members know the group, and may know that this page is for its leads.
        abort(403)
    return _running(queries.find_group(session, group_id=group_id)) if role else None


def _kept(session: Session, *, account_id: int, group_id: int) -> StartupGroup | None:
    group = queries.find_group(session, group_id=group_id)
    if group is None:
        return None
    leads = queries.role_of(session, group_id=group_id, account_id=account_id) is rules.Role.LEAD
    team = places.is_organiser(session, territory_id=group.territory_id, account_id=account_id)
    return group if leads or team else None


def _shared(session: Session, *, account_id: int, need_id: int) -> Need | None:
    need = queries.find_need(session, need_id=need_id)
    if need and queries.role_of(session, group_id=need.group_id, account_id=account_id):
        return need if _running(need.group) else None
    return None


MEMBER = Role(name="member", by="group_id", find=_joined)
EVER_MEMBER = Role(name="member, even once the group has ended", by="group_id", find=_joined_ever)
LEAD = Role(name="lead", by="group_id", find=_led)
KEEPER = Role(name="lead or team of the territory, even once the group has ended", by="group_id", find=_kept)
NEED_MEMBER = Role(name="member of the group of a need", by="need_id", find=_shared)


def own_group(group_id: int) -> StartupGroup:
    """A group to which the visitor belongs. Raises Missing."""
    return MEMBER.own(group_id=group_id)


def joined_group(group_id: int) -> StartupGroup:
    """A group to which the visitor belongs, even if it has ended. Raises Missing."""
    return EVER_MEMBER.own(group_id=group_id)


def kept_group(group_id: int) -> StartupGroup:
    """A group that the visitor leads, or that is in a territory of whose team they are, even if it has ended.

    Raises Missing.
    """
    return KEEPER.own(group_id=group_id)


def is_keeper(group_id: int) -> bool:
    """Whether the visitor may end a group, and let it go on."""
    visitor = visitor_id()
    return visitor is not None and _kept(reading(), account_id=visitor, group_id=group_id) is not None


def own_led_group(group_id: int) -> StartupGroup:
    """A group that the visitor leads; aborts with 403 for its other members. Raises Missing."""
    return LEAD.own(group_id=group_id)


def own_need(need_id: int) -> Need:
    """A need of a group to which the visitor belongs. Raises Missing."""
    return NEED_MEMBER.own(need_id=need_id)


def is_member(need: Need) -> bool:
    """Whether the visitor belongs to the group of a need."""
    return queries.role_of(reading(), group_id=need.group_id, account_id=visitor_id()) is not None


@contextmanager
def acting_in(group_id: int, *, lead: bool = False) -> Iterator[Work]:
    """A unit of work of the signed-in person in a group of theirs. Raises NotAllowed once they are not what is asked for."""
    check = service.check_lead if lead else service.check_member
    with begin() as work:
        check(work.session, group_id=group_id, account_id=account_id())
        yield work
