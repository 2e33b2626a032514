"""What excludes a citizen from a need, whatever the score: gates, which have no weight."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from matchmaker.matching.rules.values import CitizenProfile, NeedProfile, Place

EARTH_RADIUS_KM = 6371.0
LEAST_SHARE_OF_TIME = 0.25
"""Under this share of the hours asked, helping is not possible; above it, time only weighs."""


class Gate(StrEnum):
    """Why a need is not proposed to a citizen."""

    CLOSED = "closed"
    EXPIRED = "expired"
    FULL = "full"
    OWN_GROUP = "own_group"
    REFUSED = "refused"
    HIDDEN = "hidden"
    TERRITORY = "territory"
    PLACE = "place"
    LANGUAGE = "language"
    TIME = "time"


def why_not(need: NeedProfile, citizen: CitizenProfile, today: date) -> Gate | None:
    """The first gate that is shut, or None. A question that either side left open shuts nothing."""
    if not need.open:
        return Gate.CLOSED
    if need.until is not None and need.until < today:
        return Gate.EXPIRED
    if need.places_left is not None and need.places_left <= 0:
        return Gate.FULL
    if need.group_id is not None and need.group_id in citizen.group_ids:
        return Gate.OWN_GROUP
    if need.id in citizen.refused_need_ids or citizen.id in need.refused_citizen_ids:
        return Gate.REFUSED
    if need.group_id is not None and need.group_id in citizen.hidden_from_group_ids:
        return Gate.HIDDEN
    if not _same_territory(need, citizen) and not (need.remote and citizen.remote):
        return Gate.TERRITORY
    if not _within_reach(need, citizen):
        return Gate.PLACE
    if need.languages and citizen.languages and not need.languages & citizen.languages:
        return Gate.LANGUAGE
    if (
        need.hours is not None
        and citizen.hours is not None
        and citizen.hours < LEAST_SHARE_OF_TIME * need.hours
    ):
        return Gate.TIME
    return None


def _same_territory(need: NeedProfile, citizen: CitizenProfile) -> bool:
    return None in (need.territory_id, citizen.territory_id) or need.territory_id == citizen.territory_id


def _within_reach(need: NeedProfile, citizen: CitizenProfile) -> bool:
    if need.remote and citizen.remote is not False:
        return True
    if need.place is None or citizen.place is None or citizen.radius_km is None:
        return True
    return distance_km(need.place, citizen.place) <= citizen.radius_km


def distance_km(one: Place, other: Place) -> float:
    """The great-circle distance in kilometres (haversine formula)."""
    lat1, lat2 = radians(one.latitude), radians(other.latitude)
    across = radians(other.longitude - one.longitude)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))
