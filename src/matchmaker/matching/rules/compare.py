"""What changes between two sets of weights: who stands where in the lists that people see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.base.ids import CitizenId, NeedId

Totals = Mapping[NeedId, Mapping[CitizenId, float]]
"""By need, the totals of whoever stands among the first under either set of weights."""

Rankings = Mapping[CitizenId, Sequence[NeedId]]
"""By citizen, the needs that they would be told, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A citizen's total for a need under both sets of weights."""

    citizen_id: CitizenId
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """How the first of a need's list change: who comes in and who goes out, best first, and all moves, largest first.

    Nobody comes or goes where only their order changes.
    """

    need_id: NeedId
    came: tuple[CitizenId, ...]
    went: tuple[CitizenId, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many lists and letters there are and change; the means are of all totals in the first places."""

    needs: int
    changes: tuple[ListChange, ...]
    citizens: int
    letters_changed: int
    mean_before: float
    mean_after: float


def compare(
    before: Totals,
    after: Totals,
    *,
    letters_before: Rankings,
    letters_after: Rankings,
    top: int,
    least: float,
) -> Comparison:
    """Compare two sets of weights by the same needs and the same citizens under each.

    ``top`` places of a need's list count, and only totals of at least ``least`` are in it.
    """
    changes = []
    seen_before: list[float] = []
    seen_after: list[float] = []
    for need_id, old in before.items():
        new = after[need_id]
        first_old, first_new = _first(old, top, least), _first(new, top, least)
        seen_before += [old[citizen_id] for citizen_id in first_old]
        seen_after += [new[citizen_id] for citizen_id in first_new]
        if first_old != first_new:
            changes.append(
                ListChange(
                    need_id=need_id,
                    came=tuple(citizen_id for citizen_id in first_new if citizen_id not in first_old),
                    went=tuple(citizen_id for citizen_id in first_old if citizen_id not in first_new),
                    moves=_moves(old, new, sorted({*first_old, *first_new})),
                )
            )
    return Comparison(
        needs=len(before),
        changes=tuple(changes),
        citizens=len(letters_before),
        letters_changed=sum(
            tuple(told) != tuple(letters_after[citizen_id]) for citizen_id, told in letters_before.items()
        ),
        mean_before=_mean(seen_before),
        mean_after=_mean(seen_after),
    )


def _first(totals: Mapping[CitizenId, float], top: int, least: float) -> list[CitizenId]:
    shown = [citizen_id for citizen_id, total in totals.items() if total >= least]
    return sorted(shown, key=lambda citizen_id: (-totals[citizen_id], citizen_id))[:top]


def _moves(
    old: Mapping[CitizenId, float], new: Mapping[CitizenId, float], citizens: Sequence[CitizenId]
) -> tuple[Move, ...]:
    moves = [
        Move(citizen_id=citizen_id, before=old[citizen_id], after=new[citizen_id])
        for citizen_id in citizens
        if old[citizen_id] != new[citizen_id]
    ]
    return tuple(sorted(moves, key=lambda move: (-abs(move.after - move.before), move.citizen_id)))


def _mean(totals: Sequence[float]) -> float:
    return sum(totals) / len(totals) if totals else 0.0
