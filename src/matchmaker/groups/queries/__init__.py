"""Reads about groups and their needs, and the lists of both."""

from matchmaker.groups.queries.groups import (
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
from matchmaker.groups.queries.lists import (
    NEWEST_GROUPS,
    NEWEST_NEEDS,
    Asked,
    GroupFilter,
    NeedFilter,
    found_groups,
    found_needs,
    needs_of_group,
)
from matchmaker.groups.queries.territory import (
    ChallengeGroups,
    challenges_with_groups,
    open_needs_of,
)

__all__ = [
    "NEWEST_GROUPS",
    "NEWEST_NEEDS",
    "Asked",
    "ChallengeGroups",
    "GroupFilter",
    "NeedFilter",
    "challenges_with_groups",
    "closed_groups_in",
    "closed_groups_of",
    "find_group",
    "find_need",
    "found_groups",
    "found_needs",
    "groups_led_alone",
    "groups_left",
    "groups_of",
    "is_led",
    "needs_by_commune",
    "needs_of_group",
    "open_needs",
    "open_needs_of",
    "open_on",
    "role_of",
]
