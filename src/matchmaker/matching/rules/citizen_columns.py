"""Citizens as columns: what is compared for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from copy import copy
from datetime import date
from math import cos, radians

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.rules.gates import FARTHER, LEAST_SHARE_OF_TIME
from matchmaker.matching.rules.score_parts import MOST_BY_DISTANCE
from matchmaker.matching.rules.values import CitizenProfile, NeedProfile, Place
from matchmaker.matching.rules.weights import Weights
from matchmaker.places.rules import EARTH_RADIUS_KM

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SetTest = Callable[[Collection[object]], bool]


class CitizenColumns:
    """The columns of some citizens, in their order; NaN is an open question."""

    def __init__(self, citizens: Sequence[CitizenProfile]) -> None:
        self.ids = [citizen.id for citizen in citizens]
        nan = float("nan")
        numbers: dict[Place | None, int] = {}
        self._place = np.array([numbers.setdefault(c.place, len(numbers)) for c in citizens], dtype=np.int32)
        self._places = np.array(
            [(nan, nan) if one is None else (one.latitude, one.longitude) for one in numbers], dtype=float
        ).reshape(-1, 2)
        self._radius = np.array([nan if c.radius_km is None else c.radius_km for c in citizens], dtype=float)
        self._hours = np.array([nan if c.hours is None else c.hours for c in citizens], dtype=float)
        self._no_remote = np.array([c.remote is False for c in citizens], dtype=bool)
        self.remote = np.array([bool(c.remote) for c in citizens], dtype=bool)
        self._groups = _Codes([c.group_ids for c in citizens])
        self._languages = _Codes([c.languages for c in citizens])
        self._challenges = _Codes([c.challenge_ids for c in citizens])
        self._refused = _Codes([c.refused_need_ids for c in citizens])
        self._hidden = _Codes([c.hidden_from_group_ids for c in citizens])

    def among(self, members: Ints) -> CitizenColumns:
        """The columns of some of them, in the given order."""
        part = copy(self)
        part.ids = [self.ids[at] for at in members]
        # Many people live in one commune: a need's distance is computed once for each place that they have.
        here, place = np.unique(self._place[members], return_inverse=True)
        part._place = place.astype(np.int32)
        part._places = self._places[here]
        for column in ("_radius", "_hours", "_no_remote", "remote"):
            setattr(part, column, getattr(self, column)[members])
        for column in ("_groups", "_languages", "_challenges", "_refused", "_hidden"):
            setattr(part, column, getattr(self, column).among(members))
        return part

    def totals(self, need: NeedProfile, chosen: Ints, points: Ints, today: date, weights: Weights) -> Ints:
        """What is left of the chosen citizens' points for skills, 0 where `why_not` excludes (territories aside)."""
        km = self._kilometres(need, chosen)
        may = np.flatnonzero(~self._shut(need, chosen, km, today))
        left = np.zeros(len(chosen), dtype=np.int64)
        near = None if km is None else km[may]
        left[may] = points[may] - self._taken(need, chosen[may], points[may], near, weights)
        return left

    def _shut(self, need: NeedProfile, chosen: Ints, km: Floats | None, today: date) -> Bools:
        ended = need.until is not None and need.until < today
        full = need.places_left is not None and need.places_left <= 0
        if not need.open or ended or full:
            return np.ones(len(chosen), dtype=bool)
        shut = self._refused.where(lambda refused: need.id in refused, chosen)
        if need.group_id is not None:
            shut |= self._groups.where(lambda groups: need.group_id in groups, chosen)
            shut |= self._hidden.where(lambda groups: need.group_id in groups, chosen)
        if need.languages:
            spoken = need.languages
            shut |= self._languages.where(lambda known: bool(known) and spoken.isdisjoint(known), chosen)
        if need.refused_citizen_ids:
            shut |= np.array([self.ids[at] in need.refused_citizen_ids for at in chosen], dtype=bool)
        if need.hours is not None:
            shut |= self._hours[chosen] < LEAST_SHARE_OF_TIME * need.hours
        if km is not None:
            too_far = km > FARTHER * self._radius[chosen]
            shut |= too_far & self._no_remote[chosen] if need.remote else too_far
        return shut

    def _kilometres(self, need: NeedProfile, chosen: Ints) -> Floats | None:
        """The distances of the chosen citizens, to the metre; NaN where a place is open, None where the need's is."""
        if need.place is None:
            return None
        at = self._place[chosen]
        # Many people live in one commune, so there are mostly fewer places than people.
        few = len(self._places) < len(at)
        there = np.radians(self._places if few else self._places[at])
        here = radians(need.place.latitude)
        half = np.sin((there[:, 0] - here) / 2) ** 2
        half += (
            cos(here) * np.cos(there[:, 0]) * np.sin((there[:, 1] - radians(need.place.longitude)) / 2) ** 2
        )
        straight = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
        factors = np.full(len(self._places), need.travel.factor)
        for to, factor in need.travel.to:
            factors[(self._places == (to.latitude, to.longitude)).all(axis=1)] = factor
        km = np.round(straight * (factors if few else factors[at]), 3)
        return np.asarray(km[at] if few else km)

    def _taken(
        self, need: NeedProfile, chosen: Ints, points: Ints, km: Floats | None, weights: Weights
    ) -> Ints:
        """Hundredths that place, défi and time take away: the same arithmetic as `add_up`."""
        taken = np.zeros(len(chosen), dtype=np.int64)
        if km is not None and not need.remote:
            taken += np.floor(points * self._taken_by_distance(km, chosen, weights)).astype(np.int64)
        if need.challenge_id is not None:
            other = self._challenges.where(lambda own: bool(own) and need.challenge_id not in own, chosen)
            taken += _share(points, weights.challenge, np.where(other, 0.0, 1.0))
        if need.hours is not None and need.hours > 0:
            met = np.minimum(1.0, np.maximum(0.0, self._hours[chosen] / need.hours))
            taken += _share(points, weights.time, np.where(np.isnan(met), 1.0, met))
        return np.minimum(taken, points)

    def _taken_by_distance(self, km: Floats, chosen: Ints, weights: Weights) -> Floats:
        """The share of the points that distance takes: the same arithmetic as `taken_by_distance`."""
        radius = self._radius[chosen]
        with np.errstate(divide="ignore", invalid="ignore"):
            near = 1 - km / radius
        nowhere = np.flatnonzero(radius == 0)
        near[nowhere] = km[nowhere] == 0
        near[np.isnan(near)] = 1.0
        taken = weights.distance * (1 - np.maximum(near, 0.0))
        farther = np.flatnonzero(near < 0)
        beyond = np.minimum(1.0, -(near[farther] / (FARTHER - 1)))
        taken[farther] += max(0.0, MOST_BY_DISTANCE - weights.distance) * beyond
        return np.asarray(taken)


def _share(points: Ints, weight: float, met: Floats) -> Ints:
    return np.asarray(np.floor(points * weight * (1 - met)), dtype=np.int64)


class _Codes:
    """A column of sets, of which few are distinct."""

    def __init__(self, column: Sequence[frozenset[object] | None]) -> None:
        codes: dict[frozenset[object] | None, int] = {}
        self._codes = np.array([codes.setdefault(one, len(codes)) for one in column], dtype=np.int32)
        self._distinct = list(codes)

    def among(self, members: Ints) -> _Codes:
        """The same column for some rows."""
        part = copy(self)
        part._codes = self._codes[members]
        return part

    def where(self, test: SetTest, chosen: Ints) -> Bools:
        """Which of the chosen rows pass a test of their set."""
        passed = np.array([test(one or ()) for one in self._distinct], dtype=bool)
        return passed[self._codes[chosen]] if passed.any() else np.zeros(len(chosen), dtype=bool)
