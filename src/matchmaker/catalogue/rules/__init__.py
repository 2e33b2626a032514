"""The skill vocabulary: its values, how its files read, and how a phrase finds its concept."""

from matchmaker.catalogue.rules.limits import (
    FILE_LIMITS,
    LIMITS,
    DescriptionTooLongError,
    LimitExceededError,
    Limits,
    PhraseTooLongError,
    TooManyPhrasesError,
    check_description,
    check_phrase,
    check_phrases,
)
from matchmaker.catalogue.rules.maps import Mark, Sheet, Spot, drawn
from matchmaker.catalogue.rules.official import vocabulary_from_esco, vocabulary_from_rome
from matchmaker.catalogue.rules.readers import (
    VocabularyError,
    relations_from_rows,
    vocabulary_from_flat_rows,
    vocabulary_from_rows,
)
from matchmaker.catalogue.rules.resolve import Phrase, Resolution, Resolver, Suggestion
from matchmaker.catalogue.rules.verdicts import FOLDED_LENGTH, Decisions, are_one_phrase, can_be_judged
from matchmaker.catalogue.rules.vocabulary import (
    Concept,
    Label,
    LabelKind,
    Relation,
    RelationKind,
    Verdict,
    VerdictKind,
    Vocabulary,
    merge,
)

__all__ = [
    "FILE_LIMITS",
    "FOLDED_LENGTH",
    "LIMITS",
    "Concept",
    "Decisions",
    "DescriptionTooLongError",
    "Label",
    "LabelKind",
    "LimitExceededError",
    "Limits",
    "Mark",
    "Phrase",
    "PhraseTooLongError",
    "Relation",
    "RelationKind",
    "Resolution",
    "Resolver",
    "Sheet",
    "Spot",
    "Suggestion",
    "TooManyPhrasesError",
    "Verdict",
    "VerdictKind",
    "Vocabulary",
    "VocabularyError",
    "are_one_phrase",
    "can_be_judged",
    "check_description",
    "check_phrase",
    "check_phrases",
    "drawn",
    "merge",
    "relations_from_rows",
    "vocabulary_from_esco",
    "vocabulary_from_flat_rows",
    "vocabulary_from_rome",
    "vocabulary_from_rows",
]
