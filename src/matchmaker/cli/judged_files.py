"""Judged sets as `matchmaker match evaluate` reads them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.introductions.rules import State
from matchmaker.matching.queries import JudgedPhrase
from matchmaker.vocabulary.rules import VerdictKind

if TYPE_CHECKING:
    from matchmaker.citizens.models import CitizenSkill
    from matchmaker.groups.models import WantedSkill
    from matchmaker.introductions.models import Introduction

UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

FEWEST_JUDGED = 20
"""With fewer endings than this, whoever knows the territory could tell who is meant."""

GAIN_OF_HELP = 2


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
        for phrase in phrases:
            row = {"query": phrase.text, "lang": phrase.language, "gold": phrase.concept_ids}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_ranking(folder: Path, slug: str, judged: Sequence[Introduction]) -> int:
    """Write what came of introductions as a ranking set, if there are enough to name nobody by it; how many there were.

    Needs and citizens have running numbers in place of their own; a phrase or title that holds an address is left out.
    Help gained 2, no help and "not my skill" nothing.
    """
    needs: dict[NeedId, int] = {}
    people: dict[CitizenId | int, int] = {}
    judgements = []
    for introduction in judged:
        need = needs.setdefault(introduction.need_id, len(needs) + 1)
        citizen = people.setdefault(introduction.citizen_id or 0, len(people) + 1)
        gain = GAIN_OF_HELP if introduction.state is State.HELPED else 0
        judgements.append(f"n{need}\tc{citizen}\t{gain}\n")
    if len(judged) < FEWEST_JUDGED:
        return 0
    by_need = {introduction.need_id: introduction.need for introduction in judged}
    by_citizen = {introduction.citizen_id or 0: introduction.citizen for introduction in judged}
    _write_rows(
        folder / f"{slug}_needs.jsonl",
        (
            {
                "id": f"n{number}",
                "title": _without_address(by_need[need_id].title) or "–",
                "lang": by_need[need_id].group.locale,
                "skills": _phrases(by_need[need_id].wanted),
            }
            for need_id, number in needs.items()
        ),
    )
    _write_rows(
        folder / f"{slug}_citizens.jsonl",
        (
            {"id": f"c{number}", "lang": person.locale, "skills": _phrases(person.skills)}
            for citizen_id, number in people.items()
            if (person := by_citizen[citizen_id]) is not None
        ),
    )
    (folder / f"{slug}_qrels.tsv").write_text("".join(judgements), encoding="utf-8", newline="\n")
    return len(judgements)


def _write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _phrases(skills: Iterable[WantedSkill | CitizenSkill]) -> list[str]:
    return [phrase for skill in skills if (phrase := _without_address(skill.phrase))]


def _without_address(text: str) -> str:
    return "" if "@" in text else text


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula; the sign before it means nothing to whatever folds phrases."""
    return f"'{text}" if text.startswith(UNSAFE) else text
