"""What the weekly letter takes from introductions: those that wait for an answer, and what is settled between two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import LineKind, PlannedLine, ReaderId
from matchmaker.introductions import queries as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import UNANSWERED_AT_MOST, Step
from matchmaker.matching.rules import NeedProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Needs by their ids that are not to be put to a citizen: between the two something is, or was; or to anybody,
    because their group owes too many answers.
    """

    between: Mapping[CitizenId, frozenset[NeedId]]
    closed: frozenset[NeedId]


def waiting_lines(session: Session, people: Iterable[Recipient]) -> dict[ReaderId, list[PlannedLine]]:
    """By the reader's id, the introductions that wait for their yes or no, the oldest first."""
    accounts = [person.account_id for person in people if person.account_id is not None]
    found: dict[ReaderId, list[PlannedLine]] = {}
    for some in in_parts(accounts):
        for account_id, introduction in introductions.waiting_for(session, account_ids=some):
            found.setdefault(ReaderId(account_id), []).append(
                PlannedLine(
                    kind=LineKind.WAITING,
                    need_id=introduction.need_id,
                    citizen_id=introduction.citizen_id,
                    turn=turn_of(introduction),
                )
            )
    return found


def turn_of(introduction: Introduction) -> str:
    """What tells one asking from the next: the day on which an answer began to be owed, and the last reminder."""
    return f"{introduction.since:%Y%m%d}-{min(introduction.step, Step.REMINDED_AGAIN)}"


def needs_settled(session: Session, *, territory_id: int, needs: Sequence[NeedProfile]) -> Settled:
    """The needs of a territory's letter that are settled, for each citizen or for all."""
    owing = introductions.unanswered_by(
        session, group_ids={need.group_id for need in needs if need.group_id is not None}
    )
    overwhelmed = {group_id for group_id, number in owing.items() if number >= UNANSWERED_AT_MOST}
    between = introductions.introduced_needs(session, territory_id=territory_id)
    return Settled(
        between={citizen_id: frozenset(need_ids) for citizen_id, need_ids in between.items()},
        closed=frozenset(need.id for need in needs if need.group_id in overwhelmed),
    )
