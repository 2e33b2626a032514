"""The needs that a week's letters tell to fewer people than they should, and what stands between."""

from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.base.ids import NeedId
from matchmaker.digests.loading.planning import LIMITS, Plan
from matchmaker.digests.rules import unreachable
from matchmaker.matching.rules import Gate, Reach, reaches
from matchmaker.matching.service import LEAST_TOTAL

EXPLAINED_AT_MOST = 50
"""Needs whose gates are looked for, those that reach fewest first: each is compared with everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A need that reaches ``people``, fewer than it should; ``gate`` keeps out most of those who fit it, if one does."""

    need_id: NeedId
    people: int
    gate: Gate | None


def unreached(session: Session, plan: Plan) -> tuple[Unreached, ...]:
    """The territory's open needs that reach too few people in a plan, the fewest first."""
    exposed = {need_id: plan.assignment.needs[need_id] for need_id in plan.ranking.here}
    few = sorted(
        (need_id for need_id, exposure in exposed.items() if exposure.missing),
        key=lambda need_id: (exposed[need_id].people, need_id),
    )
    gates = _gates(session, plan, set(few[:EXPLAINED_AT_MOST]))
    return tuple(
        Unreached(need_id=need_id, people=exposed[need_id].people, gate=gates.get(need_id)) for need_id in few
    )


def _gates(session: Session, plan: Plan, need_ids: Set[NeedId]) -> dict[NeedId, Gate | None]:
    found: dict[NeedId, Reach] = {}
    if not need_ids:
        return {}
    for readings in plan.ranking.matches.readings(session, plan.ranking.hearers):
        for batch, citizens in zip(plan.ranking.matches.batches, readings, strict=True):
            needs = [need for need in batch.needs if need.id in need_ids]
            for reach in reaches(
                batch.book.matcher, needs, citizens, least=LEAST_TOTAL, today=plan.ranking.matches.today
            ):
                found[reach.need_id] = found[reach.need_id] + reach if reach.need_id in found else reach
    return {need.need_id: need.gate for need in unreachable(found.values(), limits=LIMITS)}
