"""The arithmetic of a score, in whole hundredths of a point, so that parts add up to the total exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.gates import FARTHER, travelled_km
from matchmaker.matching.rules.values import CitizenProfile, NeedProfile
from matchmaker.matching.rules.weights import Weights

T = TypeVar("T", float, NDArray[np.float64])

KNOWN = 100
"""A phrase that was read with certainty."""

FULL = 10_000
"""A hundred points in hundredths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How the hundred points are shared out: one number for each wanted skill, and what the title may add.

    `title_alone` is what it may add for who covers none of the musts, `title_fills` the share of what the skills leave
    open that it fills at most, `theme` what skills in its field count. `known` has for each must how surely the
    vocabulary knows it, of KNOWN, and None for the other skills.
    """

    wanted: tuple[int, ...]
    title: int
    title_alone: int
    title_fills: float
    theme: float
    known: tuple[int | None, ...]

    def room(self, points: int) -> int:
        """The most that the title may add to so many hundredths."""
        return floor((FULL - points) * self.title_fills)

    @property
    def musts(self) -> int:
        """How many of the wanted skills are musts."""
        return sum(known is not None for known in self.known)

    @property
    def all_known(self) -> int:
        """How surely the vocabulary knows the musts, all together."""
        return sum(known or 0 for known in self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Place, défi and time as shares of 1 that are met; None where the question is open.

    A distance from 0 down to -1 is a little more than the citizen would go.
    """

    distance: float | None
    challenge: float | None
    time: float | None
    km: float | None


class Met(NamedTuple):
    """How far a wanted skill is met (0 to 1), and whether somebody offers it, rather than something near it."""

    strength: float
    covered: bool


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


def shares(
    importances: Sequence[Importance], names: Sequence[str], known: Sequence[float], weights: Weights
) -> Shares:
    """Share out a hundred points by importance, largest remainders first, so that they sum to it exactly.

    Among equal remainders the names decide, so that the order of the skills says nothing.
    The title comes on top of what is met; where no skill is asked for it has all points. `known` says how surely
    (0 to 1) the vocabulary knows what is asked: the title speaks for what it does not.
    """
    each = [weights.must if importance is Importance.MUST else weights.nice for importance in importances]
    whole = sum(each)
    sure = [round(KNOWN * min(1.0, one)) for one in known]
    musts = tuple(
        one if importance is Importance.MUST else None
        for one, importance in zip(sure, importances, strict=True)
    )
    if whole <= 0:
        none = tuple(0 for _ in each)
        return Shares(
            wanted=none, title=FULL, title_alone=FULL, title_fills=1.0, theme=weights.theme, known=musts
        )
    exact = [FULL * weight / whole for weight in each]
    floors = [floor(share) for share in exact]
    by_remainder = sorted(range(len(each)), key=lambda i: (floors[i] - exact[i], names[i]))
    for i in by_remainder[: FULL - sum(floors)]:
        floors[i] += 1
    doubt = 1 - sum(sure) / (KNOWN * len(sure))
    title = floor(FULL * min(weights.most_title, weights.title * (1 + weights.title_doubt * doubt) / whole))
    return Shares(
        wanted=tuple(floors),
        title=title,
        title_alone=_alone(title, floors, musts, weights),
        title_fills=weights.title_fills,
        theme=weights.theme * (1 + weights.theme_doubt * doubt),
        known=musts,
    )


def _alone(title: int, shared: Sequence[int], musts: Sequence[int | None], weights: Weights) -> int:
    """What the title may add without any must: no more than one of them, as far as we know what these mean."""
    some = [(one, points) for one, points in zip(musts, shared, strict=True) if one is not None]
    if not some:
        return title
    least = min(title, floor(weights.title_alone * min(points for _, points in some)))
    return least + (title - least) * (KNOWN * len(some) - sum(one for one, _ in some)) // (KNOWN * len(some))


def circumstances(need: NeedProfile, citizen: CitizenProfile) -> Circumstances:
    """How place, défi and time fit: 1 when wholly, fading to 0; None when a side left the question open."""
    km = None
    distance = None
    if citizen.place is not None:
        km = travelled_km(need, citizen.place)
    if km is not None and citizen.radius_km is not None and not need.remote:
        distance = nearness(km, citizen.radius_km) if citizen.radius_km > 0 else float(km == 0)
    challenge = None
    if need.challenge_id is not None and citizen.challenge_ids:
        challenge = float(need.challenge_id in citizen.challenge_ids)
    time = None
    if need.hours is not None and need.hours > 0 and citizen.hours is not None:
        time = min(1.0, max(0.0, citizen.hours / need.hours))
    return Circumstances(distance=distance, challenge=challenge, time=time, km=km)


def add_up(
    share: Shares,
    met: Sequence[Met],
    title: float,
    around: Circumstances,
    weights: Weights,
) -> ScoreParts:
    """Add up what is met of each wanted skill, in their order, and the strength (0 to 1) of the title."""
    points = tuple(floor(possible * one.strength) for possible, one in zip(share.wanted, met, strict=True))
    covered = [
        known for one, known in zip(met, share.known, strict=True) if one.covered and known is not None
    ]
    most = share.title if covered or not share.musts else share.title_alone
    bonus = min(share.room(sum(points)), floor(most * title))
    skills = sum(points) + bonus
    left = floor(skills * kept_share(share, sum(covered), weights))
    challenge = _taken(left, weights.challenge, around.challenge)
    time = _taken(left, weights.time, around.time)
    away = 0 if around.distance is None else floor(left * taken_by_distance(around.distance, weights))
    return ScoreParts(
        wanted=points,
        title=bonus,
        missing_must=left - skills,
        distance=-min(away, left - challenge - time),
        challenge=-challenge,
        time=-time,
    )


def kept_share(share: Shares, covered: T, weights: Weights) -> T:
    """The share of the points for skills that is kept when so much of what is known of the musts is covered.

    A must whose words nobody knows cannot be missed.
    """
    return 1 - weights.missing_must * (share.all_known - covered) / (KNOWN * max(1, share.musts))


MOST_BY_DISTANCE = 0.75
"""What is left at the end of the band is about what is shown at least, so that nothing vanishes at a step."""


def nearness(km: float, radius_km: float) -> float:
    """1 at the same place, 0 at the end of a radius above 0, and down to -1 where nothing is shown any more."""
    near = 1 - km / radius_km
    return near if near >= 0 else max(-1.0, near / (FARTHER - 1))


def taken_by_distance(near: float, weights: Weights) -> float:
    """The share of the points that distance takes: up to its weight inside the radius, from there to MOST_BY_DISTANCE."""
    beyond = max(0.0, MOST_BY_DISTANCE - weights.distance)
    return weights.distance * (1 - max(near, 0.0)) + beyond * max(-near, 0.0)


def _taken(points: int, weight: float, met: float | None) -> int:
    return 0 if met is None else floor(points * weight * (1 - met))
