"""The weekly letter as pure rules: when it is due, what each reader is told, and who is told of what."""

from matchmaker.digests.rules.candidates import Candidates, Limits, candidates
from matchmaker.digests.rules.exposure import (
    Assignment,
    Exposure,
    Unreachable,
    assign,
    assign_greedily,
    unreachable,
)
from matchmaker.digests.rules.plan import (
    LINES_AT_MOST,
    EditKind,
    Frequency,
    LineKind,
    PlannedLetter,
    PlannedLine,
    Reader,
    Silence,
    lines_of,
    silence_of,
)
from matchmaker.digests.rules.schedule import (
    CATCH_UP,
    Due,
    RunState,
    Schedule,
    due_week,
    iso_week,
    moment_of_week,
    next_moment,
)

__all__ = [
    "CATCH_UP",
    "LINES_AT_MOST",
    "Assignment",
    "Candidates",
    "Due",
    "EditKind",
    "Exposure",
    "Frequency",
    "Limits",
    "LineKind",
    "PlannedLetter",
    "PlannedLine",
    "Reader",
    "RunState",
    "Schedule",
    "Silence",
    "Unreachable",
    "assign",
    "assign_greedily",
    "candidates",
    "due_week",
    "iso_week",
    "lines_of",
    "moment_of_week",
    "next_moment",
    "silence_of",
    "unreachable",
]
