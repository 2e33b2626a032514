"""What a citizen may answer, and the consents that are asked."""

import enum
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

from matchmaker.i18n import Labelled, mark

HOURS_A_WEEK = (1, 2, 4, 8, 16)
RADII_KM = (2, 5, 10, 20, 50, 100)

CONFIRMATION_LASTS = timedelta(hours=24)
SIGN_UP_KEPT = timedelta(days=7)

EARTH_RADIUS_KM = 6371.0088
"""The mean radius R1 of the Earth by the IUGG (Moritz, Geodetic Reference System 1980)."""


class ConsentPurpose(Labelled):
    """What a citizen can agree to, each on its own."""

    WEEKLY_LETTER = "weekly_letter", mark("The weekly letter")


class ConsentChannel(enum.StrEnum):
    """How a consent was given."""

    WEB = "web"
    DEMO = "demo"


WEEKLY_LETTER_KIND = "digests.weekly"
"""The kind of the weekly letter in the outbox."""

WEEKLY_LETTER_TEXT = mark(
    "Once a week, send me the new needs that I could help with, with the reasons. "
    "I can stop it at any time by one click in each letter."
)


def great_circle_km(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Kilometres over the ground between two points given in degrees (haversine formula)."""
    here, there = radians(latitude), radians(other_latitude)
    across = radians(other_longitude - longitude)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))
