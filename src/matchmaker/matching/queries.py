"""Reads for the pages about matches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from matchmaker.base.db import in_parts
from matchmaker.base.text import alphabetical
from matchmaker.citizens.models import Citizen, CitizenSkill
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries import open_on
from matchmaker.groups.rules import NeedState, state_on
from matchmaker.matching.models import Dismissal, HiddenFromGroup, NeedAnswer, ProfileShowing
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.places.rules import local_day
from matchmaker.vocabulary.models import Concept, TerritoryVerdict
from matchmaker.vocabulary.rules import VerdictKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeCount:
    """A défi with its groups and how many of their needs are open."""

    challenge: Challenge
    groups: int
    open_needs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPhrase:
    """A phrase as people wrote it, and the concepts that they chose for it."""

    text: str
    language: str
    concept_ids: tuple[str, ...]


def need_state(need: Need, *, now: datetime) -> NeedState:
    """The state in which a need counts in its own territory at ``now``."""
    return state_on(need.state, need.until, local_day(now, need.group.territory.time_zone))


def find_need(session: Session, *, need_id: int) -> Need | None:
    """A need with all that its page shows."""
    return session.scalars(select(Need).where(Need.id == need_id).options(*_SHOWN)).one_or_none()


def needs_by_id(session: Session, need_ids: Iterable[int]) -> dict[int, Need]:
    """Needs by their id, with all that cards show."""
    found: dict[int, Need] = {}
    for wanted in in_parts(sorted(set(need_ids))):
        query = select(Need).where(Need.id.in_(wanted)).options(*_SHOWN)
        found |= {need.id: need for need in session.scalars(query)}
    return found


def challenge_counts(session: Session, *, territory: Territory, now: datetime) -> Sequence[ChallengeCount]:
    """A territory's défis in their order, with how many groups and open needs each has."""
    today = local_day(now, territory.time_zone)
    rows = session.execute(
        select(Challenge, func.count(StartupGroup.id.distinct()), func.count(Need.id.distinct()))
        .outerjoin(
            StartupGroup,
            (StartupGroup.challenge_id == Challenge.id) & StartupGroup.closed_at.is_(None),
        )
        .outerjoin(Need, (Need.group_id == StartupGroup.id) & open_on(today))
        .where(Challenge.territory_id == territory.id)
        .group_by(Challenge.id)
        .order_by(Challenge.position)
    )
    return [
        ChallengeCount(challenge=challenge, groups=groups, open_needs=needs)
        for challenge, groups, needs in rows
    ]


def newest_groups(session: Session, *, territory_id: int, limit: int) -> Sequence[StartupGroup]:
    """The groups of a territory, the newest first."""
    return session.scalars(
        select(StartupGroup)
        .where(StartupGroup.territory_id == territory_id, StartupGroup.closed_at.is_(None))
        .order_by(StartupGroup.created_at.desc(), StartupGroup.id.desc())
        .limit(limit)
        .options(joinedload(StartupGroup.challenge))
    ).all()


def judged_pairs(session: Session, *, territory_id: int) -> Sequence[tuple[str, str, VerdictKind]]:
    """The verdicts of a territory between two phrases, in the order of their words; not those about a concept's id."""
    concepts = select(Concept.id)
    rows = session.execute(
        select(TerritoryVerdict.phrase, TerritoryVerdict.other, TerritoryVerdict.kind)
        .where(
            TerritoryVerdict.territory_id == territory_id,
            TerritoryVerdict.phrase.not_in(concepts),
            TerritoryVerdict.other.not_in(concepts),
        )
        .order_by(TerritoryVerdict.folded_a, TerritoryVerdict.folded_b)
    )
    return [(phrase, other, kind) for phrase, other, kind in rows]


