"""What other weights would change in a territory; nothing of it is kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.loading import citizen_profiles, open_need_batches
from matchmaker.matching.rules import Comparison, MatchIndex, Weights, compare
from matchmaker.matching.service.lists import LEAST_TOTAL
from matchmaker.matching.service.territories import territory_matches
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day


def compare_weights(
    session: Session,
    territory: Territory,
    *,
    before: Weights,
    after: Weights,
    now: datetime,
    top: int,
    lines: int,
) -> Comparison:
    """What changes in the first ``top`` of the lists of a territory's open needs, and in the first ``lines`` of letters."""
    (batch,) = open_need_batches(session, territory.id, now=now)
    remote = any(need.remote for need in batch.needs)
    (people,) = citizen_profiles(session, territory.id, books=[batch.book], remote_elsewhere=remote)
    by_id = {citizen.id: citizen for citizen in people}
    judges = [batch.book.judge(weights) for weights in (before, after)]
    runs = [
        MatchIndex(judge, needs=batch.needs, citizens=people).run(
            today=local_day(now, territory.time_zone), limit=top
        )
        for judge in judges
    ]
    totals: list[dict[NeedId, dict[CitizenId, float]]] = []
    for judge, run in zip(judges, runs, strict=True):
        totals.append({})
        for need in batch.needs:
            found = {ranked.citizen_id: ranked.total for ranked in run.by_need[need.id]}
            others = {ranked.citizen_id for each in runs for ranked in each.by_need[need.id]} - found.keys()
            # Whoever is among the first under the other weights alone has a total under these too.
            found |= {citizen_id: judge.score(need, by_id[citizen_id]).total for citizen_id in sorted(others)}
            totals[-1][need.id] = found
    matches = territory_matches(session, territory, now=now)
    home = [citizen.id for citizen in people if citizen.territory_id == territory.id]
    letters = [
        {
            citizen_id: tuple(ranked.need_id for ranked in ranking)
            for citizen_id, ranking in matches.ranked(session, home, limit=lines, weights=weights)
        }
        for weights in (before, after)
    ]
    return compare(
        totals[0],
        totals[1],
        letters_before=letters[0],
        letters_after=letters[1],
        top=top,
        least=LEAST_TOTAL,
    )
