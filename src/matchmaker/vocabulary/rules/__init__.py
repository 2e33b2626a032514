"""The skill vocabulary: its values, how its files read, and how a phrase finds its concept."""

from matchmaker.vocabulary.rules.levels import NO_LEVELS, Level, Levels, kept_levels, level_of
from matchmaker.vocabulary.rules.limits import (
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
from matchmaker.vocabulary.rules.official import vocabulary_from_esco, vocabulary_from_rome
from matchmaker.vocabulary.rules.readers import (
    VocabularyError,
    relations_from_rows,
    vocabulary_from_flat_rows,
    vocabulary_from_rows,
)
from matchmaker.vocabulary.rules.resolution import Phrase, Resolution, Suggestion
from matchmaker.vocabulary.rules.resolve import Resolver
from matchmaker.vocabulary.rules.soundness import Finding, Flaw, Twins, findings, twins_from_rows
from matchmaker.vocabulary.rules.topics import Topics
from matchmaker.vocabulary.rules.verdicts import FOLDED_LENGTH, Decisions, are_one_phrase, can_be_judged
from matchmaker.vocabulary.rules.vocabulary import (
    Concept,
    Label,
    LabelKind,
    Relation,
    RelationKind,
    Skill,
    Verdict,
    VerdictKind,
    Vocabulary,
    merge,
)

__all__ = [
    "FILE_LIMITS",
    "FOLDED_LENGTH",
    "LIMITS",
    "NO_LEVELS",
    "Concept",
    "Decisions",
    "DescriptionTooLongError",
    "Finding",
    "Flaw",
    "Label",
    "LabelKind",
    "Level",
    "Levels",
    "LimitExceededError",
    "Limits",
    "Phrase",
    "PhraseTooLongError",
    "Relation",
    "RelationKind",
    "Resolution",
    "Resolver",
    "Skill",
    "Suggestion",
    "TooManyPhrasesError",
    "Topics",
    "Twins",
    "Verdict",
    "VerdictKind",
    "Vocabulary",
    "VocabularyError",
    "are_one_phrase",
    "can_be_judged",
    "check_description",
    "check_phrase",
    "check_phrases",
    "findings",
    "kept_levels",
    "level_of",
    "merge",
    "relations_from_rows",
    "twins_from_rows",
    "vocabulary_from_esco",
    "vocabulary_from_flat_rows",
    "vocabulary_from_rome",
    "vocabulary_from_rows",
]
