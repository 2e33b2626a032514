"""The lines of each reader's letter, once it is chosen who is told of which need."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.base.ids import GroupId, NeedId
from matchmaker.citizens import queries as citizens
from matchmaker.digests import queries
from matchmaker.digests.loading.introductions import waiting_lines
from matchmaker.digests.loading.ranking import Ranking
from matchmaker.digests.loading.recipient_keys import RecipientKeys
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import Assignment, LineKind, PlannedLine, ReaderId, lines_of
from matchmaker.groups.models import StartupGroup
from matchmaker.places.models import Territory

NEWS_FOR = timedelta(days=28)
HELPERS_FOR = timedelta(days=8)
"""How long a member who lives elsewhere can hear of a helper: their week may come a week after the group's."""


def told_to(
    session: Session, keys: RecipientKeys, reader_ids: Iterable[ReaderId]
) -> dict[ReaderId, set[str]]:
    """The subjects that some readers were told of before, by reader; those about needs while these are open."""
    owners = keys.owners(reader_ids)
    found: dict[ReaderId, set[str]] = defaultdict(set)
    for key, subjects in queries.told(session, recipient_keys=owners).items():
        found[owners[key]] |= subjects
    return found


def lines_of_readers(
    session: Session,
    territory: Territory,
    wanting: Mapping[ReaderId, Recipient],
    *,
    keys: RecipientKeys,
    ranking: Ranking,
    assignment: Assignment[ReaderId, NeedId],
    now: datetime,
) -> Iterator[tuple[ReaderId, tuple[PlannedLine, ...], set[str]]]:
    """Everybody who wants a letter, with the lines of it, if there are any, and what they were told of before.

    What is read about readers is read for some at a time: it grows with all the weeks that were.
    """
    helpers = _Helpers(session, territory, wanting.values(), ranking=ranking, assignment=assignment, now=now)
    places = {p.territory_id for person in wanting.values() for p in person.profiles} | {territory.id}
    groups = queries.news(session, territory_ids=places, since=now - NEWS_FOR)
    for some in in_parts(list(wanting)):
        people = [wanting[reader_id] for reader_id in some]
        told = told_to(session, keys, some)
        waiting = waiting_lines(session, people)
        chosen = citizens.challenges_chosen(
            session, citizen_ids=(profile.citizen_id for person in people for profile in person.profiles)
        )
        for reader_id, person in zip(some, people, strict=True):
            before = told.get(reader_id, set())
            lines = lines_of(
                [
                    PlannedLine(
                        kind=LineKind.NEED,
                        need_id=need_id,
                        citizen_id=ranking.profile_of(reader_id, need_id),
                    )
                    for need_id in assignment.letters.get(reader_id, ())
                ],
                [line for group_id in sorted(person.group_ids) for line in helpers.of(group_id)],
                _news(person, groups, chosen),
                told=before,
                waiting=waiting.get(reader_id, ()),
            )
            yield reader_id, lines, before


class _Helpers:
    """Who is told of a group's needs: its members hear of the same people, the best first."""

    def __init__(
        self,
        session: Session,
        territory: Territory,
        people: Iterable[Recipient],
        *,
        ranking: Ranking,
        assignment: Assignment[ReaderId, NeedId],
        now: datetime,
    ) -> None:
        self._ranking = ranking
        self._needs: dict[GroupId, list[NeedId]] = defaultdict(list)
        for need_id, group_id in ranking.groups.items():
            self._needs[group_id].append(need_id)
        self._told: dict[NeedId, list[ReaderId]] = defaultdict(list)
        for reader_id, need_ids in assignment.letters.items():
            for need_id in need_ids:
                self._told[need_id].append(reader_id)
        self._elsewhere = queries.helpers_told(
            session,
            group_ids={group_id for person in people for group_id in person.group_ids},
            away_from=territory.id,
            since=now - HELPERS_FOR,
        )

    def of(self, group_id: GroupId) -> list[PlannedLine]:
        """A group's helpers of this run, then those whom runs of another territory told of its needs lately."""
        ranking = self._ranking
        here = sorted(
            (-ranking.total(reader_id, need_id), need_id, ranking.profile_of(reader_id, need_id))
            for need_id in self._needs.get(group_id, ())
            for reader_id in self._told.get(need_id, ())
        )
        pairs = [(need_id, citizen_id) for _, need_id, citizen_id in here]
        return [
            PlannedLine(kind=LineKind.HELPER, need_id=need_id, citizen_id=citizen_id)
            for need_id, citizen_id in dict.fromkeys([*pairs, *self._elsewhere.get(group_id, ())])
        ]


def _news(
    person: Recipient, groups: Sequence[StartupGroup], chosen: Mapping[int, set[int]]
) -> list[PlannedLine]:
    """The groups founded lately on the défis that a person chose, their own aside."""
    mine = {challenge for profile in person.profiles for challenge in chosen.get(profile.citizen_id, ())}
    return [
        PlannedLine(kind=LineKind.NEWS, group_id=group.id)
        for group in groups
        if group.challenge_id in mine and group.id not in person.group_ids
    ]
