"""Who could help with what, and why: the engine over the rows of the database."""

from matchmaker.matching.loading import citizen_profile, sign_up_profile
from matchmaker.matching.service.answers import AnsweredBefore, NeedNotOpen, keep_answer
from matchmaker.matching.service.comparison import compare_weights
from matchmaker.matching.service.dismissals import (
    dismiss,
    forget_pauses,
    needs_beyond,
    radius_below,
    take_back,
)
from matchmaker.matching.service.lists import (
    LEAST_TOTAL,
    Explanation,
    advice,
    citizens_for_need,
    explain,
    matcher,
    matches_for_citizen,
    matches_for_sign_up,
    understood,
)
from matchmaker.matching.service.showings import hide_from_group, record_showings, show_to_group
from matchmaker.matching.service.sight import citizen_in_sight, citizens_in_sight
from matchmaker.matching.service.territories import (
    TerritoryMatches,
    matches_of,
    needs_without_match,
    territory_matches,
)

__all__ = [
    "LEAST_TOTAL",
    "AnsweredBefore",
    "Explanation",
    "NeedNotOpen",
    "TerritoryMatches",
    "advice",
    "citizen_in_sight",
    "citizen_profile",
    "citizens_for_need",
    "citizens_in_sight",
    "compare_weights",
    "dismiss",
    "explain",
    "forget_pauses",
    "hide_from_group",
    "keep_answer",
    "matcher",
    "matches_for_citizen",
    "matches_for_sign_up",
    "matches_of",
    "needs_beyond",
    "needs_without_match",
    "radius_below",
    "record_showings",
    "show_to_group",
    "sign_up_profile",
    "take_back",
    "territory_matches",
    "understood",
]
