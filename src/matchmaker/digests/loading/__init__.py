"""The week's letters: who would get what, what is new in them, and these letters with all that their templates show."""

from matchmaker.digests.loading.changes import Changes, changes, changes_from_mapping, changes_to_mapping
from matchmaker.digests.loading.drafts import Draft, DraftLine, drafts
from matchmaker.digests.loading.on_paper import people_on_paper_by_id, relay_ids
from matchmaker.digests.loading.outlines import (
    NOTHING,
    Outline,
    Wanted,
    kept_drafts,
    kept_outline,
    outline_of,
)
from matchmaker.digests.loading.planning import Plan, compose, fits_of
from matchmaker.digests.loading.unreached import Unreached, unreached

__all__ = [
    "NOTHING",
    "Changes",
    "Draft",
    "DraftLine",
    "Outline",
    "Plan",
    "Unreached",
    "Wanted",
    "changes",
    "changes_from_mapping",
    "changes_to_mapping",
    "compose",
    "drafts",
    "fits_of",
    "kept_drafts",
    "kept_outline",
    "outline_of",
    "people_on_paper_by_id",
    "relay_ids",
    "unreached",
]
