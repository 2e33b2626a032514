"""Ragged arrays: rows of different lengths, laid end to end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def positions(starts: Ints, ends: Ints) -> Ints:
    """The positions starts[0] to ends[0] - 1, then those of the next row, and so on."""
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths))
