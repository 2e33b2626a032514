"""Who could help with what, and why: gates, weights, scores and rankings as pure functions."""

from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.answers import (
    CORRECTED_FOR,
    PAUSED_FOR,
    Answer,
    AnswerChannel,
    DismissReason,
    ShownWhere,
)
from matchmaker.matching.rules.compare import Comparison, ListChange, Move, compare
from matchmaker.matching.rules.explain import hours_that_reach
from matchmaker.matching.rules.gates import FARTHER, Gate, distance_km, travelled_km, why_not
from matchmaker.matching.rules.index import MatchIndex, Run
from matchmaker.matching.rules.reach import Reach, reaches
from matchmaker.matching.rules.score import Matcher
from matchmaker.matching.rules.storage import MatchMapping, match_from_mapping, match_to_mapping
from matchmaker.matching.rules.values import (
    Change,
    ChangeKind,
    CitizenProfile,
    Cover,
    Likeness,
    Match,
    NeedProfile,
    Part,
    PartName,
    Place,
    Ranked,
    SkillReason,
    Travel,
    Wanted,
)
from matchmaker.matching.rules.weights import (
    NAMED_WEIGHTS,
    WEIGHTS,
    Weights,
    WeightsError,
    weights_from_mapping,
)

__all__ = [
    "CORRECTED_FOR",
    "FARTHER",
    "NAMED_WEIGHTS",
    "PAUSED_FOR",
    "WEIGHTS",
    "Answer",
    "AnswerChannel",
    "Change",
    "ChangeKind",
    "CitizenProfile",
    "Comparison",
    "Cover",
    "DismissReason",
    "Gate",
    "Importance",
    "Likeness",
    "ListChange",
    "Match",
    "MatchIndex",
    "MatchMapping",
    "Matcher",
    "Move",
    "NeedProfile",
    "Part",
    "PartName",
    "Place",
    "Ranked",
    "Reach",
    "Run",
    "ShownWhere",
    "SkillReason",
    "Travel",
    "Wanted",
    "Weights",
    "WeightsError",
    "compare",
    "distance_km",
    "hours_that_reach",
    "match_from_mapping",
    "match_to_mapping",
    "reaches",
    "travelled_km",
    "weights_from_mapping",
    "why_not",
]