def judged_phrases(session: Session, *, territory_id: int) -> Sequence[JudgedPhrase]:
    """What the citizens of a territory chose themselves for their words, in the order of the words.

    A phrase that holds an e-mail address is left out.
    """
    rows = session.execute(
        select(CitizenSkill.phrase, CitizenSkill.language, CitizenSkill.concept_id)
        .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
        .where(Citizen.territory_id == territory_id, CitizenSkill.confirmed)
        .distinct()
    )
    chosen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for phrase, language, concept_id in rows:
        if concept_id is not None and "@" not in phrase:
            chosen[phrase, language].add(concept_id)
    return [
        JudgedPhrase(text=text, language=language, concept_ids=tuple(sorted(concept_ids)))
        for (text, language), concept_ids in sorted(chosen.items())
    ]


def citizens_by_id(session: Session, citizen_ids: Iterable[int]) -> dict[int, Citizen]:
    """Citizens by their id, with what cards show."""
    query = (
        select(Citizen)
        .where(Citizen.id.in_(sorted(set(citizen_ids))))
        .options(
            joinedload(Citizen.account),
            joinedload(Citizen.commune).options(lazyload(Commune.postal_codes)),
            selectinload(Citizen.skills),
        )
    )
    return {citizen.id: citizen for citizen in session.scalars(query)}


def find_answer(session: Session, *, need_id: int, citizen_id: int) -> NeedAnswer | None:
    """What a citizen answered to a need."""
    return session.scalars(
        select(NeedAnswer).where(NeedAnswer.need_id == need_id, NeedAnswer.citizen_id == citizen_id)
    ).one_or_none()


def answers_of(session: Session, *, citizen_ids: Iterable[int]) -> dict[tuple[int, int], NeedAnswer]:
    """What some citizens, a hundred or so, answered, by the ids of need and citizen."""
    query = select(NeedAnswer).where(NeedAnswer.citizen_id.in_(sorted(set(citizen_ids))))
    return {(answer.need_id, answer.citizen_id): answer for answer in session.scalars(query)}


def find_dismissal(session: Session, *, need_id: int, citizen_id: int) -> Dismissal | None:
    """Why a need is not for a citizen, if they said so."""
    return session.scalars(
        select(Dismissal).where(Dismissal.need_id == need_id, Dismissal.citizen_id == citizen_id)
    ).one_or_none()


def dismissals_of(session: Session, *, citizen_id: int) -> Sequence[Dismissal]:
    """All needs that a citizen wants to see no more, the newest word first."""
    return session.scalars(
        select(Dismissal)
        .where(Dismissal.citizen_id == citizen_id)
        .order_by(Dismissal.given_at.desc(), Dismissal.id.desc())
        .options(joinedload(Dismissal.need).joinedload(Need.group), selectinload(Dismissal.lowered))
    ).all()


def showings_of(session: Session, *, citizen_id: int, limit: int) -> Sequence[ProfileShowing]:
    """Who was shown a citizen's profile, the newest first."""
    return session.scalars(
        select(ProfileShowing)
        .where(ProfileShowing.citizen_id == citizen_id)
        .order_by(ProfileShowing.shown_at.desc(), ProfileShowing.id.desc())
        .limit(limit)
        .options(joinedload(ProfileShowing.need).joinedload(Need.group))
    ).all()


def hidden_from(session: Session, *, citizen_id: int) -> Sequence[HiddenFromGroup]:
    """The groups from which a citizen hides, by name."""
    found = session.scalars(
        select(HiddenFromGroup)
        .where(HiddenFromGroup.citizen_id == citizen_id)
        .order_by(HiddenFromGroup.group_id)
        .options(joinedload(HiddenFromGroup.group))
    )
    return sorted(found, key=lambda hidden: alphabetical(hidden.group.name))


def hides_from(session: Session, *, citizen_id: int, group_id: int) -> bool:
    """Whether a citizen hides from a group."""
    return session.get(HiddenFromGroup, (citizen_id, group_id)) is not None


_SHOWN = (
    joinedload(Need.group).joinedload(StartupGroup.challenge),
    joinedload(Need.group).joinedload(StartupGroup.territory),
    joinedload(Need.commune).options(lazyload(Commune.postal_codes)),
    selectinload(Need.wanted),
)
