"""Every number of the score in one versioned value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite
from types import MappingProxyType

AMOUNTS = frozenset({"must", "nice", "title", "title_doubt", "theme_doubt", "sharpness"})
"""The weights that may be above 1; all others are a share of something."""


class WeightsError(ValueError):
    """Numbers of which no score can be made; ``str()`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The numbers of a score. A kept match names the version; a new set of numbers is a new version.

    `must` and `nice` share the hundred points. The title is one more asked skill on top, of weight `title`, and
    `title_doubt` times more of it the less the asked skills are known, up to `most_title` of the points; it fills at
    most `title_fills` of what the skills leave open, so that doubt about these stays in the total. Who covers none of
    the musts has from the title at most `title_alone` of one of them, as far as these are known. A citizen's skills
    in the title's field add `theme` of their nearness to it, and `theme_doubt` times more in the same way.

    `broader` to `optional` are the strengths of a relation between concepts; two steps of the same kind, or with one to
    a related concept, have the product of theirs. Words alone count `words` times their likeness to the power
    `sharpness`, and nothing under `least`.

    A skill covers what is asked when their relation is at least `covered_from`, and as likely as that; all musts that
    are not covered take `missing_must` of the points away. Where both sides tell how well, each step below what is asked
    takes its part of `level` from the strength, all steps together `level`. `distance`, `challenge` and `time` are the
    largest shares of a score that each can take away, together no more than all of it.

    Raises WeightsError for a number that is not finite or negative, a share above 1, or a `sharpness` of 0.
    """

    version: str
    must: float = 4.0
    nice: float = 1.0
    title: float = 4.8
    title_doubt: float = 4.0
    most_title: float = 0.5
    theme: float = 0.1
    theme_doubt: float = 5.0
    broader: float = 0.35
    narrower: float = 0.6
    related: float = 0.3
    essential: float = 0.1
    optional: float = 0.05
    words: float = 0.5
    sharpness: float = 3.0
    least: float = 0.02
    covered_from: float = 0.5
    missing_must: float = 0.25
    level: float = 0.1
    title_alone: float = 1.0
    title_fills: float = 0.5
    distance: float = 0.25
    challenge: float = 0.1
    time: float = 0.15

    def __post_init__(self) -> None:
        for name in NAMES:
            number = getattr(self, name)
            if not isfinite(number) or number < 0:
                raise WeightsError(f"{name} is {number}, and not a number from 0 on")
            if name not in AMOUNTS and number > 1:
                raise WeightsError(f"{name} is {number}, and a share is at most 1")
        if self.sharpness == 0:
            raise WeightsError("sharpness is 0, and all words would be equally alike")
        if self.distance + self.challenge + self.time > 1:
            raise WeightsError("distance, challenge and time take more than all of a score away")


NAMES = tuple(field.name for field in fields(Weights) if field.name != "version")
"""The numbers of a set of weights."""

WEIGHTS = Weights(version="2027-01")

_2026_12 = Weights(
    version="2026-12",
    must=3.0,
    title=3.5,
    title_doubt=3.0,
    title_alone=1.0,
    title_fills=1.0,
    theme=0.25,
    theme_doubt=0.0,
    broader=0.2,
    narrower=0.3,
    related=0.25,
    sharpness=4.0,
    covered_from=0.3,
    missing_must=0.5,
    level=0.0,
)

NAMED_WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        one.version: one
        for one in (WEIGHTS, _2026_12, replace(_2026_12, version="2026-11", essential=0.4, optional=0.25))
    }
)
"""The numbers of every set that a stored match may name; up to 2026-12 they were added up otherwise."""


def weights_from_mapping(values: Mapping[str, object], *, base: Weights = WEIGHTS) -> Weights:
    """A set of weights from its `version` and only those numbers that differ from `base`.

    Raises WeightsError, also for a name that is none of ours and for the version of a named set.
    """
    version = values.get("version")
    if not isinstance(version, str) or not version.strip():
        raise WeightsError("no version is given")
    if version in NAMED_WEIGHTS:
        raise WeightsError(f"{version} is the version of a set that is in use")
    unknown = sorted(values.keys() - {"version", *NAMES})
    if unknown:
        raise WeightsError(f"no weight is called {', '.join(unknown)}")
    numbers = {name: getattr(base, name) for name in NAMES}
    for name in sorted(values.keys() - {"version"}):
        number = values[name]
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise WeightsError(f"{name} is {number!r}, and not a number")
        numbers[name] = float(number)
    return Weights(version=version, **numbers)
