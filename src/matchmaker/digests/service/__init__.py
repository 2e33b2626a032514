"""The week's letters: changing them, asking for a run, planning and writing it, settling its doubts, and wishes."""

from matchmaker.digests.loading import Changes, Draft, Plan, Unreached, changes, compose, drafts, unreached
from matchmaker.digests.service.coming import Coming, coming, schedule_of, seed_of
from matchmaker.digests.service.composing import letter_of, sections
from matchmaker.digests.service.drafting import ask_for_draft, draw_drafts
from matchmaker.digests.service.edits import (
    AlreadyEdited,
    PinRefused,
    WeekClosed,
    hold_line,
    keep_paragraph,
    pin_line,
    withdraw_edit,
)
from matchmaker.digests.service.examples import NothingToShow, send_test
from matchmaker.digests.service.preferences import UNSUBSCRIBE, choose_letters, stop_letters
from matchmaker.digests.service.runs import (
    AlreadyRun,
    pause_run,
    plan_of,
    request_due,
    request_week,
    resume_run,
)
from matchmaker.digests.service.schedule import awaiting_letter, set_schedule
from matchmaker.digests.service.settling import NotInDoubt, settle_letter, settle_message, settle_run
from matchmaker.digests.service.writing import advance

__all__ = [
    "UNSUBSCRIBE",
    "AlreadyEdited",
    "AlreadyRun",
    "Changes",
    "Coming",
    "Draft",
    "NotInDoubt",
    "NothingToShow",
    "PinRefused",
    "Plan",
    "Unreached",
    "WeekClosed",
    "advance",
    "ask_for_draft",
    "awaiting_letter",
    "changes",
    "choose_letters",
    "coming",
    "compose",
    "drafts",
    "draw_drafts",
    "hold_line",
    "keep_paragraph",
    "letter_of",
    "pause_run",
    "pin_line",
    "plan_of",
    "request_due",
    "request_week",
    "resume_run",
    "schedule_of",
    "sections",
    "seed_of",
    "send_test",
    "set_schedule",
    "settle_letter",
    "settle_message",
    "settle_run",
    "stop_letters",
    "unreached",
    "withdraw_edit",
]
