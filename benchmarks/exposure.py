"""One week's choice of who is told of what: the assignment beside greedy choices with and without floors."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from matchmaker.digests.rules import Assignment, Fit, Limits, assign, assign_greedily, candidates

CASES = ((1_000, 2), (5_000, 2), (20_000, 2), (5_000, 5))
CANDIDATES = 20
PEOPLE_A_NEED = 20
HELD_TO = 60
AT_ONCE = 1_000


def exposure() -> None:
    """Print the figures of each case, which is how many people and how many needs a group.

    Each has a process of its own, so that it has its own peak of memory.
    """
    print(f"one week, {CANDIDATES} candidate needs a citizen (an assignment held to {HELD_TO} s):")
    for case in CASES:
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks", "exposure", *map(str, case)],
            capture_output=True,
            text=True,
            check=True,
        )
        for line in json.loads(ran.stdout):
            print("  " + "  ".join(f"{name} {value}" for name, value in line.items()), flush=True)


def week(people: int, needs_a_group: int) -> list[dict[str, float | str]]:
    """A week in which most people were offered to some groups before: a line of figures for each way to choose."""
    ranked = list(_rankings(people))
    groups = {f"n{number}": f"g{number // needs_a_group}" for number in range(people // PEOPLE_A_NEED)}
    rng = np.random.default_rng(2)
    offered = [
        (f"c{number}", f"g{group}")
        for number, before in enumerate(rng.integers(0, 5, size=people).tolist())
        for group in rng.integers(len(groups) // needs_a_group, size=before)
    ]
    before = _peak()
    started = perf_counter()
    given = candidates(ranked, groups=groups, offered=offered)
    read = perf_counter() - started
    few = int((np.bincount(given.need, minlength=len(groups)) < 10).sum())
    about: dict[str, float | str] = {
        "citizens": people,
        "needs": len(groups),
        "with_under_10_candidates": few,
    }
    limits = Limits()
    lines = [about | {"pairs": len(ranked), "read_s": round(read, 1), "peak_mb_before": before}]
    ways = (
        ("without floors", assign_greedily, replace(limits, floor=0)),
        ("greedy", assign_greedily, limits),
        ("assignment", assign, limits),
    )
    for name, way, kept in ways:
        started = perf_counter()
        found = way(given, limits=kept, seed=1)
        lines.append({"way": name, **_figures(found), "seconds": round(perf_counter() - started, 1)})
    return [*lines, {"peak_mb": _peak()}]


def _figures(found: Assignment[str, str]) -> dict[str, float | str]:
    floor = Limits().floor
    missing = [max(0, floor - need.people) for need in found.needs.values()]
    return {
        "sum_of_scores": round(found.total),
        "bands": found.bands,
        "needs_at_their_floor": missing.count(0),
        "people_missing": sum(missing),
        "optimal": str(found.optimal),
        "gap": f"{found.gap:.6f}",
    }


def _rankings(people: int) -> Iterator[Fit[str, str]]:
    """A few needs fit very many, most fit few, and some always fit worse than the others."""
    rng = np.random.default_rng(1)
    needs = people // PEOPLE_A_NEED
    popularity = -1.6 * np.log(np.arange(1, needs + 1))
    level = rng.beta(1.2, 4, size=needs)
    for start in range(0, people, AT_ONCE):
        drawn = popularity + rng.gumbel(size=(AT_ONCE, needs))
        best = np.argpartition(-drawn, CANDIDATES - 1, axis=1)[:, :CANDIDATES]
        scores = 20 + 80 * np.clip(level[best] + 0.15 * rng.normal(size=best.shape), 0, 1)
        for row, (found, totals) in enumerate(zip(best.tolist(), scores.round(2).tolist(), strict=True)):
            for need, total in zip(found, totals, strict=True):
                yield Fit(need_id=f"n{need}", reader_id=f"c{start + row}", score=total)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
