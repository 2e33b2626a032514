"""The week's plan: who would get what, and why nobody else, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.citizens import queries as citizens
from matchmaker.digests import queries
from matchmaker.digests.loading.on_paper import former_keys, keys_of, people_on_paper
from matchmaker.digests.loading.ranking import Ranking, rank
from matchmaker.digests.loading.waiting import waiting_lines
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import (
    Assignment,
    EditKind,
    Limits,
    LineKind,
    PlannedLetter,
    PlannedLine,
    Reader,
    Silence,
    assign,
    candidates,
    iso_week,
    lines_of,
    silence_of,
)
from matchmaker.groups.queries import local_day
from matchmaker.suppression import suppressed_among
from matchmaker.tokens import Tokens

LIMITS = Limits()
OFFERS_COUNT_FOR = timedelta(days=31)
NEWS_FOR = timedelta(days=28)
HELPERS_FOR = timedelta(days=8)
"""How long a member who lives elsewhere can hear of a helper: their week may come a week after the group's."""

PINNED = 1000.0
"""The score at which a line that an organiser pinned is weighed: above all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who would get what in a week, and who gets nothing and why; ``people`` are the recipients by their ``reader_id``.

    ``ranking`` has the needs that fit each reader and may be told to them.
    """

    iso_week: str
    letters: tuple[PlannedLetter, ...]
    silent: tuple[tuple[Recipient, Silence], ...]
    people: Mapping[str, Recipient]
    assignment: Assignment
    ranking: Ranking

    @property
    def eligible(self) -> int:
        """How many people want the letter."""
        return len(self.letters) + sum(why not in {Silence.NO_CONSENT, Silence.OFF} for _, why in self.silent)

    @property
    def silences(self) -> dict[str, int]:
        """How many get nothing, by the reason why."""
        counts: dict[str, int] = defaultdict(int)
        for _, why in self.silent:
            counts[why.value] += 1
        return dict(counts)


def compose(
    session: Session,
    territory: Territory,
    *,
    now: datetime,
    tokens: Tokens,
    seed: int,
    week: str | None = None,
    going_on: Callable[[], bool] = lambda: True,
) -> Plan:
    """Who would get what in ``week``, this one unless given, and why nobody else; nothing is kept.

    The number of queries grows by a few for every 500 people, not by person. Raises PlanningStopped soon after
    ``going_on`` says no.
    """
    week = week or iso_week(now, territory.time_zone)
    everyone = (
        *queries.recipients(session, territory_id=territory.id),
        *people_on_paper(session, territory_id=territory.id),
    )
    people = {one.reader_id: one for one in everyone}
    own_keys = keys_of(session, everyone, tokens=tokens)
    former = former_keys(session, everyone)
    owners = {key: own for one, own in own_keys.items() for key in (own, *former.get(one, ()))}
    last: dict[str, tuple[str, datetime]] = {}
    for key, letter in queries.last_letters(session, recipient_keys=owners).items():
        last[owners[key]] = max(letter, last.get(owners[key], letter), key=lambda one: one[1])
    readers = _readers(session, people, own_keys, last, territory)
    today = local_day(now, territory.time_zone)
    silent: dict[str, Silence] = {}
    for account_id, reader in readers.items():
        why = silence_of(reader, today=today, had_one=last.get(reader.recipient_key, ("",))[0] == week)
        if why is not None:
            silent[account_id] = why
    told: dict[str, set[str]] = defaultdict(set)
    for key, subjects in queries.told(session, recipient_keys=owners).items():
        told[owners[key]] |= subjects
    wanting = {one: people[one] for one in people if one not in silent}
    edits = queries.edits(session, territory_id=territory.id, iso_week=week)
    held: dict[str, frozenset[str]] = defaultdict(frozenset)
    for edit in edits:
        if edit.kind is EditKind.HOLD:
            held[str(edit.account_id)] |= {str(edit.need_id)}
    pinned = {(str(e.account_id), str(e.need_id)) for e in edits if e.kind is EditKind.PIN}
    refused = {
        one: _needs_told(told.get(readers[one].recipient_key, ())) | held.get(one, frozenset())
        for one in wanting
    }
    ranking = rank(session, territory, wanting, refused, now=now, going_on=going_on)
    offered: dict[str, set[str]] = defaultdict(set)
    since = now - OFFERS_COUNT_FOR
    for key, groups in queries.groups_offered(session, recipient_keys=owners, since=since).items():
        offered[owners[key]] |= groups
    assignment = assign(
        candidates(
            (
                replace(one, total=PINNED) if (one.citizen_id, one.need_id) in pinned else one
                for one in ranking.pairs
            ),
            groups=ranking.groups,
            offered={one: offered.get(readers[one].recipient_key, set()) for one in wanting},
        ),
        limits=LIMITS,
        seed=seed,
    )
    news = _news(session, territory, wanting.values(), now=now)
    helpers = _helpers(ranking, assignment)
    elsewhere = _helpers_elsewhere(session, territory, wanting.values(), now=now)
    waiting = waiting_lines(session, wanting.values())
    letters = []
    for account_id, person in wanting.items():
        key = readers[account_id].recipient_key
        needs = [
            PlannedLine(
                kind=LineKind.NEED,
                need_id=int(need_id),
                citizen_id=ranking.profile_of(account_id, need_id),
            )
            for need_id in assignment.letters.get(account_id, ())
        ]
        mine = [
            line
            for group_id in sorted(person.group_ids)
            for line in (*helpers.get(group_id, ()), *elsewhere.get(group_id, ()))
        ]
        lines = lines_of(
            needs,
            mine,
            news.get(account_id, ()),
            told=told.get(key, set()),
            waiting=waiting.get(account_id, ()),
        )
        if lines:
            letters.append(PlannedLetter(account_id=account_id, recipient_key=key, lines=lines))
        else:
            silent[account_id] = _why_nothing(account_id, ranking, told.get(key, set()), held[account_id])
    return Plan(
        iso_week=week,
        letters=tuple(letters),
        silent=tuple((people[one], why) for one, why in silent.items()),
        people=people,
        assignment=assignment,
        ranking=ranking,
    )


