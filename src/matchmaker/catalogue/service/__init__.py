"""What can be done in this room: found territories, resolve what people type, keep what people decided about words."""

from matchmaker.catalogue.service.lexicon import (
    Lexicon,
    chosen_phrase,
    kept_resolutions,
    lexicon,
    lexicon_key,
    phrase_key,
    resolve_phrases,
)
from matchmaker.catalogue.service.territories import (
    InvalidTerritory,
    add_challenge,
    found_territory,
    is_organiser,
    name_organiser,
)
from matchmaker.catalogue.service.verdicts import (
    AlreadyDecided,
    InvalidVerdict,
    declare_verdict,
    territory_resolver,
    verdicts_in_force,
    withdraw_verdict,
)

__all__ = [
    "AlreadyDecided",
    "InvalidTerritory",
    "InvalidVerdict",
    "Lexicon",
    "add_challenge",
    "chosen_phrase",
    "declare_verdict",
    "found_territory",
    "is_organiser",
    "kept_resolutions",
    "lexicon",
    "lexicon_key",
    "name_organiser",
    "phrase_key",
    "resolve_phrases",
    "territory_resolver",
    "verdicts_in_force",
    "withdraw_verdict",
]
