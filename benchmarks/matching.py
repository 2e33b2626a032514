"""How fast phrases resolve, a new need ranks, and whole runs go beside the plain loop over pairs."""

from __future__ import annotations

import random
import resource
import statistics
from collections.abc import Callable
from datetime import date
from functools import cache
from time import perf_counter, process_time

from rapidfuzz import fuzz

from benchmarks.people import citizens, needs, resolved, typed_texts
from matchmaker.base.text import fold
from matchmaker.cli.vocabulary_files import read_packaged
from matchmaker.matching.rules import CitizenProfile, Matcher, MatchIndex, NeedProfile
from matchmaker.vocabulary.rules import Phrase, Resolver
from matchmaker.vocabulary.rules.label_table import table_of
from matchmaker.vocabulary.rules.meaning import meanings_of
from matchmaker.vocabulary.rules.nearness import Nearness, nearness_of

TODAY = date(2026, 11, 24)
DISTINCT = 20_000
TERRITORIES = 1_254
SAMPLE = 20_000


@cache
def ready() -> tuple[Matcher, list[Phrase]]:
    """The judge, and the distinct phrases of everybody, resolved once as when people save them."""
    vocabulary = read_packaged()
    return Matcher(vocabulary), resolved(Resolver(vocabulary), typed_texts(vocabulary, DISTINCT))


def typing() -> None:
    """Building the resolver, and one typed phrase that is no label."""
    vocabulary = read_packaged()
    started = perf_counter()
    resolver = Resolver(vocabulary)
    built = perf_counter() - started
    started = perf_counter()
    resolver.warm_up()
    warm = perf_counter() - started
    texts = typed_texts(vocabulary, DISTINCT)[-1000:]
    times = [_seconds(resolver.resolve, text) for text in texts]
    print(
        f"resolver of {len(vocabulary.labels)} labels: {built:.2f} s, first search {warm:.2f} s (held to 0.3 s)"
    )
    _tell("resolving a typed phrase", times, 10)
    whole = Nearness(table_of(vocabulary), meanings_of(vocabulary), labels_each=len(vocabulary.labels))
    asked = [(fold(text), "fr") for text in texts]
    every = process_seconds(lambda: [whole.near(*one) for one in asked])
    single = process_seconds(lambda: [nearness_of(vocabulary).near(*one) for one in asked])
    together = process_seconds(lambda: nearness_of(vocabulary).near_each(asked))
    print(
        f"near concepts, processor's time: {1000 * every / len(asked):.2f} ms with all labels of a concept; with three "
        f"{every / single:.1f} times as fast, {every / together:.1f} times all at once"
    )


def new_need(people: int) -> None:
    """One need that the index has never seen against many citizens; its phrases resolved when it was saved."""
    matcher, phrases = ready()
    started = perf_counter()
    index = MatchIndex(matcher, needs=(), citizens=citizens(phrases, people, 1))
    print(f"index of {people} citizens, {DISTINCT} distinct phrases: {perf_counter() - started:.1f} s")
    vocabulary = matcher.vocabulary
    fresh = resolved(Resolver(vocabulary), typed_texts(vocabulary, DISTINCT + 1500, seed=9)[-1500:])
    times = [
        _seconds(lambda need: index.rank_citizens(need, today=TODAY), need)
        for need in needs(fresh, 200, 1, seed=8)
    ]
    _tell(f"one new need against {people} citizens", times, 20)


def loop(people: int, asked: int) -> None:
    """A whole run in one territory, 20 best each way, beside token_sort_ratio of each pair of phrases in a loop."""
    matcher, phrases = ready()
    pool, wishes = list(citizens(phrases, people, 1)), list(needs(phrases, asked, 1))
    started = perf_counter()
    MatchIndex(matcher, needs=wishes, citizens=pool).run(today=TODAY, limit=20)
    spent = perf_counter() - started
    rng = random.Random(5)
    pairs = [(rng.choice(pool), rng.choice(wishes)) for _ in range(SAMPLE)]
    started = perf_counter()
    for citizen, need in pairs:
        plain_score(citizen, need)
    looped = (perf_counter() - started) / SAMPLE * people * asked
    print(
        f"{people} citizens x {asked} needs, 20 best each way: {spent:.1f} s with the index; the plain loop, timed on "
        f"{SAMPLE} pairs and scaled: {looped:.0f} s; {looped / spent:.0f} times as fast (held to 1000)"
    )


def plain_score(citizen: CitizenProfile, need: NeedProfile) -> float:
    """What a plain matcher does for one pair: for each asked skill the best token_sort_ratio of the citizen's."""
    own = [phrase.text for phrase in citizen.phrases]
    asked = [need.title.text, *(wanted.phrase.text for wanted in need.wanted)]
    return sum(max(fuzz.token_sort_ratio(text, mine) for mine in own) for text in asked) / len(asked)


def country(people: int) -> dict[str, float]:
    """A whole run over all territories in this process: seconds of its steps and the peak of memory in megabytes."""
    started = perf_counter()
    matcher, phrases = ready()
    known = perf_counter()
    pool = list(citizens(phrases, people, TERRITORIES))
    wishes = list(needs(phrases, people // 10, TERRITORIES))
    made = perf_counter()
    index = MatchIndex(matcher, needs=wishes, citizens=pool)
    built = perf_counter()
    run = index.run(today=TODAY, limit=20)
    done = perf_counter()
    return {
        "citizens": people,
        "needs": people // 10,
        "resolve_s": round(known - started, 1),
        "made_s": round(made - known, 1),
        "index_s": round(built - made, 1),
        "run_s": round(done - built, 1),
        "proposals": sum(len(best) for best in run.by_need.values()),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def process_seconds(call: Callable[[], object]) -> float:
    """The processor's seconds of a call, once it has been made before."""
    call()
    started = process_time()
    call()
    return process_time() - started


def _seconds(call: Callable[..., object], *given: object) -> float:
    started = perf_counter()
    call(*given)
    return perf_counter() - started


def _tell(what: str, times: list[float], held_to: int) -> None:
    ordered = sorted(times)
    print(
        f"{what}: {1000 * statistics.median(ordered):.1f} ms at the median, "
        f"{1000 * ordered[int(0.95 * len(ordered))]:.1f} ms at the 95th percentile (held to {held_to} ms)"
    )
