"""The week's letters: who would get what, and these letters with all that their templates show."""

from matchmaker.digests.loading.drafts import Draft, DraftLine, drafts
from matchmaker.digests.loading.planning import Plan, compose

__all__ = ["Draft", "DraftLine", "Plan", "compose", "drafts"]
