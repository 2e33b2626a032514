"""The weekly letter as pure rules: when it is due and what each reader is told."""

from matchmaker.digests.rules.plan import (
    LINES_AT_MOST,
    PlannedLetter,
    Reader,
    Silence,
    Silent,
    plan_letter,
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
    "Due",
    "PlannedLetter",
    "Reader",
    "RunState",
    "Schedule",
    "Silence",
    "Silent",
    "due_week",
    "iso_week",
    "moment_of_week",
    "next_moment",
    "plan_letter",
]
