"""Judged sets as files, and the figures that the engine reaches on them."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from matchmaker.cli.match_files import citizen_of, id_of, need_of, rankings
from matchmaker.cli.vocabulary_files import open_text
from matchmaker.matching.rules import Matcher
from matchmaker.matching.rules.evaluate import (
    accuracy_at_1,
    average_precision,
    f1,
    ndcg_at_10,
    recall_at_50,
    reciprocal_rank_at_10,
)
from matchmaker.vocabulary.rules import Resolver

SAME_FROM = 0.3
"""From this likeness on two phrases are called the same for F1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number: of which set, which figure, how many were judged, milliseconds for each of them."""

    subject: str
    name: str
    value: float
    judged: int
    milliseconds: float


def evaluate_folder(folder: Path, resolver: Resolver, matcher: Matcher) -> Iterator[Figure]:
    """The figures of every set in a folder, recognised by its name.

    `h1*.jsonl` (query, gold), `*_needs.jsonl` with `*_qrels.tsv` beside it and one `*citizens.jsonl`, and any CSV with the
    columns a, b and same.
    """
    for path in sorted(folder.glob("h1*.jsonl")):
        yield from resolving_figures(path, resolver)
    citizens = sorted(folder.glob("*citizens.jsonl"))
    for needs in sorted(folder.glob("*_needs.jsonl")):
        judgements = needs.with_name(needs.name.replace("_needs.jsonl", "_qrels.tsv"))
        if citizens and judgements.exists():
            yield from ranking_figures(citizens[0], needs, judgements, resolver, matcher)
    for path in sorted(folder.glob("*.csv")):
        yield from pair_figures(path, resolver)


def resolving_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """Accuracy of the first concept and the mean reciprocal rank of the first right one among ten."""
    rows = _objects(path)
    resolver.warm_up()
    started = perf_counter()
    ranked = [
        [
            found.concept_id
            for found in resolver.candidates(str(row["query"]), language=_language(row), top=10)
        ]
        for row in rows
    ]
    spent = _milliseconds(started, len(rows))
    gold = [set(_strings(row["gold"])) for row in rows]
    name = path.stem
    for label, measure in (("accuracy@1", accuracy_at_1), ("MRR@10", reciprocal_rank_at_10)):
        value = sum(measure(one, right) for one, right in zip(ranked, gold, strict=True)) / max(len(rows), 1)
        yield Figure(subject=name, name=label, value=value, judged=len(rows), milliseconds=spent)


def ranking_figures(
    citizens: Path, needs: Path, judgements: Path, resolver: Resolver, matcher: Matcher
) -> Iterator[Figure]:
    """nDCG of the first ten citizens of each need, and recall of the first fifty; time without resolving."""
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    with open_text(judgements) as stream:
        for line in stream:
            need_id, citizen_id, gain = line.split()
            gains[need_id][citizen_id] = float(gain)
    people = {id_of(row): citizen_of(row, resolver) for row in _objects(citizens)}
    asked = {id_of(row): need_of(row, resolver) for row in _objects(needs)}
    started = perf_counter()
    found = rankings(matcher, needs=asked, citizens=people, today=date.min, limit=50)
    spent = _milliseconds(started, len(asked))
    ranked = {need_id: [citizen_id for citizen_id, _ in best] for need_id, best in found.items()}
    ndcg = [ndcg_at_10(best, gains[need_id]) for need_id, best in ranked.items()]
    recall = [
        recall_at_50(best, [one for one, gain in gains[need_id].items() if gain > 0])
        for need_id, best in ranked.items()
    ]
    for label, values in (("nDCG@10", ndcg), ("recall@50", recall)):
        yield Figure(
            subject=needs.stem,
            name=label,
            value=sum(values) / max(len(values), 1),
            judged=len(values),
            milliseconds=spent,
        )


def pair_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """Average precision and F1 of telling the same from the different."""
    with open_text(path) as stream:
        reader = csv.DictReader(stream)
        if not {"a", "b", "same"} <= set(reader.fieldnames or ()):
            return
        rows = list(reader)
    started = perf_counter()
    scores = [resolver.alike(row["a"], row["b"]) for row in rows]
    spent = _milliseconds(started, len(rows))
    same = [row["same"] == "1" for row in rows]
    for label, value in (
        ("average precision", average_precision(scores, same)),
        (f"F1 from {SAME_FROM}", f1(scores, same, SAME_FROM)),
    ):
        yield Figure(subject=path.stem, name=label, value=value, judged=len(rows), milliseconds=spent)


def _objects(path: Path) -> list[Mapping[str, object]]:
    with open_text(path) as stream:
        return [json.loads(line) for line in stream if line.strip()]


def _language(row: Mapping[str, object]) -> str | None:
    language = row.get("lang")
    return language if isinstance(language, str) else None


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _milliseconds(started: float, count: int) -> float:
    return 1000 * (perf_counter() - started) / max(count, 1)
