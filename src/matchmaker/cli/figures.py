"""One measured number, and the rows that it is measured on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from matchmaker.cli.vocabulary_files import open_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number: of which set, which figure, how many were judged, milliseconds for each of them."""

    subject: str
    name: str
    value: float
    judged: int
    milliseconds: float

    def __str__(self) -> str:
        """One line for people; a count is a whole number, a share has three digits."""
        value = f"{self.value}" if isinstance(self.value, int) else f"{self.value:.3f}"
        return f"{self.subject:24} {self.name:26} {value}   {self.judged} judged, {self.milliseconds:.1f} ms each"


def objects(path: Path) -> list[Mapping[str, object]]:
    """The rows of a file of JSON lines."""
    with open_text(path) as stream:
        return [json.loads(line) for line in stream if line.strip()]


def language(row: Mapping[str, object]) -> str | None:
    """The `lang` of a row, when it has one."""
    found = row.get("lang")
    return found if isinstance(found, str) else None


def strings(value: object) -> list[str]:
    """A list of a row as texts; none for anything else."""
    return [str(item) for item in value] if isinstance(value, list) else []


def milliseconds(started: float, count: int) -> float:
    """Milliseconds since a moment of `perf_counter`, for each of a number of things."""
    return 1000 * (perf_counter() - started) / max(count, 1)
