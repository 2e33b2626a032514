"""The organisers' pages of the week, each reader's own wishes, and the letters of a relay's people."""

from matchmaker.digests.views import (
    edits,
    preview,
    reader,
    relay_answers,
    relay_printing,
    run,
    schedule,
    week,
)
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.digests.views.reader import unsubscribe

__all__ = [
    "blueprint",
    "edits",
    "preview",
    "reader",
    "relay_answers",
    "relay_printing",
    "run",
    "schedule",
    "unsubscribe",
    "week",
]
