"""Every spelling of every label of a vocabulary, folded once for all that look labels up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log

from matchmaker.base.text import accented, fold, inclusive_forms, singular, stem, telling_words
from matchmaker.vocabulary.rules.vocabulary import Label, LabelKind, Vocabulary

INFLECTED = 0.03
"""What other forms of the same words, or other spaces between them, cost of certainty."""

FOREIGN = 0.05
"""What a label of the other language costs."""

UNACCENTED = 0.01
"""What accents cost that were left out."""

UNSURE = 0.85
"""The score of a label that is spelt the same and may be another word: the person is asked."""

LEAST_JOINED = 6
"""Letters of a label from which on its spaces do not matter."""

LEAST_PART = 4
"""Letters of each of two words that were run together."""


class LabelTable:
    """Labels by folded spelling, by stems and by position in the sorted list of spellings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.concept_ids: tuple[str, ...] = tuple(sorted(vocabulary.by_id))
        self.numbers: Mapping[str, int] = {one: at for at, one in enumerate(self.concept_ids)}
        self.by_fold: dict[str, list[Label]] = {}
        for label in vocabulary.labels:
            for form in inclusive_forms(label.text):
                folded = fold(form)
                if folded:
                    self.by_fold.setdefault(folded, []).append(label)
        self.vocabulary = vocabulary

    def warm_up(self) -> None:
        """Build now what is built when it is first asked for otherwise."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)

    @cached_property
    def texts(self) -> Sequence[str]:
        """The distinct folded spellings in alphabetical order."""
        return sorted(self.by_fold)

    def exact(self, written: str, language: str) -> list[tuple[str, float, str]]:
        """Concepts with this very label, else with it in other spaces, else with the same words inflected.

        Each with a score of nearly 1 and the label. What may be another word is not sure: with other accents, or said
        in French where only English has the label.
        """
        folded = fold(written)
        labels = self.by_fold.get(folded)
        if labels:
            return [(one.concept_id, self._certainty(written, one, language), one.text) for one in labels]
        for alike in (
            self._by_joined.get(_joined(folded), ()),
            self._by_stems.get((language, _stem_key(folded, language)), ()),
        ):
            if alike:
                return [
                    (one.concept_id, self._certainty(folded, one, language) - INFLECTED, one.text)
                    for one in alike
                ]
        return []

    def _certainty(self, written: str, label: Label, language: str) -> float:
        score = 1.0 if label.kind is LabelKind.PREFERRED else 0.995
        folded = fold(written)
        if label.language != language:
            score -= FOREIGN
            if " " not in folded and folded in self._surfaces.get(language, ()):
                return UNSURE
        accents = accented(written)
        theirs = [accented(form) for form in inclusive_forms(label.text) if fold(form) == folded]
        if not theirs or accents in theirs:
            return score
        return score - UNACCENTED if any(accents < one for one in theirs) else UNSURE

    def is_word(self, folded: str) -> bool:
        """Whether a folded word stands in a label of any language."""
        return any(folded in known for known in self._surfaces.values())

    def tongue_of(self, folded: str, language: str) -> str | None:
        """This language where a folded spelling is that of a label of it, else None."""
        labels = self.by_fold.get(folded, ())
        return language if any(label.language == language for label in labels) else None

    def respaced(self, folded: str) -> str:
        """A folded phrase with the spaces of the labels: "site word press" is "site wordpress", and the reverse."""
        parts = folded.split(" ")
        found: list[str] = []
        while parts:
            word = parts.pop(0)
            joined = word + parts[0] if parts else ""
            if (
                len(joined) >= LEAST_JOINED
                and self.is_word(joined)
                and (word, parts[0]) not in self._neighbours
            ):
                found.append(joined)
                parts.pop(0)
            else:
                found += self._parted(word)
        return " ".join(found)

    def _parted(self, word: str) -> tuple[str, ...]:
        if len(word) < 2 * LEAST_PART or self.is_word(word):
            return (word,)
        for at in range(LEAST_PART, len(word) - LEAST_PART + 1):
            if (word[:at], word[at:]) in self._neighbours:
                return word[:at], word[at:]
        return (word,)

    @cached_property
    def _neighbours(self) -> frozenset[tuple[str, str]]:
        """Words of labels that stand side by side, those that only small words part among them."""
        found: set[tuple[str, str]] = set()
        for text in self.by_fold:
            for parts in (text.split(" "), telling_words(text)):
                found.update(pairwise(parts))
                found.update(pairwise(map(singular, parts)))
        return frozenset(found)

    @cached_property
    def _surfaces(self) -> Mapping[str, frozenset[str]]:
        """The words that the labels of each language are made of."""
        said: dict[str, set[str]] = {}
        for text, labels in self.by_fold.items():
            for language in {label.language for label in labels}:
                said.setdefault(language, set()).update(text.split(" "))
        return {language: frozenset(known) for language, known in said.items()}

    def named(self, folded: str) -> frozenset[str]:
        """Concepts that have this very label in any language."""
        return frozenset(label.concept_id for label in self.by_fold.get(folded, ()))

    def answered_together(self) -> Iterator[Sequence[Label]]:
        """Labels that `exact` answers with together, for a spelling that none of them has."""
        yield from self._by_stems.values()
        yield from self._by_joined.values()

    @cached_property
    def _by_stems(self) -> Mapping[tuple[str, tuple[str, ...]], list[Label]]:
        table: dict[tuple[str, tuple[str, ...]], list[Label]] = {}
        for folded, labels in self.by_fold.items():
            if " " in folded and len(telling_words(folded)) == 1:
                # "La Montagne" and "sans-papiers" are more than their one telling word.
                continue
            for language in sorted({label.language for label in labels}):
                key = (language, _stem_key(folded, language))
                table.setdefault(key, []).extend(x for x in labels if x.language == language)
        return table

    @cached_property
    def _by_joined(self) -> Mapping[str, list[Label]]:
        table: dict[str, list[Label]] = {}
        for folded, labels in self.by_fold.items():
            joined = _joined(folded)
            if len(joined) >= LEAST_JOINED:
                table.setdefault(joined, []).extend(labels)
        return table

    def language_of(self, folded_words: Sequence[str]) -> str:
        """The language in whose labels these words are more at home; French in doubt."""
        english = sum(self._englishness.get(word, 0.0) for word in folded_words)
        return "en" if english > 0 else "fr"

    @cached_property
    def _englishness(self) -> Mapping[str, float]:
        holders: dict[str, Counter[str]] = {"fr": Counter(), "en": Counter()}
        for text, labels in self.by_fold.items():
            for language in {label.language for label in labels} & holders.keys():
                holders[language].update(text.split(" "))
        french, english = holders["fr"], holders["en"]
        return {
            word: log((1 + english[word]) / (1 + french[word])) for word in french.keys() | english.keys()
        }


@lru_cache(maxsize=8)
def table_of(vocabulary: Vocabulary) -> LabelTable:
    """The table of a vocabulary, made once for the same vocabulary value."""
    return LabelTable(vocabulary)


def _stem_key(folded: str, language: str) -> tuple[str, ...]:
    telling = telling_words(folded)
    if len(telling) == 1:
        # A word by itself inflects; what derives from it may be anything: "livres" are not "livreur".
        return (singular(telling[0]),)
    return tuple(sorted({stem(word, language) for word in telling}))


def _joined(folded: str) -> str:
    return singular(folded.replace(" ", ""))
