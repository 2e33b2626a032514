"""Figures of quality from ranked lists and judgements: the usual definitions, ties as the lists have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log2


def accuracy_at_1(ranked: Sequence[str], gold: Collection[str]) -> float:
    """1 when the first answer is right, else 0."""
    return float(bool(ranked) and ranked[0] in gold)


def reciprocal_rank_at_10(ranked: Sequence[str], gold: Collection[str]) -> float:
    """1 over the place of the first right answer among ten, 0 when there is none."""
    return next((1 / place for place, one in enumerate(ranked[:10], start=1) if one in gold), 0.0)


def ndcg_at_10(ranked: Sequence[str], gains: Mapping[str, float]) -> float:
    """Discounted gain of the first ten over the best possible (Järvelin & Kekäläinen 2002, linear gain)."""
    ideal = _discounted(sorted(gains.values(), reverse=True)[:10])
    return _discounted([gains.get(one, 0.0) for one in ranked[:10]]) / ideal if ideal else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))


def recall_at_50(ranked: Sequence[str], gold: Collection[str]) -> float:
    """The share of the right answers found among the first fifty, of as many as can be there."""
    possible = min(50, len(gold))
    return len(set(ranked[:50]) & set(gold)) / possible if possible else 0.0


def f1(scores: Sequence[float], same: Sequence[bool], threshold: float) -> float:
    """The harmonic mean of precision and recall when scores from the threshold on say "same"."""
    met = sum(truth for score, truth in zip(scores, same, strict=True) if score >= threshold)
    said = sum(score >= threshold for score in scores)
    return 2 * met / (said + sum(same)) if said + sum(same) else 0.0


def average_precision(scores: Sequence[float], same: Sequence[bool]) -> float:
    """The mean of the precision at each true pair, highest scores first; equal scores share one threshold.

    The step-wise area under the precision-recall curve: over thresholds, recall gained times precision.
    """
    pairs = sorted(zip(scores, same, strict=True), key=lambda pair: -pair[0])
    true = sum(same)
    area, met, seen, at = 0.0, 0, 0, 0
    while at < len(pairs) and true:
        end = at
        while end < len(pairs) and pairs[end][0] == pairs[at][0]:
            end += 1
        gained = sum(truth for _, truth in pairs[at:end])
        seen += end - at
        met += gained
        area += gained / true * met / seen
        at = end
    return area
