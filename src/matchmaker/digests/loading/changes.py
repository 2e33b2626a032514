"""What a week's letters have that those of the week before had not."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.digests import queries
from matchmaker.digests.loading.planning import Plan
from matchmaker.digests.models import ChangesMapping, DigestRun
from matchmaker.groups.models import Need
from matchmaker.matching import queries as matching_queries
from matchmaker.places.models import Territory

NEEDS_SHOWN = 50
"""Needs that a page lists of those that came and went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed since ``run``: needs that opened, needs told then that nobody is looking for any more, and numbers.

    Of the needs it has the first, and how many they are. ``first_letters`` counts the people who have never had a letter.
    """

    run: DigestRun
    opened: tuple[Need, ...]
    ended: tuple[Need, ...]
    opened_in_all: int
    ended_in_all: int
    first_letters: int
    letters: int
    letters_before: int
    lines: int
    lines_before: int


def changes(session: Session, territory: Territory, plan: Plan) -> Changes | None:
    """A plan beside the territory's last run before it; None when there was none."""
    run = queries.find_last_run(session, territory_id=territory.id, before=plan.iso_week)
    if run is None:
        return None
    told = queries.needs_told(session, run)
    needs = matching_queries.needs_by_id(session, {*plan.ranking.here, *told})
    keys = [letter.recipient_key for letter in plan.letters]
    known = queries.last_letters(session, recipient_keys=keys)
    letters, lines = queries.sizes(session, run)
    opened = [needs[one] for one in plan.ranking.here if needs[one].created_at > run.started_at]
    ended = [
        need
        for one in sorted(told - set(plan.ranking.here))
        if (need := needs.get(one)) is not None and need.territory_id == territory.id
    ]
    return Changes(
        run=run,
        opened=tuple(opened[:NEEDS_SHOWN]),
        ended=tuple(ended[:NEEDS_SHOWN]),
        opened_in_all=len(opened),
        ended_in_all=len(ended),
        first_letters=sum(key not in known for key in keys),
        letters=len(plan.letters),
        letters_before=letters,
        lines=sum(len(letter.lines) for letter in plan.letters),
        lines_before=lines,
    )


def changes_to_mapping(found: Changes | None) -> ChangesMapping | None:
    """What changed, as a draft keeps it."""
    if found is None:
        return None
    return {
        "run_id": found.run.id,
        "opened": [need.id for need in found.opened],
        "ended": [need.id for need in found.ended],
        "opened_in_all": found.opened_in_all,
        "ended_in_all": found.ended_in_all,
        "first_letters": found.first_letters,
        "letters": found.letters,
        "letters_before": found.letters_before,
        "lines": found.lines,
        "lines_before": found.lines_before,
    }


def changes_from_mapping(session: Session, kept: ChangesMapping | None) -> Changes | None:
    """What a draft has kept of what changed, without needs that are gone; None when there was no run before."""
    run = None if kept is None else session.get(DigestRun, kept["run_id"])
    if kept is None or run is None:
        return None
    needs = matching_queries.needs_by_id(session, {*kept["opened"], *kept["ended"]})
    return Changes(
        run=run,
        opened=tuple(needs[number] for number in kept["opened"] if number in needs),
        ended=tuple(needs[number] for number in kept["ended"] if number in needs),
        opened_in_all=kept["opened_in_all"],
        ended_in_all=kept["ended_in_all"],
        first_letters=kept["first_letters"],
        letters=kept["letters"],
        letters_before=kept["letters_before"],
        lines=kept["lines"],
        lines_before=kept["lines_before"],
    )
