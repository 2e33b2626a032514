"""The weekly letter: runs with their letters and lines, drafts of weeks to come, edits, and readers' wishes."""

from matchmaker.digests.models.drafts import (
    ChangesMapping,
    DraftedLetter,
    DraftedLine,
    DraftedWeek,
    Figures,
)
from matchmaker.digests.models.weeks import (
    DigestEdit,
    DigestLetter,
    DigestLine,
    DigestRun,
    LetterPreference,
    SkippedWeek,
)

__all__ = [
    "ChangesMapping",
    "DigestEdit",
    "DigestLetter",
    "DigestLine",
    "DigestRun",
    "DraftedLetter",
    "DraftedLine",
    "DraftedWeek",
    "Figures",
    "LetterPreference",
    "SkippedWeek",
]
