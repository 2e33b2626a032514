"""Who could help with what, and why: the engine over the rows of the database."""

from matchmaker.matching.loading import citizen_profile, sign_up_profile
from matchmaker.matching.service.answers import AnsweredBefore, NeedNotOpen, keep_answer
from matchmaker.matching.service.comparison import compare_weights
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
from matchmaker.matching.service.territories import (
    Hearing,
    TerritoryMatches,
    matches_of,
    needs_without_match,
    territory_matches,
)

__all__ = [
    "LEAST_TOTAL",
    "AnsweredBefore",
    "Explanation",
    "Hearing",
    "NeedNotOpen",
    "TerritoryMatches",
    "advice",
    "citizen_profile",
    "citizens_for_need",
    "compare_weights",
    "explain",
    "keep_answer",
    "matcher",
    "matches_for_citizen",
    "matches_for_sign_up",
    "matches_of",
    "needs_without_match",
    "sign_up_profile",
    "territory_matches",
    "understood",
]
