"""Thinking about places: a territory as points on a sheet, distances, and communes as people write them."""

from matchmaker.places.rules.geography import EARTH_RADIUS_KM, great_circle_km, local_day
from matchmaker.places.rules.maps import HEIGHTS, WIDTHS, Mark, Sheet, Spot, drawn
from matchmaker.places.rules.names import departments, former_communes
from matchmaker.places.rules.pages import PAGE_LENGTH, BlockKind, PageKind, blocks, default_text
from matchmaker.places.rules.spelling import (
    WHOLE_CODE,
    Written,
    commune_key,
    read_spelling,
    readings,
    whole_city,
)
from matchmaker.places.rules.verbs import PlaceVerb

__all__ = [
    "EARTH_RADIUS_KM",
    "HEIGHTS",
    "PAGE_LENGTH",
    "WHOLE_CODE",
    "WIDTHS",
    "BlockKind",
    "Mark",
    "PageKind",
    "PlaceVerb",
    "Sheet",
    "Spot",
    "Written",
    "blocks",
    "commune_key",
    "default_text",
    "departments",
    "drawn",
    "former_communes",
    "great_circle_km",
    "local_day",
    "read_spelling",
    "readings",
    "whole_city",
]
