"""The week's letters: asking for a run, planning and writing it, stopping it, and each person's own wishes."""

from matchmaker.digests.loading import Draft, Plan, compose, drafts
from matchmaker.digests.service.examples import NothingToShow, send_test
from matchmaker.digests.service.preferences import UNSUBSCRIBE, choose_letters, stop_letters
from matchmaker.digests.service.runs import (
    AlreadyRun,
    pause_run,
    plan_run,
    request_due,
    request_week,
    resume_run,
    schedule_of,
    seed_of,
)
from matchmaker.digests.service.writing import advance, letter_of, sections, write_letters

__all__ = [
    "UNSUBSCRIBE",
    "AlreadyRun",
    "Draft",
    "NothingToShow",
    "Plan",
    "advance",
    "choose_letters",
    "compose",
    "drafts",
    "letter_of",
    "pause_run",
    "plan_run",
    "request_due",
    "request_week",
    "resume_run",
    "schedule_of",
    "sections",
    "seed_of",
    "send_test",
    "stop_letters",
    "write_letters",
]
