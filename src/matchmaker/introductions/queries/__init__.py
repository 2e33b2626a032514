"""Reads about introductions."""

from matchmaker.introductions.queries.answer_speed import (
    speeds_of_groups,
)
from matchmaker.introductions.queries.answers_due import (
    count_waiting,
    unanswered_by,
    waiting_for,
)
from matchmaker.introductions.queries.introductions import (
    Part,
    asked_for_need,
    find_at_relay,
    find_between,
    find_introduction,
    has_met,
    introduced_needs,
    introductions_at_relay,
    introductions_for_need,
    introductions_of,
    introductions_of_citizens,
    is_asked,
    is_follower,
    messages_of,
    place_holders,
    places_held,
    side_of,
)
from matchmaker.introductions.queries.naming import naming_of_account, naming_of_citizen
from matchmaker.introductions.queries.territories import (
    counts_by_state,
    endings,
    judged_ranking,
    on_the_board,
)

__all__ = [
    "Part",
    "asked_for_need",
    "count_waiting",
    "counts_by_state",
    "endings",
    "find_at_relay",
    "find_between",
    "find_introduction",
    "has_met",
    "introduced_needs",
    "introductions_at_relay",
    "introductions_for_need",
    "introductions_of",
    "introductions_of_citizens",
    "is_asked",
    "is_follower",
    "judged_ranking",
    "messages_of",
    "naming_of_account",
    "naming_of_citizen",
    "on_the_board",
    "place_holders",
    "places_held",
    "side_of",
    "speeds_of_groups",
    "unanswered_by",
    "waiting_for",
]
