"""Reads about groups and their needs, and the lists of both."""

from matchmaker.groups.queries.groups import (
    ChallengeGroups,
    challenges_with_groups,
    closed_groups_in,
    closed_groups_of,
    find_group,
    find_need,
    groups_led_alone,
    groups_left,
    groups_of,
    is_led,
    needs_by_commune,
    open_needs,
    open_on,
    role_of,
)
from matchmaker.groups.queries.needs import NEWEST_NEEDS, Asked, NeedFilter, found_needs

__all__ = [
    "NEWEST_NEEDS",
    "Asked",
    "ChallengeGroups",
    "NeedFilter",
    "challenges_with_groups",
    "closed_groups_in",
    "closed_groups_of",
    "find_group",
    "find_need",
    "found_needs",
    "groups_led_alone",
    "groups_left",
    "groups_of",
    "is_led",
    "needs_by_commune",
    "open_needs",
    "open_on",
    "role_of",
]
