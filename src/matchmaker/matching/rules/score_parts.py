"""The arithmetic of a score, in whole hundredths of a point, so that parts add up to the total exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.gates import distance_km
from matchmaker.matching.rules.values import CitizenProfile, NeedProfile
from matchmaker.matching.rules.weights import Weights

FULL = 10_000
"""A hundred points in hundredths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How the hundred points are shared out: one number for each wanted skill, and what the title may add."""

    wanted: tuple[int, ...]
    title: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Place, défi and time as shares of 1 that are met; None where the question is open."""

    distance: float | None
    challenge: float | None
    time: float | None
    km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreParts:
    """A score in hundredths: points of each wanted skill and the title, then what is taken away (never above 0)."""

    wanted: tuple[int, ...]
    title: int
    missing_must: int
    distance: int
    challenge: int
    time: int

    @property
    def skills(self) -> int:
        """Hundredths for skills."""
        return sum(self.wanted) + self.title

    @property
    def total(self) -> int:
        """Hundredths of the whole score."""
        return self.skills + self.missing_must + self.distance + self.challenge + self.time


def shares(importances: Sequence[Importance], names: Sequence[str], doubt: float, weights: Weights) -> Shares:
    """Share out a hundred points by importance, largest remainders first, so that they sum to it exactly.

    Among equal remainders the names decide, so that the order of the skills says nothing.
    The title comes on top, never beyond a hundred; where no skill is asked for it has all of them. `doubt` is the
    share (0 to 1) of what is asked in words that the vocabulary does not know: the title then speaks for it.
    """
    each = [weights.must if importance is Importance.MUST else weights.nice for importance in importances]
    whole = sum(each)
    if whole <= 0:
        return Shares(wanted=tuple(0 for _ in each), title=FULL)
    exact = [FULL * weight / whole for weight in each]
    floors = [floor(share) for share in exact]
    by_remainder = sorted(range(len(each)), key=lambda i: (floors[i] - exact[i], names[i]))
    for i in by_remainder[: FULL - sum(floors)]:
        floors[i] += 1
    title = weights.title * (1 + weights.title_doubt * doubt) / whole
    return Shares(wanted=tuple(floors), title=floor(FULL * min(weights.most_title, title)))


def circumstances(need: NeedProfile, citizen: CitizenProfile) -> Circumstances:
    """How place, défi and time fit: 1 when wholly, fading to 0; None when a side left the question open."""
    km = None
    distance = None
    if need.place is not None and citizen.place is not None:
        # Whole metres: the same in scalar and in vector arithmetic.
        km = round(distance_km(need.place, citizen.place), 3)
        if citizen.radius_km is not None and not need.remote:
            distance = max(0.0, 1 - km / citizen.radius_km) if citizen.radius_km > 0 else float(km == 0)
    challenge = None
    if need.challenge_id is not None and citizen.challenge_ids:
        challenge = float(need.challenge_id in citizen.challenge_ids)
    time = None
    if need.hours is not None and need.hours > 0 and citizen.hours is not None:
        time = min(1.0, max(0.0, citizen.hours / need.hours))
    return Circumstances(distance=distance, challenge=challenge, time=time, km=km)


def add_up(
    importances: Sequence[Importance],
    share: Shares,
    strengths: Sequence[float],
    title: float,
    around: Circumstances,
    weights: Weights,
) -> ScoreParts:
    """Add up: `strengths` (0 to 1) of the wanted skills in their order, `title` that of the title."""
    points = tuple(
        floor(possible * strength) for possible, strength in zip(share.wanted, strengths, strict=True)
    )
    bonus = min(FULL - sum(points), floor(share.title * title))
    skills = sum(points) + bonus
    left = min(skills, ceiling(_missing(importances, strengths, weights), weights))
    return ScoreParts(
        wanted=points,
        title=bonus,
        missing_must=left - skills,
        distance=-_taken(left, weights.distance, around.distance),
        challenge=-_taken(left, weights.challenge, around.challenge),
        time=-_taken(left, weights.time, around.time),
    )


def ceiling(missing: float, weights: Weights) -> int:
    """The most hundredths that skills can have when this share of the musts is missing."""
    return floor(FULL * (1 - weights.missing_must * missing))


def _missing(importances: Sequence[Importance], strengths: Sequence[float], weights: Weights) -> float:
    musts = [s for i, s in zip(importances, strengths, strict=True) if i is Importance.MUST]
    return sum(strength < weights.covered_from for strength in musts) / len(musts) if musts else 0.0


def _taken(points: int, weight: float, met: float | None) -> int:
    return 0 if met is None else floor(points * weight * (1 - met))
