"""Which texts speak of the same, often without a word in common: by the concepts that their words speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.base.text import language_of, stem, telling_words
from matchmaker.vocabulary.rules.meaning import meanings_of
from matchmaker.vocabulary.rules.vocabulary import Vocabulary

DECIMALS = 6


class Topics:
    """Texts of one or several parts each, which are compared by themes and by words.

    Both are cosines of how far something stands out of all of these texts (tf-idf), and ``words`` is what the second
    counts beside the first: common words carry names that no vocabulary knows.
    """

    def __init__(self, texts: Sequence[Sequence[str]], vocabulary: Vocabulary, *, words: float) -> None:
        read = meanings_of(vocabulary)
        themes: list[Counter[str]] = []
        stems: list[Counter[str]] = []
        for parts in texts:
            language = language_of(" ".join(parts)) or "fr"
            themes.append(_sum(read.theme(part, language) for part in parts))
            stems.append(Counter(stem(word, language) for part in parts for word in telling_words(part)))
        self._words = words
        self._themes = _unit_rows(themes)
        self._stems = _unit_rows(stems)

    def __len__(self) -> int:
        return int(self._themes.shape[0])

    def near(self, some: slice) -> NDArray[np.float64]:
        """How near ``some`` of the texts are to all of them, a row each: from 0 to 1 + ``words``."""
        near: NDArray[np.float64] = (self._themes[some] @ self._themes.T).toarray()
        near += self._words * (self._stems[some] @ self._stems.T).toarray()
        return near.round(DECIMALS)


def _sum(weighted: Iterable[Mapping[str, float]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in weighted:
        for key, weight in one.items():
            total[key] += weight  # type: ignore[assignment]
    return total


def _unit_rows(weighted: Sequence[Mapping[str, float]]) -> sparse.csr_array:
    """Each mapping as a row of length 1, in which what few have counts more; an empty one is a row of nothing."""
    held = Counter(key for one in weighted for key in one)
    columns: dict[Hashable, int] = {key: number for number, key in enumerate(sorted(held))}
    rarity = {key: float(np.log(1 + len(weighted) / count)) for key, count in held.items()}
    data: list[float] = []
    places: list[int] = []
    starts = [0]
    for one in weighted:
        values = np.array([weight * rarity[key] for key, weight in one.items()])
        data.extend(values / (np.sqrt(values @ values) or 1))
        places.extend(columns[key] for key in one)
        starts.append(len(places))
    shape = (len(weighted), max(len(columns), 1))
    return sparse.csr_array((np.array(data), np.array(places, dtype=np.int64), np.array(starts)), shape=shape)
