"""What the engine makes of words as people say them: judged phrases by kind, and lists of different labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from time import perf_counter

from matchmaker.base.text import fold
from matchmaker.cli.figures import Figure, language, milliseconds, objects, strings
from matchmaker.cli.vocabulary_files import open_text
from matchmaker.vocabulary.rules import Resolver
from matchmaker.vocabulary.rules.frames import unframed
from matchmaker.vocabulary.rules.resolution import CONFIDENT
from matchmaker.vocabulary.rules.resolve import SURE

TYPED = (3, 4, 5)
"""Letters after which it is judged what is offered to somebody who types."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The kind of a phrase, whether its first answer is right, and how sure it was; None for no answer."""

    kind: str
    right: bool
    score: float | None


def is_words_set(path: Path) -> bool:
    """Whether a file of JSON lines has phrases with a kind and a gold, as words sets do."""
    return {"query", "kind", "gold"} <= set(next(iter(objects(path)), ()))


def words_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """The share of phrases answered rightly, and of wrong ones among the sure answers: of all, then of each kind.

    `gold` names the concepts of which any is right; with none of them no answer is right. A score under CONFIDENT is
    no answer, one from SURE on is a sure one.
    """
    rows = objects(path)
    resolver.warm_up()
    started = perf_counter()
    judged = [_judge(row, resolver) for row in rows]
    spent = milliseconds(started, len(rows))
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_kind[one.kind].append(one)
    for which, some in (("", judged), *((f", {kind}", by_kind[kind]) for kind in sorted(by_kind))):
        yield from _shares(path.stem, which, some, spent)


def _judge(row: Mapping[str, object], resolver: Resolver) -> Judged:
    found = resolver.candidates(str(row["query"]), language=language(row), top=1)
    answer = found[0] if found and found[0].score >= CONFIDENT else None
    gold: Collection[str] = strings(row["gold"])
    right = answer.concept_id in gold if answer else not gold
    return Judged(str(row["kind"]), right, answer.score if answer else None)


def _shares(subject: str, which: str, judged: Sequence[Judged], spent: float) -> Iterator[Figure]:
    sure = [one for one in judged if one.score is not None and one.score >= SURE]
    for name, value, count in (
        (f"right{which}", sum(one.right for one in judged), len(judged)),
        (f"wrong from {SURE}{which}", sum(not one.right for one in sure), len(sure)),
    ):
        if count:
            yield Figure(subject=subject, name=name, value=value / count, judged=count, milliseconds=spent)


def typed_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """How soon a right skill is offered to somebody who types: the share at first place, and among the first three.

    After each number of letters in TYPED, of the phrases that some answer is right for. What stands around the skill in
    a phrase is not typed.
    """
    skills = [
        (fold(unframed(str(row["query"]))), strings(row["gold"])) for row in objects(path) if row["gold"]
    ]
    resolver.warm_up()
    for letters in TYPED:
        typed = [(skill[:letters], gold) for skill, gold in skills if len(skill) >= letters]
        started = perf_counter()
        offered = [resolver.suggest(text, language="fr", limit=3) for text, _ in typed]
        spent = milliseconds(started, len(typed))
        for name, places in (("first", 1), ("first three", 3)):
            met = sum(
                any(one.concept_id in gold for one in some[:places])
                for some, (_, gold) in zip(offered, typed, strict=True)
            )
            if typed:
                yield Figure(
                    subject=path.stem,
                    name=f"{name} after {letters} letters",
                    value=met / len(typed),
                    judged=len(typed),
                    milliseconds=spent,
                )


def label_figures(path: Path, resolver: Resolver) -> Iterator[Figure]:
    """How many pairs of a list of different labels, one a line, surely resolve to one concept."""
    with open_text(path) as stream:
        labels = list(dict.fromkeys(line.strip() for line in stream if line.strip()))
    started = perf_counter()
    met = Counter(
        found[0].concept_id
        for label in labels
        if (found := resolver.candidates(label, top=1)) and found[0].score >= SURE
    )
    yield Figure(
        subject=path.stem,
        name=f"pairs in one from {SURE}",
        value=sum(comb(count, 2) for count in met.values()),
        judged=comb(len(labels), 2),
        milliseconds=milliseconds(started, len(labels)),
    )
