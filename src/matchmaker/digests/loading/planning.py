"""The week's plan: who would get what, and why nobody else, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.base.ids import GroupId, NeedId
from matchmaker.base.tokens import Tokens
from matchmaker.digests import queries
from matchmaker.digests.loading.lines import lines_of_readers, told_to
from matchmaker.digests.loading.on_paper import people_on_paper
from matchmaker.digests.loading.ranking import Ranking, rank
from matchmaker.digests.loading.recipient_keys import RecipientKeys, keys_of
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import (
    Assignment,
    Candidates,
    EditKind,
    Fit,
    Limits,
    PlannedLetter,
    PlanningStopped,
    Reader,
    ReaderId,
    Silence,
    assign,
    candidates,
    iso_week,
    silence_of,
)
from matchmaker.places.models import Territory
from matchmaker.places.rules import local_day
from matchmaker.post.suppression import suppressed_among

LIMITS = Limits()
OFFERS_COUNT_FOR = timedelta(days=31)
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
    people: Mapping[ReaderId, Recipient]
    assignment: Assignment[ReaderId, NeedId]
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

    The number of queries grows by a few for every 500 people, not by person. What was told in earlier weeks is read
    for some people at a time: memory grows by two kilobytes or so a person, whatever they were told. Raises
    PlanningStopped soon after ``going_on`` says no.
    """
    week = week or iso_week(now, territory.time_zone)
    people = _readers(session, territory)
    keys = keys_of(session, people, tokens=tokens)
    silent = dict(_silences(session, territory, people, keys, week=week, now=now))
    wanting = {reader_id: person for reader_id, person in people.items() if reader_id not in silent}
    held, pinned = _held_and_pinned(session, territory, week=week)
    refused = _refused(session, keys, held)
    ranking = rank(session, territory, wanting, refused, now=now, going_on=going_on)
    assignment = assign(
        _candidates(session, keys, ranking, pinned, since=now - OFFERS_COUNT_FOR),
        limits=LIMITS,
        seed=seed,
        going_on=going_on,
    )
    letters = []
    for reader_id, lines, told in lines_of_readers(
        session, territory, wanting, keys=keys, ranking=ranking, assignment=assignment, now=now
    ):
        if not going_on():
            raise PlanningStopped
        if lines:
            letters.append(PlannedLetter(reader_id=reader_id, recipient_key=keys.own[reader_id], lines=lines))
        else:
            silent[reader_id] = _why_nothing(reader_id, ranking, told, held.get(reader_id, frozenset()))
    return Plan(
        iso_week=week,
        letters=tuple(letters),
        silent=tuple((people[reader_id], why) for reader_id, why in silent.items()),
        people=people,
        assignment=assignment,
        ranking=ranking,
    )


def fits_of(
    session: Session, territory: Territory, person: Recipient, *, now: datetime, tokens: Tokens, week: str
) -> Sequence[Fit[ReaderId, NeedId]]:
    """The needs that fit one reader and may be told to them, best first, whatever others are told of."""
    people = {person.reader_id: person}
    held, _ = _held_and_pinned(session, territory, week=week)
    refused = _refused(session, keys_of(session, people, tokens=tokens), held)
    return list(rank(session, territory, people, refused, now=now).of(person.reader_id))


def _readers(session: Session, territory: Territory) -> dict[ReaderId, Recipient]:
    by_mail = queries.recipients(session, territory_id=territory.id)
    on_paper = people_on_paper(session, territory_id=territory.id)
    return {person.reader_id: person for person in chain(by_mail, on_paper)}


def _held_and_pinned(
    session: Session, territory: Territory, *, week: str
) -> tuple[Mapping[ReaderId, frozenset[NeedId]], Set[tuple[ReaderId, NeedId]]]:
    """What organisers changed: the needs that are held from each reader, and the pairs of reader and need pinned."""
    held: dict[ReaderId, frozenset[NeedId]] = defaultdict(frozenset)
    pinned = set()
    for edit in queries.edits(session, territory_id=territory.id, iso_week=week):
        if edit.need_id is None:
            continue
        reader_id = ReaderId(edit.account_id)
        if edit.kind is EditKind.HOLD:
            held[reader_id] |= {edit.need_id}
        elif edit.kind is EditKind.PIN:
            pinned.add((reader_id, edit.need_id))
    return held, pinned


