"""Every number of the score in one versioned value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The numbers of a score. A kept match names the version; a new set of numbers is a new version.

    `must` and `nice` share the hundred points. The title is one more asked skill on top, of weight `title`, and
    `title_doubt` times more of it the less the asked skills are known, up to `most_title` of the points. A
    citizen's skills in the title's field add `theme` of their nearness to it.

    `broader` to `optional` are the strengths of a relation between concepts. Words alone count `words` times
    their likeness to the power `sharpness`, and nothing under `least`.

    `covered_from` is the strength from which a skill counts as covered; musts that are not covered take the
    highest possible score down to `1 - missing_must` when all are missing. `distance`, `challenge` and `time`
    are the largest shares of a score that each can take away.
    """

    version: str
    must: float = 3.0
    nice: float = 1.0
    title: float = 3.5
    title_doubt: float = 3.0
    most_title: float = 0.5
    theme: float = 0.25
    broader: float = 0.2
    narrower: float = 0.3
    related: float = 0.25
    sibling: float = 0.0
    essential: float = 0.4
    optional: float = 0.25
    words: float = 0.5
    sharpness: float = 4.0
    least: float = 0.02
    covered_from: float = 0.3
    missing_must: float = 0.5
    distance: float = 0.25
    challenge: float = 0.1
    time: float = 0.15


WEIGHTS = Weights(version="2026-11")

NAMED_WEIGHTS: Mapping[str, Weights] = MappingProxyType({WEIGHTS.version: WEIGHTS})
"""Every set of weights that a stored match may name."""
