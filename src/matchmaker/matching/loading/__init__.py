"""Citizens and needs as the engine reads them: their phrases by the words and the verdicts of the territories."""

from matchmaker.matching.loading.citizens import (
    citizen_as_read,
    citizen_profile,
    citizen_profiles,
    citizens_as_read,
    sign_up_as_read,
    sign_up_profile,
)
from matchmaker.matching.loading.needs import Docket, dockets, judged_need, open_dockets
from matchmaker.matching.loading.phrasebook import Phrasebook, phrasebook

__all__ = [
    "Docket",
    "Phrasebook",
    "citizen_as_read",
    "citizen_profile",
    "citizen_profiles",
    "citizens_as_read",
    "dockets",
    "judged_need",
    "open_dockets",
    "phrasebook",
    "sign_up_as_read",
    "sign_up_profile",
]
