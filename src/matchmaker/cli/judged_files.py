"""Judged sets as `matchmaker match evaluate` reads them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from matchmaker.catalogue.rules import VerdictKind
from matchmaker.matching.queries import JudgedPhrase

UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def write_pairs(path: Path, pairs: Iterable[tuple[str, str, VerdictKind]]) -> None:
    """Write pairs of phrases as CSV a,b,same."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("a", "b", "same"))
        for one, other, kind in pairs:
            writer.writerow((safe_cell(one), safe_cell(other), int(kind is VerdictKind.SAME)))


def write_phrases(path: Path, phrases: Iterable[JudgedPhrase]) -> None:
    """Write phrases with their concepts as JSON lines query, lang, gold."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for one in phrases:
            row = {"query": one.text, "lang": one.language, "gold": one.concept_ids}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; the sign before it means nothing to whatever folds phrases."""
    return f"'{text}" if text.startswith(UNSAFE) else text