def _refused(
    session: Session, keys: RecipientKeys, held: Mapping[ReaderId, frozenset[NeedId]]
) -> Callable[[Set[ReaderId]], dict[ReaderId, frozenset[NeedId]]]:
    """What tells for some readers the needs that they were told of before, or that are held from them."""

    def refused(reader_ids: Set[ReaderId]) -> dict[ReaderId, frozenset[NeedId]]:
        told = told_to(session, keys, reader_ids)
        return {
            reader_id: _needs_told(told.get(reader_id, ())) | held.get(reader_id, frozenset())
            for reader_id in reader_ids & (told.keys() | held.keys())
        }

    return refused


def _silences(
    session: Session,
    territory: Territory,
    people: Mapping[ReaderId, Recipient],
    keys: RecipientKeys,
    *,
    week: str,
    now: datetime,
) -> Iterator[tuple[ReaderId, Silence]]:
    """Who wants no letter this week, and why."""
    today = local_day(now, territory.time_zone)
    for some in in_parts(list(people)):
        owners = keys.owners(some)
        last: dict[ReaderId, tuple[str, datetime]] = {}
        for key, letter in queries.last_letters(session, recipient_keys=owners).items():
            last[owners[key]] = max(letter, last.get(owners[key], letter), key=lambda known: known[1])
        came_back = suppressed_among(session, (keys.own[reader_id] for reader_id in some))
        for reader_id in some:
            person = people[reader_id]
            had = last.get(reader_id)
            why = silence_of(
                Reader(
                    reader_id=reader_id,
                    recipient_key=keys.own[reader_id],
                    consents=bool(person.profiles),
                    member=bool(person.group_ids),
                    frequency=person.frequency,
                    paused_until=person.paused_until,
                    came_back=keys.own[reader_id] in came_back,
                    last_letter=None if had is None else local_day(had[1], territory.time_zone),
                ),
                today=today,
                had_one=had is not None and had[0] == week,
            )
            if why is not None:
                yield reader_id, why


def _candidates(
    session: Session,
    keys: RecipientKeys,
    ranking: Ranking,
    pinned: Set[tuple[ReaderId, NeedId]],
    *,
    since: datetime,
) -> Candidates[ReaderId, NeedId]:
    return candidates(
        _with_pins(ranking.pairs, pinned),
        groups=ranking.groups,
        offered=_offered(session, keys, ranking.readers, since=since),
    )


def _with_pins(
    fits: Iterable[Fit[ReaderId, NeedId]], pinned: Set[tuple[ReaderId, NeedId]]
) -> Iterator[Fit[ReaderId, NeedId]]:
    for fit in fits:
        yield replace(fit, score=PINNED) if (fit.reader_id, fit.need_id) in pinned else fit


def _offered(
    session: Session, keys: RecipientKeys, reader_ids: Iterable[ReaderId], *, since: datetime
) -> Iterator[tuple[ReaderId, GroupId]]:
    """The groups that readers were offered to since a moment, some of them more than once."""
    for some in in_parts(list(reader_ids)):
        owners = keys.owners(some)
        for key, groups in queries.groups_offered(session, recipient_keys=owners, since=since).items():
            for group_id in groups:
                yield owners[key], group_id


def _needs_told(subjects: Iterable[str]) -> frozenset[NeedId]:
    told = (subject.removeprefix("need:") for subject in subjects if subject.startswith("need:"))
    return frozenset(NeedId(int(number)) for number in told)


def _why_nothing(reader_id: ReaderId, ranking: Ranking, told: Set[str], held: frozenset[NeedId]) -> Silence:
    if any(ranking.of(reader_id)):
        return Silence.ENOUGH
    if not held.isdisjoint(ranking.groups):
        return Silence.HELD
    if any(f"need:{need_id}" in told for need_id in ranking.groups):
        return Silence.ALL_TOLD
    return Silence.NOTHING_FITS
