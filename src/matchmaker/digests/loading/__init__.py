"""The week's letters: who would get what, what is new in them, and these letters with all that their templates show."""

from matchmaker.digests.loading.changes import Changes, changes
from matchmaker.digests.loading.drafts import Draft, DraftLine, drafts
from matchmaker.digests.loading.on_paper import people_on_paper_by_id, relay_ids
from matchmaker.digests.loading.planning import Plan, compose
from matchmaker.digests.loading.unreached import Unreached, unreached

__all__ = [
    "Changes",
    "Draft",
    "DraftLine",
    "Plan",
    "Unreached",
    "changes",
    "compose",
    "drafts",
    "people_on_paper_by_id",
    "relay_ids",
    "unreached",
]
