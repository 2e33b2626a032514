"""What can be done in this room: resolve what people type, and keep what they decided about words."""

from matchmaker.vocabulary.service.changes import Answer, ChangedAnswer, changed_answers
from matchmaker.vocabulary.service.lexicon import (
    SEMANTIC,
    Lexicon,
    chosen_phrase,
    forget_phrases,
    kept_resolutions,
    lexicon,
    lexicon_key,
    phrase_key,
    resolve_phrases,
)
from matchmaker.vocabulary.service.meanings import Meaning, Option, looked_for, meanings
from matchmaker.vocabulary.service.sentences import encoder_version, sentences_of
from matchmaker.vocabulary.service.verdicts import (
    AlreadyDecided,
    InvalidVerdict,
    declare_verdict,
    territory_resolver,
    verdicts_in_force,
    withdraw_verdict,
)

__all__ = [
    "SEMANTIC",
    "AlreadyDecided",
    "Answer",
    "ChangedAnswer",
    "InvalidVerdict",
    "Lexicon",
    "Meaning",
    "Option",
    "changed_answers",
    "chosen_phrase",
    "declare_verdict",
    "encoder_version",
    "forget_phrases",
    "kept_resolutions",
    "lexicon",
    "lexicon_key",
    "looked_for",
    "meanings",
    "phrase_key",
    "resolve_phrases",
    "sentences_of",
    "territory_resolver",
    "verdicts_in_force",
    "withdraw_verdict",
]
