"""Who sees a need, and who may see whom it fits: that somebody was shown is put on record for them."""

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session

from matchmaker.base.work import Missing
from matchmaker.groups import queries as groups
from matchmaker.groups.access import is_member
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.matching import queries, service
from matchmaker.matching.rules import Match, ShownWhere
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day
from matchmaker.web import Role, begin, now, or_404, reading


def _find(session: Session, *, account_id: int, need_id: int) -> Need | None:
    need = queries.find_need(session, need_id=need_id)
    if need is None or need.group.closed_at is not None:
        return None
    if groups.role_of(session, group_id=need.group_id, account_id=account_id):
        return need
    organises = places.is_organiser(session, territory_id=need.territory_id, account_id=account_id)
    return need if organises and need.state is not NeedState.DRAFT else None


RECRUITER = Role(name="recruiter", by="need_id", find=_find, watched=True)
"""Who may look through the people whom a need fits, and ask them: its group's members, and organisers once it is public."""


def need_to_fill(need_id: int) -> Need:
    """A need for which the visitor may look for people. Raises Missing."""
    return RECRUITER.own(need_id=need_id)


def visible_need(need_id: int) -> Need:
    """A need that the visitor may see: a draft is there for its group alone. Raises Missing."""
    need = or_404(queries.find_need(reading(), need_id=need_id))
    if need.state is NeedState.DRAFT and not is_member(need):
        raise Missing(need_id)
    return need


def record_sight(matches: Sequence[Match], *, territory: Territory, to_organiser: bool) -> None:
    """Put on record for some people that a page shows them, although it is only looked at: it is their data journal.

    The page is rendered before, as this ends the reading session. It says the same however often somebody looks in a day.
    """
    if not matches or request.method != "GET":
        return
    day = local_day(now(), territory.time_zone)
    with begin() as work:
        service.record_showings(work, matches, day=day, place=ShownWhere.PAGE, to_organiser=to_organiser)
