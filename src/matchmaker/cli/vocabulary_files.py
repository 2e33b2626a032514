"""Vocabulary files as values, for commands that work on files alone."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

from matchmaker.vocabulary.rules import (
    Twins,
    Vocabulary,
    relations_from_rows,
    twins_from_rows,
    vocabulary_from_flat_rows,
    vocabulary_from_rows,
)

FALSE_FRIENDS, OTHER_LANGUAGES, TWINS = "false_friends.csv", "other_languages.csv", "twins.csv"
NOT_FAMILIES = frozenset({"families.csv", FALSE_FRIENDS, OTHER_LANGUAGES, TWINS})


def read_packaged() -> Vocabulary:
    """The vocabulary that ships."""
    return read_folder(resources.files("matchmaker.vocabulary") / "data")


def read_folder(folder: Traversable) -> Vocabulary:
    """A folder in our own format: a CSV file for each family, and false friends and other languages if it has them."""
    families = {
        entry.name.removesuffix(".csv"): _rows(entry)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".csv") and entry.name not in NOT_FAMILIES
    }
    return vocabulary_from_rows(
        families, _rows_if_there(folder / FALSE_FRIENDS), _rows_if_there(folder / OTHER_LANGUAGES)
    )


def read_twins(folder: Traversable) -> Twins:
    """The labels of a folder in our own format that are allowed two meanings; none without a file of them."""
    return twins_from_rows(_rows_if_there(folder / TWINS))


def read_vocabulary(path: Path, *, occupation_skills: Path | None = None) -> Vocabulary:
    """A vocabulary from a folder in our own format, or from a flat file `concept,type,lang,kind,label`.

    The hierarchy `skill_broader.csv` is read too where it lies beside a flat file; the table of skills by
    occupation only where it is named. Any file may be packed (.csv.gz).
    """
    if path.is_dir():
        return read_folder(path)
    with open_text(path) as stream:
        vocabulary = vocabulary_from_flat_rows(csv.DictReader(stream))
    broader = next(
        (
            beside
            for ending in (".csv", ".csv.gz")
            if (beside := path.with_name(f"skill_broader{ending}")).exists()
        ),
        None,
    )
    relations = relations_from_rows(
        _file_rows(broader) if broader else [], _file_rows(occupation_skills) if occupation_skills else []
    )
    return replace(vocabulary, relations=relations)


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """A text file in UTF-8, unpacked when its name ends in .gz; a byte order mark is skipped."""
    if path.suffix == ".gz":
        with gzip.open(path) as packed, TextIOWrapper(packed, encoding="utf-8-sig", newline="") as stream:
            yield stream
    else:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield stream


def _file_rows(path: Path) -> list[dict[str, str]]:
    with open_text(path) as stream:
        return list(csv.DictReader(stream))


def _rows_if_there(entry: Traversable) -> list[dict[str, str]]:
    return _rows(entry) if entry.is_file() else []


def _rows(entry: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(entry.read_text(encoding="utf-8-sig"), newline="")))
