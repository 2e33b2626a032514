"""Territories, their défis and who runs their desks; where somebody takes part; ways and pages there."""

from matchmaker.places.service.pages import set_page
from matchmaker.places.service.territories import (
    CommuneOutside,
    InvalidTerritory,
    Place,
    TerritoryChoice,
    add_challenge,
    challenges_among,
    change_challenge,
    change_territory,
    check_commune,
    found_territory,
    is_organiser,
    name_organiser,
    remove_challenge,
    remove_organiser,
    territory_for,
)
from matchmaker.places.service.travel import set_travel

__all__ = [
    "CommuneOutside",
    "InvalidTerritory",
    "Place",
    "TerritoryChoice",
    "add_challenge",
    "challenges_among",
    "change_challenge",
    "change_territory",
    "check_commune",
    "found_territory",
    "is_organiser",
    "name_organiser",
    "remove_challenge",
    "remove_organiser",
    "set_page",
    "set_travel",
    "territory_for",
]
