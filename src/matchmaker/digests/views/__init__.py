"""The organisers' pages of the week, and each reader's own wishes."""

from matchmaker.digests.views import edits, preview, reader, run, schedule, week
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.digests.views.reader import unsubscribe

__all__ = [
    "blueprint",
    "edits",
    "preview",
    "reader",
    "run",
    "schedule",
    "unsubscribe",
    "week",
]
