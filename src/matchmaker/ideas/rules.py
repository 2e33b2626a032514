"""Which ideas say nearly the same, often without a word in common: by what their words speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matchmaker.base.text import language_of, stem, telling_words
from matchmaker.vocabulary.rules import Vocabulary
from matchmaker.vocabulary.rules.meaning import meanings_of

LONGEST = 280
"""Signs of an idea."""

WORDS = 0.25
"""What common words count beside common themes: they carry names that no vocabulary knows."""

SENSE = 0.5
"""What the sense of whole sentences counts, where an encoder tells it."""

DECIMALS = 6
AT_ONCE = 500
"""Ideas that are compared with all others together, so that memory does not grow with the square."""

Vectors = NDArray[np.float32]


def nearest(
    texts: Sequence[str], vocabulary: Vocabulary, *, top: int, sense: Vectors | None = None
) -> list[tuple[int, ...]]:
    """For each text the places of at most ``top`` others that say most nearly the same, best first, ties by place.

    Themes and words are compared by the cosine of how far they stand out of all texts (tf-idf). A text that has nothing
    in common with another is not among its nearest. ``sense`` has a row of length 1 for each text.
    """
    spoken = [language_of(text) or "fr" for text in texts]
    read = meanings_of(vocabulary)
    themes = _unit_rows([read.theme(text, language) for text, language in zip(texts, spoken, strict=True)])
    words = _unit_rows(
        [
            Counter(stem(word, language) for word in telling_words(text))
            for text, language in zip(texts, spoken, strict=True)
        ]
    )
    return [best for block in _blocks(themes, words, sense) for best in _best(*block, top)]


def _blocks(
    themes: sparse.csr_array, words: sparse.csr_array, sense: Vectors | None
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """How near some texts are to all, with the place of the first of them."""
    for first in range(0, themes.shape[0], AT_ONCE):
        some = slice(first, first + AT_ONCE)
        near = (themes[some] @ themes.T).toarray() + WORDS * (words[some] @ words.T).toarray()
        if sense is not None:
            near += SENSE * np.maximum(sense[some] @ sense.T, 0)
        yield first, np.round(near, DECIMALS)


def _best(first: int, near: NDArray[np.float64], top: int) -> Iterator[tuple[int, ...]]:
    own = np.arange(len(near))
    near[own, first + own] = 0
    for row, order in zip(near, np.argsort(-near, axis=1, kind="stable")[:, :top], strict=True):
        yield tuple(int(place) for place in order if row[place] > 0)


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
