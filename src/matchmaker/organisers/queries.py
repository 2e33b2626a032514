"""What the desk shows: a territory's numbers, and what waits for somebody's attention."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.base.text import alphabetical, fold
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.groups.queries import open_on
from matchmaker.groups.rules import NeedState
from matchmaker.introductions.models import Introduction, IntroductionEvent
from matchmaker.introductions.rules import Action
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.places.rules import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many of each a territory has."""

    citizens: int
    readers: int
    groups: int
    open_needs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A citizen who signed up lately, by first name."""

    first_name: str
    commune: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPhrase:
    """A phrase as people typed it, how many citizens offer it and how many needs ask for it."""

    text: str
    language: str
    citizens: int
    needs: int

    @property
    def times(self) -> int:
        """How often it was typed."""
        return self.citizens + self.needs


def figures(session: Session, territory: Territory, *, now: datetime) -> Figures:
    """A territory's numbers, in one query. Readers have an address to which the letter goes."""
    consents = exists().where(Consent.citizen_id == Citizen.id, letter_wanted())
    here = Citizen.territory_id == territory.id
    counts = [
        select(func.count(Citizen.id)).where(here),
        select(func.count(Citizen.id)).where(here, consents),
        select(func.count(StartupGroup.id)).where(
            StartupGroup.territory_id == territory.id, StartupGroup.closed_at.is_(None)
        ),
        select(func.count(Need.id)).where(
            Need.territory_id == territory.id, open_on(local_day(now, territory.time_zone))
        ),
    ]
    row = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    citizens, readers, groups, open_needs = row
    return Figures(citizens=citizens, readers=readers, groups=groups, open_needs=open_needs)


def supply_and_demand(
    session: Session, territory: Territory, *, now: datetime
) -> Sequence[tuple[Challenge, tuple[int, int, int]]]:
    """For each défi of a territory in their order: the citizens who chose it, its groups, and their open needs."""
    challenges = session.scalars(
        select(Challenge).where(Challenge.territory_id == territory.id).order_by(Challenge.position)
    ).all()
    needs_open = open_on(local_day(now, territory.time_zone))
    counts = [
        select(CitizenChallenge.challenge_id, func.count())
        .join(Citizen, Citizen.id == CitizenChallenge.citizen_id)
        .where(Citizen.territory_id == territory.id)
        .group_by(CitizenChallenge.challenge_id),
        select(StartupGroup.challenge_id, func.count())
        .where(StartupGroup.territory_id == territory.id, StartupGroup.closed_at.is_(None))
        .group_by(StartupGroup.challenge_id),
        select(StartupGroup.challenge_id, func.count())
        .join(Need, Need.group_id == StartupGroup.id)
        .where(Need.territory_id == territory.id, needs_open)
        .group_by(StartupGroup.challenge_id),
    ]
    citizens, groups, needs = ({row[0]: row[1] for row in session.execute(one)} for one in counts)
    return [
        (one, (citizens.get(one.id, 0), groups.get(one.id, 0), needs.get(one.id, 0))) for one in challenges
    ]


def answers_by_week(
    session: Session, *, territory_id: int, weeks: Sequence[date], time_zone: str
) -> Sequence[tuple[int, int, int, int]]:
    """For each week, by its Monday: introductions begun, agreed to, declined, and closed without an answer."""
    if not weeks:
        return []
    zone = ZoneInfo(time_zone)
    since = datetime.combine(weeks[0], time(), zone)
    rows = session.execute(
        select(IntroductionEvent.action, IntroductionEvent.happened_at)
        .join(Introduction, Introduction.id == IntroductionEvent.introduction_id)
        .where(Introduction.territory_id == territory_id, IntroductionEvent.happened_at >= since)
    )
    kinds = (None, Action.ACCEPT, Action.DECLINE, Action.CLOSE)
    found = Counter(
        (kinds.index(action), monday_of(moment.astimezone(zone).date()))
        for action, moment in rows
        if action in kinds
    )
    return [(found[0, week], found[1, week], found[2, week], found[3, week]) for week in weeks]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def newcomers(session: Session, *, territory_id: int, limit: int) -> Sequence[Newcomer]:
    """The citizens who came last."""
    rows = session.execute(
        select(Citizen.first_name, Commune.name, Citizen.created_at)
        .join(Commune, Commune.code == Citizen.commune_code)
        .where(Citizen.territory_id == territory_id)
        .order_by(Citizen.created_at.desc(), Citizen.id.desc())
        .limit(limit)
    )
    return [
        Newcomer(first_name=first_name, commune=commune, created_at=created_at)
        for first_name, commune, created_at in rows
    ]


def phrases_without_concept(session: Session, *, territory_id: int) -> Sequence[TypedPhrase]:
    """What people of a territory typed that no concept was found for, what most of them typed first.

    Spellings that differ by case, accents or signs are one phrase, written as most wrote it. Drafts are left out: they
    are their group's alone.
    """
    offered = session.execute(
        select(CitizenSkill.phrase, CitizenSkill.language, func.count())
        .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
        .where(Citizen.territory_id == territory_id, CitizenSkill.concept_id.is_(None))
        .group_by(CitizenSkill.phrase, CitizenSkill.language)
    )
    asked = session.execute(
        select(WantedSkill.phrase, WantedSkill.language, func.count())
        .join(Need, Need.id == WantedSkill.need_id)
        .where(
            Need.territory_id == territory_id,
            Need.state != NeedState.DRAFT,
            WantedSkill.concept_id.is_(None),
        )
        .group_by(WantedSkill.phrase, WantedSkill.language)
    )
    spellings = [TypedPhrase(text=text, language=tongue, citizens=n, needs=0) for text, tongue, n in offered]
    spellings += [TypedPhrase(text=text, language=tongue, citizens=0, needs=n) for text, tongue, n in asked]
    found: dict[tuple[str, str], TypedPhrase] = {}
    for one in sorted(spellings, key=lambda one: (-one.times, one.text)):
        key = (fold(one.text), one.language)
        first = found.setdefault(key, replace(one, citizens=0, needs=0))
        found[key] = replace(first, citizens=first.citizens + one.citizens, needs=first.needs + one.needs)
    return sorted(found.values(), key=lambda one: (-one.times, one.text))


def groups_without_open_needs(
    session: Session, territory: Territory, *, now: datetime
) -> Sequence[StartupGroup]:
    """The groups that ask for nothing today, by name."""
    found = session.scalars(
        select(StartupGroup)
        .where(
            StartupGroup.territory_id == territory.id,
            StartupGroup.closed_at.is_(None),
            ~exists().where(Need.group_id == StartupGroup.id, open_on(local_day(now, territory.time_zone))),
        )
        .order_by(StartupGroup.id)
        .options(joinedload(StartupGroup.challenge))
    )
    return sorted(found, key=lambda group: alphabetical(group.name))
