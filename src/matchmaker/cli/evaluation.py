"""Judged sets as files, and the figures that the engine reaches on them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from time import perf_counter

from matchmaker.base.text import fold
from matchmaker.cli.figures import Figure, language, milliseconds, objects, strings
from matchmaker.cli.match_files import citizen_of, id_of, need_of, offer_of, offer_rankings, rankings, wish_of
from matchmaker.cli.vocabulary_files import open_text
from matchmaker.cli.word_figures import is_words_set, label_figures, typed_figures, words_figures
from matchmaker.matching.rules import Matcher
from matchmaker.matching.rules.evaluate import (
    accuracy_at_1,
    average_precision,
    f1,
    ndcg_at_10,
    recall_at_50,
    reciprocal_rank_at_10,
)
from matchmaker.vocabulary.rules import FILE_LIMITS, Resolver, Vocabulary
from matchmaker.vocabulary.rules.resolution import Reader

SAME_FROM = 0.3
"""From this likeness on two phrases are called the same for F1."""


@dataclass(frozen=True)
class Engine:
    """What reads and what judges, over one vocabulary; each is made when it is first asked for.

    ``reader_of`` makes what reads a vocabulary in another way beside.
    """

    vocabulary: Vocabulary
    reader_of: Callable[[Vocabulary], Reader] | None = None

    @cached_property
    def resolver(self) -> Resolver:
        """What finds the concepts of a phrase."""
        reader = self.reader_of(self.vocabulary) if self.reader_of else None
        return Resolver(self.vocabulary, limits=FILE_LIMITS, reader=reader)

    @cached_property
    def matcher(self) -> Matcher:
        """What ranks citizens."""
        return Matcher(self.vocabulary)


def evaluate_folder(folder: Path, engine: Engine, everyday: Engine) -> Iterator[Figure]:
    """The figures of every set in a folder.

    Words sets are recognised by their rows (query, kind, gold); `everyday` answers them, and the ranking set that has
    the name of one, lists of labels (`*.txt`) and `*_needs.jsonl` with `*_qrels.tsv` and `*_offers.jsonl`. All others are
    for `engine` and recognised by their names: `h1*.jsonl` (query, gold), `*_needs.jsonl` with `*_qrels.tsv` and
    `*citizens.jsonl`, and any CSV with the columns a, b and same.
    """
    for path in sorted(folder.glob("h1*.jsonl")):
        yield from resolving_figures(path, engine.resolver)
    words = [path for path in sorted(folder.glob("*.jsonl")) if path.name[:2] != "h1" and is_words_set(path)]
    for path in words:
        yield from words_figures(path, everyday.resolver)
        yield from typed_figures(path, everyday.resolver)
    for path in sorted(folder.glob("*.txt")):
        yield from label_figures(path, everyday.resolver)
    for needs in sorted(folder.glob("*_needs.jsonl")):
        name = needs.name.removesuffix("_needs.jsonl")
        judgements, citizens = needs.with_name(f"{name}_qrels.tsv"), _citizens_of(needs)
        offers = needs.with_name(f"{name}_offers.jsonl")
        if offers.exists() and judgements.exists():
            yield from offer_figures(offers, needs, judgements, everyday.vocabulary)
            continue
        if citizens and judgements.exists():
            judge = everyday if name in {path.stem for path in words} else engine
            yield from ranking_figures(citizens, needs, judgements, judge)
    for path in sorted(folder.glob("*.csv")):
        yield from pair_figures(path, engine)


def _citizens_of(needs: Path) -> Path | None:
    """The citizens of a ranking set: of those beside it whose name begins alike, the one that does so for longest."""

    def alike(path: Path) -> int:
        return sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path.name, needs.name, strict=False))
        )

    return max(filter(alike, sorted(needs.parent.glob("*citizens.jsonl"))), key=alike, default=None)


def resolving_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """Accuracy of the first concept and the mean reciprocal rank of the first right one among ten."""
    rows = objects(path)
    resolver.warm_up()
    started = perf_counter()
    ranked = [
        [found.concept_id for found in resolver.candidates(str(row["query"]), language=language(row), top=10)]
        for row in rows
    ]
    spent = milliseconds(started, len(rows))
    gold = [set(strings(row["gold"])) for row in rows]
    name = path.stem
    for label, measure in (("accuracy@1", accuracy_at_1), ("MRR@10", reciprocal_rank_at_10)):
        value = sum(measure(one, right) for one, right in zip(ranked, gold, strict=True)) / max(len(rows), 1)
        yield Figure(subject=name, name=label, value=value, judged=len(rows), milliseconds=spent)


def ranking_figures(citizens: Path, needs: Path, judgements: Path, engine: Engine) -> Iterator[Figure]:
    """nDCG of the first ten citizens of each need, and recall of the first fifty; time without resolving.

    A need for which nobody is right tells nothing of an order, and is not counted.
    """
    gains = _gains(judgements)
    people = {id_of(row): citizen_of(row, engine.resolver) for row in objects(citizens)}
    asked = {id_of(row): need_of(row, engine.resolver) for row in objects(needs)}
    started = perf_counter()
    found = rankings(engine.matcher, needs=asked, citizens=people, today=date.min, limit=50)
    spent = milliseconds(started, len(asked))
    yield from _ranking_figures(needs.stem, found, gains, spent)


def offer_figures(offers: Path, needs: Path, judgements: Path, vocabulary: Vocabulary) -> Iterator[Figure]:
    """The same of what partners offer for needs, each with its kind."""
    lent = {id_of(row): offer_of(row) for row in objects(offers)}
    asked = {id_of(row): wish_of(row) for row in objects(needs)}
    started = perf_counter()
    found = offer_rankings(vocabulary, needs=asked, offers=lent, limit=50)
    yield from _ranking_figures(needs.stem, found, _gains(judgements), milliseconds(started, len(asked)))


def _gains(judgements: Path) -> dict[str, dict[str, float]]:
    gains: dict[str, dict[str, float]] = defaultdict(dict)
    with open_text(judgements) as stream:
        for line in stream:
            need_id, found_id, gain = line.split()
            gains[need_id][found_id] = float(gain)
    return gains


def _ranking_figures(
    subject: str,
    found: Mapping[str, Sequence[tuple[str, float]]],
    gains: Mapping[str, Mapping[str, float]],
    spent: float,
) -> Iterator[Figure]:
    ranked = {
        need_id: [found_id for found_id, _ in best]
        for need_id, best in found.items()
        if any(gains.get(need_id, {}).values())
    }
    ndcg = [ndcg_at_10(best, gains[need_id]) for need_id, best in ranked.items()]
    recall = [
        recall_at_50(best, [one for one, gain in gains[need_id].items() if gain > 0])
        for need_id, best in ranked.items()
    ]
    for label, values in (("nDCG@10", ndcg), ("recall@50", recall)):
        yield Figure(
            subject=subject,
            name=label,
            value=sum(values) / max(len(values), 1),
            judged=len(values),
            milliseconds=spent,
        )


def pair_figures(path: Path, engine: Engine) -> Iterator[Figure]:
    """Average precision and F1 of telling the same from the different.

    For `h3*.csv` the average precision as well when no text of its pairs is a label: each is taken out of the vocabulary.
    """
    with open_text(path) as stream:
        reader = csv.DictReader(stream)
        if not {"a", "b", "same"} <= set(reader.fieldnames or ()):
            return
        rows = [(row["a"], row["b"], row["same"] == "1") for row in reader]
    same = [truth for _, _, truth in rows]
    scores, spent = _likeness(rows, engine.resolver)
    measured = [
        ("average precision", average_precision(scores, same), spent),
        (f"F1 from {SAME_FROM}", f1(scores, same, SAME_FROM), spent),
    ]
    if path.name.startswith("h3"):
        unseen = _without(engine.vocabulary, (text for one, other, _ in rows for text in (one, other)))
        scores, spent = _likeness(rows, replace(engine, vocabulary=unseen).resolver)
        measured.append(("AP, labels unseen", average_precision(scores, same), spent))
    for label, value, spent in measured:
        yield Figure(subject=path.stem, name=label, value=value, judged=len(rows), milliseconds=spent)


def _likeness(rows: Sequence[tuple[str, str, bool]], resolver: Resolver) -> tuple[list[float], float]:
    """How alike the texts of each pair are, and the milliseconds that it took."""
    started = perf_counter()
    scores = [resolver.alike(one, other) for one, other, _ in rows]
    return scores, milliseconds(started, len(rows))


def _without(vocabulary: Vocabulary, texts: Iterable[str]) -> Vocabulary:
    taken = set(map(fold, texts))
    return replace(
        vocabulary, labels=tuple(label for label in vocabulary.labels if fold(label.text) not in taken)
    )
