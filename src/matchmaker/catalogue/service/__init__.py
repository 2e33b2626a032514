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

__all__ = [
    "InvalidTerritory",
    "Lexicon",
    "add_challenge",
    "chosen_phrase",
    "found_territory",
    "is_organiser",
    "kept_resolutions",
    "lexicon",
    "lexicon_key",
    "name_organiser",
    "phrase_key",
    "resolve_phrases",
]
