"""Reads about places: territories, and communes as people write them."""

from matchmaker.places.queries.communes import (
    CHOICES_AT_MOST,
    CommuneAnswer,
    communes_within,
    read_commune,
    search_communes,
    similar_communes,
)
from matchmaker.places.queries.pages import own_pages
from matchmaker.places.queries.territories import (
    NEAREST_AT_MOST,
    NearTerritory,
    challenges_of,
    count_communes,
    detours_of,
    find_territory,
    named_territories,
    near_territories,
    organised_territories,
    organisers_of,
    territories,
    territories_of,
)

__all__ = [
    "CHOICES_AT_MOST",
    "NEAREST_AT_MOST",
    "CommuneAnswer",
    "NearTerritory",
    "challenges_of",
    "communes_within",
    "count_communes",
    "detours_of",
    "find_territory",
    "named_territories",
    "near_territories",
    "organised_territories",
    "organisers_of",
    "own_pages",
    "read_commune",
    "search_communes",
    "similar_communes",
    "territories",
    "territories_of",
]
