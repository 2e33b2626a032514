"""Citizens and needs as the engine reads them: their phrases by the words and the verdicts of the territories."""

from matchmaker.matching.loading.citizens import (
    citizen_as_read,
    citizen_profile,
    citizen_profiles,
    citizens_as_read,
    sign_up_as_read,
    sign_up_profile,
)
from matchmaker.matching.loading.needs import (
    NeedBatch,
    days_of_territories,
    judged_need,
    need_batches,
    open_need_batches,
)
from matchmaker.matching.loading.phrasebook import Phrasebook, phrasebook

__all__ = [
    "NeedBatch",
    "Phrasebook",
    "citizen_as_read",
    "citizen_profile",
    "citizen_profiles",
    "citizens_as_read",
    "days_of_territories",
    "judged_need",
    "need_batches",
    "open_need_batches",
    "phrasebook",
    "sign_up_as_read",
    "sign_up_profile",
]
