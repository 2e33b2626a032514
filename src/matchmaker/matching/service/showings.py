"""Who was shown whose profile, on record for the one who was shown; and hiding from a group."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete

from matchmaker.base.db import insert_into
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import StartupGroup
from matchmaker.matching.models import HiddenFromGroup, ProfileShowing
from matchmaker.matching.rules import Match, ShownWhere, match_to_mapping
from matchmaker.matching.rules.verbs import MatchingVerb


def record_showings(
    work: Work, matches: Sequence[Match], *, day: date, place: ShownWhere, to_organiser: bool = False
) -> None:
    """Put on record that citizens were shown for needs, each once a day and place; one statement for all.

    These are no acts: nobody decides them, and whom they tell of reads them.
    """
    if not matches:
        return
    rows = [
        {
            "citizen_id": match.citizen_id,
            "need_id": match.need_id,
            "place": place,
            "to_organiser": to_organiser,
            "day": day,
            "shown_at": work.now,
            "match": match_to_mapping(match),
        }
        for match in matches
    ]
    work.session.execute(insert_into(work.session, ProfileShowing).values(rows).on_conflict_do_nothing())


def hide_from_group(work: Work, *, citizen_id: int, group_id: int) -> None:
    """Be proposed to a group no more, and its needs no more to oneself; twice is as good as once."""
    work.session.execute(
        insert_into(work.session, HiddenFromGroup)
        .values(citizen_id=citizen_id, group_id=group_id, since=work.now)
        .on_conflict_do_nothing()
    )
    _record(work, MatchingVerb.HIDDEN, citizen_id, group_id)


def show_to_group(work: Work, *, citizen_id: int, group_id: int) -> None:
    """Be proposed to a group again."""
    work.session.execute(
        delete(HiddenFromGroup).where(
            HiddenFromGroup.citizen_id == citizen_id, HiddenFromGroup.group_id == group_id
        )
    )
    _record(work, MatchingVerb.SHOWN, citizen_id, group_id)


def _record(work: Work, verb: MatchingVerb, citizen_id: int, group_id: int) -> None:
    territory_id = work.session.get_one(Citizen, citizen_id).territory_id
    work.record(verb, StartupGroup, group_id, territory_id=territory_id)
