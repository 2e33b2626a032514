"""Which ideas say nearly the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.vocabulary.rules import Topics, Vocabulary

LONGEST = 280
"""Signs of an idea."""

WORDS = 0.25
"""What common words count beside common themes."""

SENSE = 0.5
"""What the sense of whole sentences counts, where an encoder tells it."""

AT_ONCE = 500
"""Ideas that are compared with all others together, so that memory does not grow with the square."""

Vectors = NDArray[np.float32]


def nearest(
    texts: Sequence[str], vocabulary: Vocabulary, *, top: int, sense: Vectors | None = None
) -> list[tuple[int, ...]]:
    """For each text the places of at most ``top`` others that say most nearly the same, best first, ties by place.

    A text that has nothing in common with another is not among its nearest. ``sense`` has a row of length 1 for each text.
    """
    topics = Topics([(text,) for text in texts], vocabulary, words=WORDS)
    found: list[tuple[int, ...]] = []
    for first in range(0, len(texts), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        near = topics.near(some)
        if sense is not None:
            near += SENSE * np.round(np.maximum(sense[some] @ sense.T, 0), 4)
        found += _best(first, near, top)
    return found


def _best(first: int, near: NDArray[np.float64], top: int) -> Iterator[tuple[int, ...]]:
    own = np.arange(len(near))
    near[own, first + own] = 0
    for row, order in zip(near, np.argsort(-near, axis=1, kind="stable")[:, :top], strict=True):
        yield tuple(int(place) for place in order if row[place] > 0)
