"""A match as a plain mapping that JSON can keep, and back."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.groups.rules import Importance
from matchmaker.matching.rules.values import (
    Change,
    ChangeKind,
    Cover,
    Match,
    Part,
    PartName,
    SkillReason,
)
from matchmaker.vocabulary.rules import Level


class ReasonMapping(TypedDict):
    """A SkillReason."""

    wanted: str
    importance: str | None
    own: str | None
    how: str | None
    strength: float
    points: float
    possible: float
    concept_id: str | None
    certainty: NotRequired[float]
    asked_level: NotRequired[str | None]
    own_level: NotRequired[str | None]


class PartMapping(TypedDict):
    """A Part."""

    name: str
    points: float
    known: bool
    value: float | None
    beyond: NotRequired[bool]


class ChangeMapping(TypedDict):
    """A Change."""

    kind: str
    wanted: str | None
    amount: float | None
    gain: float


class MatchMapping(TypedDict):
    """A Match."""

    need_id: int
    citizen_id: int
    total: float
    weights_version: str
    vocabulary_version: str
    reasons: list[ReasonMapping]
    parts: list[PartMapping]
    highlight_need: list[str]
    highlight_citizen: list[str]
    missing: list[str]
    best_change: ChangeMapping | None


def match_to_mapping(match: Match) -> MatchMapping:
    """The match with lists, strings, numbers and None only."""
    change = match.best_change
    return {
        "need_id": match.need_id,
        "citizen_id": match.citizen_id,
        "total": match.total,
        "weights_version": match.weights_version,
        "vocabulary_version": match.vocabulary_version,
        "reasons": [
            {
                "wanted": reason.wanted,
                "importance": None if reason.importance is None else str(reason.importance),
                "own": reason.own,
                "how": None if reason.how is None else str(reason.how),
                "strength": reason.strength,
                "points": reason.points,
                "possible": reason.possible,
                "concept_id": reason.concept_id,
                "certainty": reason.certainty,
                "asked_level": None if reason.asked_level is None else reason.asked_level.value,
                "own_level": None if reason.own_level is None else reason.own_level.value,
            }
            for reason in match.reasons
        ],
        "parts": [
            {
                "name": str(part.name),
                "points": part.points,
                "known": part.known,
                "value": part.value,
                "beyond": part.beyond,
            }
            for part in match.parts
        ],
        "highlight_need": list(match.highlight_need),
        "highlight_citizen": list(match.highlight_citizen),
        "missing": list(match.missing),
        "best_change": None
        if change is None
        else {
            "kind": str(change.kind),
            "wanted": change.wanted,
            "amount": change.amount,
            "gain": change.gain,
        },
    }


def match_from_mapping(mapping: MatchMapping) -> Match:
    """The match that `match_to_mapping` was given; KeyError or ValueError when the mapping is not one."""
    change = mapping["best_change"]
    return Match(
        # Release 0.1.0 kept these numbers as texts.
        need_id=NeedId(int(mapping["need_id"])),
        citizen_id=CitizenId(int(mapping["citizen_id"])),
        total=mapping["total"],
        weights_version=mapping["weights_version"],
        vocabulary_version=mapping["vocabulary_version"],
        reasons=tuple(
            SkillReason(
                wanted=reason["wanted"],
                importance=None if reason["importance"] is None else Importance(reason["importance"]),
                own=reason["own"],
                how=None if reason["how"] is None else Cover(reason["how"]),
                strength=reason["strength"],
                points=reason["points"],
                possible=reason["possible"],
                concept_id=reason["concept_id"],
                certainty=_certainty(reason),
                asked_level=_level(reason.get("asked_level")),
                own_level=_level(reason.get("own_level")),
            )
            for reason in mapping["reasons"]
        ),
        parts=tuple(
            Part(
                name=PartName(part["name"]),
                points=part["points"],
                known=part["known"],
                value=part["value"],
                beyond=part.get("beyond", False),
            )
            for part in mapping["parts"]
        ),
        highlight_need=tuple(mapping["highlight_need"]),
        highlight_citizen=tuple(mapping["highlight_citizen"]),
        missing=tuple(mapping["missing"]),
        best_change=None
        if change is None
        else Change(
            kind=ChangeKind(change["kind"]),
            wanted=change["wanted"],
            amount=change["amount"],
            gain=change["gain"],
        ),
    )


def _level(kept: str | None) -> Level | None:
    return None if kept is None else Level(kept)


def _certainty(reason: ReasonMapping) -> float:
    # Not kept up to the weights of 2026-12, when only the strength of one same skill told it.
    known = reason["strength"] if reason["how"] == Cover.SAME else 1.0
    return reason.get("certainty", known)
