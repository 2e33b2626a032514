"""Letters with the needs, people and groups that their lines are about, loaded for many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.citizens.models import Citizen
from matchmaker.digests import queries
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import LineKind, PlannedLetter, PlannedLine, ReaderId
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.introductions import queries as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import AnswerSpeed
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line with what it is about: need and match, and the citizen who helps; an introduction; or a group for news.

    ``speed`` tells how fast the group of a need answers, where that is known and the reader could help.
    """

    planned: PlannedLine
    need: Need | None = None
    match: Match | None = None
    citizen: Citizen | None = None
    group: StartupGroup | None = None
    introduction: Introduction | None = None
    speed: AnswerSpeed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One person's letter before it is written. Lines whose need, person or group is gone are left out.

    So is a need that is no longer to be put to its reader, or a helper whom its group is no longer to see.
    """

    recipient: Recipient
    recipient_key: str
    lines: tuple[DraftLine, ...]

    def of(self, kind: LineKind) -> tuple[DraftLine, ...]:
        """The lines of one section."""
        return tuple(line for line in self.lines if line.planned.kind is kind)

    @property
    def helpers(self) -> tuple[Match, ...]:
        """As what each citizen is shown of whom the letter tells a group."""
        return tuple(line.match for line in self.of(LineKind.HELPER) if line.match is not None)


def drafts(
    session: Session, people: Mapping[ReaderId, Recipient], letters: Sequence[PlannedLetter], *, now: datetime
) -> tuple[Draft, ...]:
    """Some letters, a hundred or so, with all that they tell, in a fixed number of queries."""
    lines = [line for letter in letters for line in letter.lines]
    needs = matching_queries.needs_by_id(session, _ids(line.need_id for line in lines))
    helpers = matching_queries.citizens_by_id(
        session, _ids(line.citizen_id for line in lines if line.kind is LineKind.HELPER)
    )
    groups = queries.groups_by_id(session, _ids(line.group_id for line in lines))
    pairs = {
        (line.need_id, line.citizen_id)
        for line in lines
        if line.kind is not LineKind.WAITING and line.need_id is not None and line.citizen_id is not None
    }
    waiting = _ids(line.citizen_id for line in lines if line.kind is LineKind.WAITING)
    known = introductions.introductions_of_citizens(session, citizen_ids=waiting) if waiting else {}
    matches = matching.matches_of(session, pairs, now=now) if pairs else {}
    speeds = introductions.speeds_of_groups(
        session, group_ids=(need.group_id for need in needs.values()), now=now
    )

    def found(line: PlannedLine) -> DraftLine | None:
        if line.kind is LineKind.NEWS:
            group = groups.get(line.group_id or 0)
            return DraftLine(planned=line, group=group) if group and group.closed_at is None else None
        # No row has the number 0.
        pair = NeedId(line.need_id or 0), CitizenId(line.citizen_id or 0)
        if line.kind is LineKind.WAITING:
            asked = known.get(pair)
            need = needs.get(line.need_id or 0)
            return DraftLine(planned=line, need=need, introduction=asked) if need and asked else None
        need, match = needs.get(line.need_id or 0), matches.get(pair)
        helper = helpers.get(line.citizen_id or 0)
        if need is None or match is None or (line.kind is LineKind.HELPER and helper is None):
            return None
        speed = speeds.get(need.group_id) if line.kind is LineKind.NEED else None
        return DraftLine(planned=line, need=need, match=match, citizen=helper, speed=speed)

    return tuple(
        Draft(
            recipient=people[letter.reader_id],
            recipient_key=letter.recipient_key,
            lines=tuple(draft for line in letter.lines if (draft := found(line)) is not None),
        )
        for letter in letters
    )


def _ids(numbers: Iterable[int | None]) -> set[int]:
    return {number for number in numbers if number is not None}
