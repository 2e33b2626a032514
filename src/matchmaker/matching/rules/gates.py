"""What excludes a citizen from a need, whatever the score: gates, which have no weight."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from matchmaker.matching.rules.values import CitizenProfile, NeedProfile, Place
from matchmaker.places.rules import great_circle_km

FARTHER = 1.2
"""Up to so many times the distance that somebody would go, a need is still shown, as a little farther."""

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
    if citizen.place is None or citizen.radius_km is None:
        return True
    km = travelled_km(need, citizen.place)
    return km is None or km <= FARTHER * citizen.radius_km


def travelled_km(need: NeedProfile, place: Place) -> float | None:
    """About how far people travel from a place to a need, in whole metres; None where the need has no place."""
    if need.place is None:
        return None
    # Whole metres: the same in scalar and in vector arithmetic.
    return round(distance_km(need.place, place) * need.travel.factor_to(place), 3)


def distance_km(one: Place, other: Place) -> float:
    """The great-circle distance in kilometres."""
    return great_circle_km(one.latitude, one.longitude, other.latitude, other.longitude)
