"""What a week's letters have that those of the week before had not."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.digests import queries
from matchmaker.digests.loading.planning import Plan
from matchmaker.digests.models import DigestRun
from matchmaker.groups.models import Need
from matchmaker.matching import queries as matching_queries
from matchmaker.places.models import Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed since ``run``: needs that opened, needs told then that nobody is looking for any more, and numbers.

    ``first_letters`` counts the people who have never had a letter.
    """

    run: DigestRun
    opened: tuple[Need, ...]
    ended: tuple[Need, ...]
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
    return Changes(
        run=run,
        opened=tuple(needs[one] for one in plan.ranking.here if needs[one].created_at > run.started_at),
        ended=tuple(
            need
            for one in sorted(told - set(plan.ranking.here))
            if (need := needs.get(one)) is not None and need.territory_id == territory.id
        ),
        first_letters=sum(key not in known for key in keys),
        letters=len(plan.letters),
        letters_before=letters,
        lines=sum(len(letter.lines) for letter in plan.letters),
        lines_before=lines,
    )
