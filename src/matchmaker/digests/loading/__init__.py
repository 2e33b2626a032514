"""The week's letters: who would get what, what is new in them, and these letters with all that their templates show."""

from matchmaker.digests.loading.changes import Changes, changes
from matchmaker.digests.loading.drafts import Draft, DraftLine, drafts
from matchmaker.digests.loading.on_paper import people_on_paper_by_id, relay_ids
from matchmaker.digests.loading.planning import Plan, compose
from matchmaker.digests.loading.reaching import Unreached, unreached
from matchmaker.digests.loading.relay_letters import (
    PaperLetter,
    find_line,
    find_line_by_code,
    letters_of_relay,
)

__all__ = [
    "Changes",
    "Draft",
    "DraftLine",
    "PaperLetter",
    "Plan",
    "Unreached",
    "changes",
    "compose",
    "drafts",
    "find_line",
    "find_line_by_code",
    "letters_of_relay",
    "people_on_paper_by_id",
    "relay_ids",
    "unreached",
]
