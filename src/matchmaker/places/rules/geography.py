"""Distances over the ground, and which day it is where."""

from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

EARTH_RADIUS_KM = 6371.0088
"""The mean radius R1 of the Earth by the IUGG (Moritz, Geodetic Reference System 1980)."""


def great_circle_km(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Kilometres over the ground between two points given in degrees (haversine formula)."""
    here, there = radians(latitude), radians(other_latitude)
    across = radians(other_longitude - longitude)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def local_day(now: datetime, time_zone: str) -> date:
    """The day in ``time_zone`` at ``now``."""
    return now.astimezone(ZoneInfo(time_zone)).date()
