"""Reads for the pages about matches, and needs and citizens as cards show them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from matchmaker.base.db import in_parts
from matchmaker.base.i18n import gettext
from matchmaker.citizens.models import Citizen, CitizenSkill
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries import open_on
from matchmaker.groups.rules import NeedState, state_on
from matchmaker.matching.models import Dismissal, HiddenFromGroup, NeedAnswer, ProfileShowing
from matchmaker.matching.rules import Cover, Match, PartName, SkillReason
from matchmaker.places.models import Challenge, Commune, Territory
from matchmaker.places.rules import local_day
from matchmaker.vocabulary.models import Concept, TerritoryVerdict
from matchmaker.vocabulary.rules import VerdictKind

LinkTo = Callable[..., str]
"""Makes an address from an endpoint and its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedCard:
    """A need as a card or a letter shows it, its labels translated."""

    need_id: int
    title: str
    url: str
    group_id: int
    group_name: str
    group_url: str
    description: str
    challenge: str
    kind: str
    state: str | None
    commune: str | None
    distance_km: float | None
    remote: bool
    hours: int | None
    places_left: int
    until: date | None
    score: float | None
    reasons: tuple[SkillReason, ...]
    missing: tuple[str, ...]
    highlight: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenCard:
    """A citizen as a group sees them before anybody agreed to anything: first name, commune, skills, and the reasons.

    The commune of who was signed up by a relay is not shown: they agreed to their first name and their skills alone.
    """

    citizen_id: int
    first_name: str
    commune: str | None
    skills: tuple[str, ...]
    score: float
    reasons: tuple[SkillReason, ...]
    missing: tuple[str, ...]
    highlight: tuple[str, ...]


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


def need_card(
    need: Need, *, to: LinkTo, locale: str, match: Match | None = None, state: NeedState = NeedState.OPEN
) -> NeedCard:
    """A need with what its match says, if there is one."""
    return NeedCard(
        need_id=need.id,
        title=need.title,
        url=to("matching.need", need_id=need.id),
        group_id=need.group_id,
        group_name=need.group.name,
        group_url=to("groups.show", group_id=need.group_id),
        description=need.description,
        challenge=need.group.challenge.title(locale),
        kind=gettext(need.kind.label),
        state=None if state is NeedState.OPEN else gettext(state.label),
        commune=need.commune.name if need.commune else None,
        distance_km=distance_km(match) if match and need.commune else None,
        remote=need.remote,
        hours=need.hours_a_week,
        places_left=need.places - need.places_taken,
        until=need.until,
        score=match.total if match else None,
        reasons=covered(match) if match else (),
        missing=lacking(match) if match else (),
        highlight=match.highlight_need if match else (),
    )


def citizen_card(citizen: Citizen, *, match: Match, all_skills: bool = True) -> CitizenCard:
    """A citizen for a group's eyes; without ``all_skills`` only those in question, which the reasons name."""
    return CitizenCard(
        citizen_id=citizen.id,
        first_name=citizen.first_name,
        commune=citizen.commune.name if citizen.relay_id is None else None,
        skills=tuple(skill.phrase for skill in citizen.skills) if all_skills else (),
        score=match.total,
        reasons=covered(match),
        missing=lacking(match),
        highlight=match.highlight_citizen,
    )


def covered(match: Match) -> tuple[SkillReason, ...]:
    """The reasons for which something was offered, without those that would read the same to a person.

    The title says nothing new where its skill is asked for by name, nor a second wish for the very same skill.
    """
    shown: dict[tuple[str | None, str | None], SkillReason] = {}
    for reason in match.reasons:
        if reason.own is None or reason.points <= 0:
            continue
        told = any(other.own == reason.own for other in shown.values())
        if reason.importance is None and told:
            continue
        shown.setdefault((reason.own, None if reason.how is Cover.SAME else reason.wanted), reason)
    return tuple(shown.values())


def lacking(match: Match) -> tuple[str, ...]:
    """What is asked for and not met even in part, so that nothing stands among the reasons and here too."""
    met = {reason.wanted for reason in covered(match)}
    return tuple(text for text in match.missing if text not in met)


def distance_km(match: Match) -> float | None:
    """How far the need is from the citizen, if both places are known."""
    return next((part.value for part in match.parts if part.name is PartName.DISTANCE), None)


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
        .outerjoin(StartupGroup, StartupGroup.challenge_id == Challenge.id)
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
        .where(StartupGroup.territory_id == territory_id)
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
    return session.scalars(
        select(HiddenFromGroup)
        .join(HiddenFromGroup.group)
        .where(HiddenFromGroup.citizen_id == citizen_id)
        .order_by(StartupGroup.name)
        .options(joinedload(HiddenFromGroup.group))
    ).all()


_SHOWN = (
    joinedload(Need.group).joinedload(StartupGroup.challenge),
    joinedload(Need.group).joinedload(StartupGroup.territory),
    joinedload(Need.commune).options(lazyload(Commune.postal_codes)),
    selectinload(Need.wanted),
)
