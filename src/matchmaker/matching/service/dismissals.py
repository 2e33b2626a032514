""" "Not for me, because": what hides a need from a citizen, and what the matching learns from it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.base.text import fold
from matchmaker.base.work import Missing, Work
from matchmaker.citizens.models import Citizen
from matchmaker.citizens.rules import RADII_KM
from matchmaker.groups.models import Need
from matchmaker.matching import queries
from matchmaker.matching.loading import judged_need
from matchmaker.matching.models import Dismissal, LoweredPair
from matchmaker.matching.rules import FARTHER, PAUSED_FOR, DismissReason, Match, PartName
from matchmaker.matching.rules.verbs import MatchingVerb
from matchmaker.matching.service.lists import explain, matches_for_citizen
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day

NEEDS_COUNTED = 500
LATER = PAUSED_FOR - timedelta(days=1)


def dismiss(
    work: Work, *, need_id: int, citizen_id: int, reason: DismissReason, nearer: bool = False
) -> Dismissal:
    """Hide a need from a citizen, and learn why; the same once more changes nothing, another reason takes its place.

    "Too far" hides this need alone; who wants to see only needs that are ``nearer`` gets a radius below its distance. "Not
    my skill" ends that the skills which were found to cover something of the need cover the same anywhere else, for this
    citizen alone. "Not now" hides the need for four weeks. Raises Missing when there is no such need or citizen.
    """
    # Whoever else answers for the same person waits here.
    citizen = work.session.scalars(
        select(Citizen).where(Citizen.id == citizen_id).with_for_update(of=Citizen)
    ).one_or_none()
    need = work.session.get(Need, need_id)
    if citizen is None or need is None:
        raise Missing(need_id if need is None else citizen_id)
    known = queries.find_dismissal(work.session, need_id=need_id, citizen_id=citizen_id)
    if known is not None and known.reason is reason:
        return known
    if known is not None:
        _undo(work, known, citizen)
    today = local_day(work.now, need.group.territory.time_zone)
    dismissal = Dismissal(
        need_id=need_id,
        citizen_id=citizen_id,
        reason=reason,
        given_at=work.now,
        until=today + LATER if reason is DismissReason.NOT_NOW else None,
    )
    match = explain(work.session, need, citizen_id=citizen_id, now=work.now).match
    if reason is DismissReason.TOO_FAR and nearer:
        smaller = radius_below(need, citizen, match)
        if smaller is not None:
            dismissal.radius_before, dismissal.radius_km = citizen.radius_km, smaller
            citizen.radius_km = smaller
    elif reason is DismissReason.NOT_MY_SKILL:
        dismissal.lowered = _pairs(work.session, need, citizen, match)
    work.session.add(dismissal)
    work.session.flush()
    work.record(MatchingVerb.DISMISSED, Need, need_id, territory_id=citizen.territory_id)
    return dismissal


def take_back(work: Work, *, need_id: int, citizen_id: int) -> None:
    """See a need again, and undo what its dismissal taught; twice is as good as once."""
    citizen = work.session.scalars(
        select(Citizen).where(Citizen.id == citizen_id).with_for_update(of=Citizen)
    ).one_or_none()
    known = queries.find_dismissal(work.session, need_id=need_id, citizen_id=citizen_id)
    if citizen is not None and known is not None:
        _undo(work, known, citizen)
        work.record(MatchingVerb.TAKEN_BACK, Need, need_id, territory_id=citizen.territory_id)


def forget_pauses(work: Work) -> int:
    """Show the needs again whose "not now" has passed; how many there were."""
    number = 0
    for territory in work.session.scalars(select(Territory)):
        today = local_day(work.now, territory.time_zone)
        needs = select(Need.id).where(Need.territory_id == territory.id)
        ended = work.session.execute(
            delete(Dismissal)
            .where(Dismissal.need_id.in_(needs), Dismissal.until < today)
            .returning(Dismissal.id)
        )
        number += len(ended.all())
    return number


def radius_below(need: Need, citizen: Citizen, match: Match) -> int | None:
    """The radius below the distance of a need, in kilometres; None where none would hide it that does not already."""
    away = next((part.value for part in match.parts if part.name is PartName.DISTANCE), None)
    if need.remote or away is None or away <= FARTHER:
        return None
    if citizen.radius_km is not None and away > FARTHER * citizen.radius_km:
        return None
    return next((radius for radius in reversed(RADII_KM) if FARTHER * radius < away), 1)


def needs_beyond(session: Session, citizen: Citizen, *, radius: int, besides: int, now: datetime) -> int:
    """How many needs that are proposed to a citizen, ``besides`` one, a smaller radius would cost them."""
    matches = matches_for_citizen(session, citizen, now=now, limit=NEEDS_COUNTED)
    far = [
        match.need_id
        for match in matches
        for part in match.parts
        if part.name is PartName.DISTANCE and part.value is not None and part.value > FARTHER * radius
    ]
    needs = queries.needs_by_id(session, far)
    return sum(not need.remote and need.id != besides for need in needs.values())


def _pairs(session: Session, need: Need, citizen: Citizen, match: Match) -> list[LoweredPair]:
    """The pairs by which the need was found to fit."""
    _, asked = judged_need(session, need)
    keys = {phrase.text: phrase.key for phrase in (asked.title, *(one.phrase for one in asked.wanted))}
    found = {}
    for reason in match.reasons:
        if reason.own is not None and reason.points > 0:
            wanted = keys[need.title if reason.importance is None else reason.wanted]
            found[fold(reason.own), wanted] = LoweredPair(
                citizen_id=citizen.id,
                own=fold(reason.own),
                wanted=wanted,
                own_text=reason.own,
                wanted_text=reason.wanted,
            )
    return list(found.values())


def _undo(work: Work, dismissal: Dismissal, citizen: Citizen) -> None:
    # A radius that was chosen since is the citizen's own word.
    if dismissal.radius_km is not None and citizen.radius_km == dismissal.radius_km:
        citizen.radius_km = dismissal.radius_before
    work.session.delete(dismissal)
    work.session.flush()
