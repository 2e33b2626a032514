"""A score in words: reasons, parts, words to highlight, and what would raise it most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from matchmaker.citizens.rules import HOURS_A_WEEK, RADII_KM
from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.score_parts import (
    Circumstances,
    Met,
    ScoreParts,
    Shares,
    add_up,
    circumstances,
)
from matchmaker.matching.rules.values import (
    Change,
    ChangeKind,
    CitizenProfile,
    Cover,
    Likeness,
    NeedProfile,
    Part,
    PartName,
    SkillReason,
)
from matchmaker.matching.rules.weights import Weights
from matchmaker.matching.rules.wording import Wording, written_words
from matchmaker.vocabulary.rules import Phrase

Covered = tuple[Phrase, Likeness] | None


MOSTLY = 0.5
"""From this share of both phrases' weight on, the words that they share are what made them meet."""

LEAST_GAIN = 5.0
"""A change that gains fewer points is not worth the trouble."""


class TitleCover(NamedTuple):
    """How much of a title a citizen covers in all, and the phrase that covers or touches it most."""

    strength: float
    best: Covered


def reasons_of(
    need: NeedProfile, covers: Sequence[Covered], title: TitleCover, added: ScoreParts, share: Shares
) -> tuple[SkillReason, ...]:
    """One reason for each wanted skill in the need's order, then one for the title when it met something."""
    reasons = [
        _reason(wanted.phrase, wanted.importance, cover, points, possible)
        for wanted, cover, points, possible in zip(
            need.wanted, covers, added.wanted, share.wanted, strict=True
        )
    ]
    if title.best is not None or added.title or not need.wanted:
        reason = _reason(need.title, None, title.best, added.title, share.title)
        reasons.append(replace(reason, strength=round(title.strength, 4)))
    return tuple(reasons)


def _reason(
    wanted: Phrase, importance: Importance | None, cover: Covered, points: int, possible: int
) -> SkillReason:
    own, likeness = cover if cover is not None else (None, None)
    return SkillReason(
        wanted=wanted.text,
        importance=importance,
        own=own.text if own else None,
        how=likeness.how if likeness else None,
        strength=round(min(1.0, likeness.strength), 4) if likeness else 0.0,
        points=points / 100,
        possible=possible / 100,
        concept_id=likeness.concept_id if likeness else None,
        certainty=round(likeness.certainty, 4) if likeness else 1.0,
        asked_level=wanted.told_level,
        own_level=own.told_level if own else None,
    )


def parts_of(added: ScoreParts, around: Circumstances, citizen: CitizenProfile) -> tuple[Part, ...]:
    """The summands of the total, in the order in which they are told."""
    return (
        Part(name=PartName.SKILLS, points=added.skills / 100, known=True, value=None),
        Part(name=PartName.MISSING_MUST, points=added.missing_must / 100, known=True, value=None),
        Part(
            name=PartName.DISTANCE,
            points=added.distance / 100,
            known=around.distance is not None,
            value=None if around.km is None else round(around.km, 1),
            beyond=around.distance is not None and around.distance < 0,
        ),
        Part(
            name=PartName.CHALLENGE,
            points=added.challenge / 100,
            known=around.challenge is not None,
            value=None,
        ),
        Part(name=PartName.TIME, points=added.time / 100, known=around.time is not None, value=citizen.hours),
    )


def highlights(
    need: NeedProfile, covers: Sequence[Covered], title: Covered, wording: Wording
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words as written that met, on the need's side and on the citizen's.

    Those that both sides wrote are enough; only where they said one thing in other words are all of these marked.
    """
    mine: dict[str, None] = {}
    theirs: dict[str, None] = {}
    for wanted, cover in zip((w.phrase for w in need.wanted), covers, strict=True):
        if cover is None:
            continue
        own, likeness = cover
        shared, given = wording.shared_words(wanted, own), wording.shared_words(own, wanted)
        # Two phrases of one meaning that share "tenir" have not met by it.
        if likeness.how is not Cover.WORDS and not (
            shared and given and wording.likeness(wanted, own) >= MOSTLY
        ):
            shared, given = written_words(wanted), written_words(own)
        mine.update(dict.fromkeys(shared))
        theirs.update(dict.fromkeys(given))
    if title is not None:
        # A title is a sentence: only the words that it shares with a skill have made the match.
        mine.update(dict.fromkeys(wording.shared_words(need.title, title[0])))
    return tuple(mine), tuple(theirs)


def best_change(
    need: NeedProfile,
    citizen: CitizenProfile,
    share: Shares,
    met: Sequence[Met],
    title: float,
    total: int,
    weights: Weights,
) -> Change | None:
    """The one change that raises the score most, if it is worth telling: a skill that is missing, or the next answer
    that the forms offer for distance, or for time.
    """

    def gain(skills: Sequence[Met], person: CitizenProfile) -> float:
        return (add_up(share, skills, title, circumstances(need, person), weights).total - total) / 100

    changes = [
        Change(
            kind=ChangeKind.ADD_SKILL,
            wanted=wanted.phrase.text,
            amount=None,
            gain=gain([*met[:at], Met(1.0, covered=True), *met[at + 1 :]], citizen),
        )
        for at, wanted in enumerate(need.wanted)
        if not met[at].covered
    ]
    wider = next((km for km in RADII_KM if citizen.radius_km and km > citizen.radius_km), None)
    if wider is not None:
        farther = gain(met, replace(citizen, radius_km=float(wider)))
        changes.append(Change(kind=ChangeKind.WIDEN_RADIUS, wanted=None, amount=float(wider), gain=farther))
    if need.hours is not None and citizen.hours is not None and citizen.hours < need.hours:
        hours = hours_that_reach(need.hours)
        longer = gain(met, replace(citizen, hours=hours))
        changes.append(Change(kind=ChangeKind.MORE_HOURS, wanted=None, amount=hours, gain=longer))
    useful = [change for change in changes if change.gain >= LEAST_GAIN]
    return max(useful, key=lambda change: change.gain, default=None)


def hours_that_reach(asked: float) -> float:
    """The least answer to "how many hours a week" that is as much as a need asks, else the most that can be answered."""
    return float(next((hours for hours in HOURS_A_WEEK if hours >= asked), HOURS_A_WEEK[-1]))
