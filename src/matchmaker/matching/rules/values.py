"""What matching reads and what it answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matchmaker.base.ids import ChallengeId, CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.base.text import fold
from matchmaker.groups.rules import LEVELS_ASKED, Importance
from matchmaker.vocabulary.rules import Level, Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One skill that a need asks for."""

    phrase: Phrase
    importance: Importance = Importance.MUST


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """How much longer ways are than a straight line: in all of a territory, and to some places from one of it."""

    factor: float = 1.0
    to: tuple[tuple[Place, float], ...] = ()

    def factor_to(self, place: Place) -> float:
        """How many kilometres people travel to a place for each of the straight line."""
        return dict(self.to).get(place, self.factor)


STRAIGHT = Travel()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProfile:
    """What a group asks for. None is an unanswered question and weighs nothing; `hours` are asked a week.

    `territory_id` None belongs to no territory and is open to all; a helper speaks one of the `languages`.
    """

    id: NeedId
    territory_id: TerritoryId | None
    title: Phrase
    wanted: tuple[Wanted, ...]
    group_id: GroupId | None = None
    place: Place | None = None
    remote: bool | None = None
    hours: float | None = None
    challenge_id: ChallengeId | None = None
    until: date | None = None
    places_left: int | None = None
    travel: Travel = STRAIGHT
    open: bool = True
    languages: frozenset[str] | None = None
    refused_citizen_ids: frozenset[CitizenId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenProfile:
    """What a person offers. None is an unanswered question and weighs nothing; `hours` are free a week.

    `group_ids` are the person's own groups, whose needs are not proposed to them; the groups from which they hide do
    not see them either.
    """

    id: CitizenId
    territory_id: TerritoryId | None
    phrases: tuple[Phrase, ...]
    place: Place | None = None
    radius_km: float | None = None
    remote: bool | None = None
    hours: float | None = None
    challenge_ids: frozenset[ChallengeId] | None = None
    group_ids: frozenset[GroupId] = frozenset()
    languages: frozenset[str] | None = None
    refused_need_ids: frozenset[NeedId] = frozenset()
    hidden_from_group_ids: frozenset[GroupId] = frozenset()


class Cover(StrEnum):
    """How an own phrase covers a wanted one; BROADER and NARROWER say what the own skill is."""

    SAME = "same"
    BROADER = "broader"
    NARROWER = "narrower"
    RELATED = "related"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much (0 to 1) and how an own phrase covers a wanted one; `concept_id` is the wanted side's.

    `certainty` is the chance that both phrases were read aright, without the strength of the relation between them;
    `covers` says that the skill is near enough, and that this is more likely than not.
    """

    strength: float
    certainty: float
    covers: bool
    how: Cover
    concept_id: str | None


SURE = 0.9
"""Under this chance that both phrases were read aright a reason says "probably"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillReason:
    """One asked skill (the title when `importance` is None), what covers it, and its share of the points."""

    wanted: str
    importance: Importance | None
    own: str | None
    how: Cover | None
    strength: float
    points: float
    possible: float
    concept_id: str | None
    certainty: float = 1.0
    asked_level: Level | None = None
    own_level: Level | None = None

    @property
    def same_words(self) -> bool:
        """Whether both sides wrote the same, so that saying it twice would tell nothing."""
        return self.own is not None and fold(self.own) == fold(self.wanted)

    @property
    def sure(self) -> bool:
        """Whether both phrases were read with such certainty that nobody need say "probably"."""
        return self.certainty >= SURE

    @property
    def asked(self) -> str | None:
        """The words for the level that is asked, to be translated; None for any level."""
        return LEVELS_ASKED[self.asked_level] if self.asked_level is not None else None

    @property
    def levels(self) -> tuple[Level, Level] | None:
        """The level that is asked and the own one, where both sides tell how well; never of a title."""
        asked, own = self.asked_level, self.own_level
        return None if self.of_title or asked is None or own is None else (asked, own)

    @property
    def of_title(self) -> bool:
        """Whether it is the title that speaks of it, and no wish of the group."""
        return self.importance is None


class PartName(StrEnum):
    """The summands of a score."""

    SKILLS = "skills"
    MISSING_MUST = "missing_must"
    DISTANCE = "distance"
    CHALLENGE = "challenge"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A summand: SKILLS is never negative, the others take away, and an unknown one takes nothing.

    `value` is kilometres for DISTANCE, the citizen's hours a week for TIME, else None. `beyond` says that the distance is
    a little more than the citizen said.
    """

    name: PartName
    points: float
    known: bool
    value: float | None
    beyond: bool = False


class ChangeKind(StrEnum):
    """What a citizen could change."""

    ADD_SKILL = "add_skill"
    WIDEN_RADIUS = "widen_radius"
    MORE_HOURS = "more_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change that would raise a score most: the skill, or the amount (km, hours a week), and the points."""

    kind: ChangeKind
    wanted: str | None
    amount: float | None
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A score: `total` is the sum of the parts, the SKILLS part the sum of the reasons (2 decimals).

    `highlight_*` are words as written on each side; `missing` are wanted skills not covered, musts first.
    """

    need_id: NeedId
    citizen_id: CitizenId
    total: float
    weights_version: str
    vocabulary_version: str
    reasons: tuple[SkillReason, ...]
    parts: tuple[Part, ...]
    highlight_need: tuple[str, ...]
    highlight_citizen: tuple[str, ...]
    missing: tuple[str, ...]
    best_change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A place in a ranking; `Matcher.score` gives the reasons for it."""

    need_id: NeedId
    citizen_id: CitizenId
    total: float