def _readers(
    session: Session,
    people: Mapping[str, Recipient],
    keys: Mapping[str, str],
    last: Mapping[str, tuple[str, datetime]],
    territory: Territory,
) -> dict[str, Reader]:
    came_back = suppressed_among(session, keys.values())
    days = {key: local_day(moment, territory.time_zone) for key, (_, moment) in last.items()}
    return {
        reader_id: Reader(
            account_id=reader_id,
            recipient_key=keys[reader_id],
            consents=bool(one.profiles),
            member=bool(one.group_ids),
            frequency=one.frequency,
            paused_until=one.paused_until,
            came_back=keys[reader_id] in came_back,
            last_letter=days.get(keys[reader_id]),
        )
        for reader_id, one in people.items()
    }


def _needs_told(subjects: Iterable[str]) -> frozenset[str]:
    return frozenset(one.removeprefix("need:") for one in subjects if one.startswith("need:"))


def _helpers(ranking: Ranking, assignment: Assignment) -> dict[int, list[PlannedLine]]:
    """By the group's id, who is told of its needs in this run: its members hear of the same people."""
    found: dict[int, list[tuple[float, PlannedLine]]] = defaultdict(list)
    for reader_id, need_ids in assignment.letters.items():
        totals = ranking.totals(reader_id)
        for need_id in need_ids:
            line = PlannedLine(
                kind=LineKind.HELPER,
                need_id=int(need_id),
                citizen_id=ranking.profile_of(reader_id, need_id),
            )
            found[int(ranking.groups[need_id])].append((-totals[need_id], line))
    return {
        group_id: [line for _, line in sorted(lines, key=lambda one: (one[0], one[1].subject))]
        for group_id, lines in found.items()
    }


def _helpers_elsewhere(
    session: Session, territory: Territory, people: Iterable[Recipient], *, now: datetime
) -> dict[int, list[PlannedLine]]:
    """By the id of a group of another territory, whom its own runs told of its needs lately."""
    told = queries.helpers_told(
        session,
        group_ids={group_id for person in people for group_id in person.group_ids},
        away_from=territory.id,
        since=now - HELPERS_FOR,
    )
    return {
        group_id: [
            PlannedLine(kind=LineKind.HELPER, need_id=need_id, citizen_id=citizen_id)
            for need_id, citizen_id in dict.fromkeys(pairs)
        ]
        for group_id, pairs in told.items()
    }


def _news(
    session: Session, territory: Territory, people: Iterable[Recipient], *, now: datetime
) -> dict[str, list[PlannedLine]]:
    """By account, the groups founded lately on the défis that a person chose, their own aside."""
    everyone = list(people)
    places = {p.territory_id for one in everyone for p in one.profiles} | {territory.id}
    groups = queries.news(session, territory_ids=places, since=now - NEWS_FOR)
    chosen = citizens.challenges_chosen(
        session, citizen_ids=(p.citizen_id for one in everyone for p in one.profiles)
    )
    found: dict[str, list[PlannedLine]] = {}
    for one in everyone:
        mine = {challenge for p in one.profiles for challenge in chosen.get(p.citizen_id, ())}
        found[one.reader_id] = [
            PlannedLine(kind=LineKind.NEWS, group_id=group.id)
            for group in groups
            if group.challenge_id in mine and group.id not in one.group_ids
        ]
    return found


def _why_nothing(account_id: str, ranking: Ranking, told: Set[str], held: frozenset[str]) -> Silence:
    if any(ranking.of(account_id)):
        return Silence.ENOUGH
    if not held.isdisjoint(ranking.groups):
        return Silence.HELD
    if any(f"need:{need_id}" in told for need_id in ranking.groups):
        return Silence.ALL_TOLD
    return Silence.NOTHING_FITS
