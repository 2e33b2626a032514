"""Names that ship beside the communes: départements, and communes that have become part of another."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from matchmaker.base.text import fold


@cache
def departments() -> Mapping[str, str]:
    """The name of each département and overseas collectivité by its code (Insee, as in ``data/LICENCES.md``)."""
    return MappingProxyType({row["code"]: row["name"] for row in _rows("departements.csv")})


@cache
def department_codes() -> Mapping[str, str]:
    """The code of each département by its folded name."""
    return MappingProxyType({fold(name): code for code, name in departments().items()})


@cache
def former_communes() -> Mapping[str, frozenset[str]]:
    """The codes of today's communes by the folded name of those that have become part of them."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows("former_communes.csv"):
        found[fold(row["name"])].add(row["part_of"])
    return MappingProxyType({name: frozenset(codes) for name, codes in found.items()})


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("matchmaker.places") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
