"""Lines as people write them beside one vocabulary: the skills that they name, and what they say no to."""

from __future__ import annotations

from functools import lru_cache

from matchmaker.base.text import fold, folded_forms, inclusive_forms, words
from matchmaker.vocabulary.rules.agreement import coverage
from matchmaker.vocabulary.rules.frames import is_vague, unframed
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.nearness import nearness_of
from matchmaker.vocabulary.rules.phrases import Knowledge, asserted, says_no, split_phrases
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

WHOLE = 0.7
"""From this likelihood on, and with as many of its words in one label, a line that looks like a list is one skill."""


LEAST, SHORT, LIKELY = 4, 3, 0.85
"""Letters and words of a side of "et" that may be a skill without being a label, and from which likelihood on."""


class Lines:
    """Reads lines with the labels of a vocabulary; no line of more than ``longest`` characters is one skill."""

    def __init__(self, vocabulary: Vocabulary, *, longest: int) -> None:
        self._vocabulary = vocabulary
        self._table = table_of(vocabulary)
        self._longest = longest

    def skills_in(self, phrase: str) -> tuple[str, ...]:
        """What a phrase says that its writer can do; none for a refusal, several for a line of several skills."""
        if self.is_label(phrase):
            return (phrase,)
        return tuple(text for text in self.split(phrase) if not self.says_nothing(text))

    def says_nothing(self, text: str) -> bool:
        """Whether a text that is no label names no skill: it says no, or is made of words that could be anything."""
        core = unframed(text)
        vague = is_vague(text) or (is_vague(core) and not self.is_label(core))
        return not self.is_label(text) and (says_no(text) or vague)

    def is_label(self, text: str) -> bool:
        """Whether a text is, as it stands, a label of the vocabulary in any language."""
        return any(self._table.named(form) for form in folded_forms(text))

    def is_refusal(self, phrase: str) -> bool:
        """Whether a phrase says what its writer cannot do, and nothing beside it."""
        return asserted(phrase) != phrase and not self.skills_in(phrase)

    def split(self, line: str) -> tuple[str, ...]:
        """The phrases that a line lists, in their order and as written; refusals are among them."""
        parts = split_phrases(line, Knowledge(self.is_label, self._is_skill, self._may_be_skill))
        whole = len(parts) > 1 and not all(map(self._is_skill, parts)) and self._is_one_skill(line)
        return (" ".join(line.split()),) if whole else parts

    def _is_one_skill(self, line: str) -> bool:
        """Whether what looks like a list is nearly the words of one label, as "eau, gaz et électricité" may be."""
        if len(line) > self._longest:
            return False
        language, (likely, label) = self._table.language_of(words(line)), self._likeliest(line)
        return likely >= WHOLE and any(
            coverage(fold(line), form, language, is_known=self._table.is_word) >= WHOLE
            for form in folded_forms(label)
        )

    def _likeliest(self, text: str) -> tuple[float, str]:
        """How likely the likeliest concept of a text is, and the label of it that was met."""
        found = nearness_of(self._vocabulary).near(fold(text), self._table.language_of(words(text)))
        _, likely, label = max(found, key=lambda one: (one[1], one[0]), default=("", 0.0, ""))
        return likely, label

    @lru_cache(maxsize=1 << 12)  # noqa: B019
    def _may_be_skill(self, text: str) -> bool:
        """Whether a text is a skill, or is short and very likely one."""
        short = len(text) >= LEAST and len(words(text)) <= SHORT
        return self._is_skill(text) or (short and self._likeliest(unframed(text))[0] >= LIKELY)

    @lru_cache(maxsize=1 << 12)  # noqa: B019
    def _is_skill(self, text: str) -> bool:
        """Whether a text is a label in other forms, or in a frame."""
        language = self._table.language_of(words(text))
        readings = [form for one in (text, unframed(text)) for form in inclusive_forms(one)]
        return any(self._table.exact(form, language) for form in readings)
