"""Weeks to choose from, in a few words."""

from collections.abc import Mapping, Set

from matchmaker.digests.rules import Candidates, Fit, candidates


def week(
    scores: Mapping[str, Mapping[str, float]],
    *,
    groups: Mapping[str, str] | None = None,
    offered: Mapping[str, Set[str]] | None = None,
) -> Candidates[str, str]:
    """Who fits which need how well. Each need is of a group of its own unless told."""
    own = {need: f"group of {need}" for person in scores.values() for need in person}
    return candidates(
        [
            Fit(need_id=need, reader_id=citizen, score=total)
            for citizen, fits in scores.items()
            for need, total in fits.items()
        ],
        groups=own | dict(groups or {}),
        offered=[(citizen, group) for citizen, names in (offered or {}).items() for group in names],
    )
