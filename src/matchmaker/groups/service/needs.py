"""Posting needs, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from matchmaker.base.work import Work
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import (
    ActionNotAllowed,
    GroupVerb,
    Importance,
    NeedAction,
    NeedKind,
    NeedProblem,
    NeedState,
    actions_in,
    after,
    filled_or_open,
    problems_of,
    state_on,
)
from matchmaker.groups.service.groups import check_running, lock_group
from matchmaker.places import rules
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.rules import Level, Phrase, check_description, check_phrases


class NeedRefused(ValueError):
    """A need cannot be kept as it was written; ``problems`` says why."""

    def __init__(self, problems: Sequence[NeedProblem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPhrase:
    """A skill that a need asks for, as typed."""

    phrase: str
    importance: Importance
    level: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedDetails:
    """All that a group says of a need. ``until`` is its last day; None in ``commune_code`` needs ``remote``."""

    title: str
    description: str
    kind: NeedKind
    wanted: Sequence[WantedPhrase]
    places: int
    hours_a_week: int | None
    commune_code: str | None
    remote: bool
    until: date | None


def post_need(work: Work, group: StartupGroup, *, details: NeedDetails, publish: bool) -> Need:
    """A new need of a group, as a draft or open at once.

    Raises NeedRefused, LimitExceededError for too long or too many texts, and NotAllowed once the group has ended.
    """
    check_running(lock_group(work, group_id=group.id))
    today = rules.local_day(work.now, group.territory.time_zone)
    _check_details(details, today=today, public=publish)
    need = Need(
        group_id=group.id,
        territory_id=group.territory_id,
        state=NeedState.OPEN if publish else NeedState.DRAFT,
        created_at=work.now,
        places_taken=0,
    )
    keep_standing(work, need)
    _fill(need, details, _phrases(work, details, language=group.locale))
    work.session.add(need)
    work.session.flush()
    record_need(work, GroupVerb.NEED_POSTED, need, state=need.state.value)
    return need


def change_need(work: Work, *, need_id: int, details: NeedDetails, publish: bool = False) -> Need:
    """Change a need; a draft is also opened if ``publish``.

    An expired one that is given a later last day, or none, is open again, and a filled one that is given more places.
    Fewer places than are taken fill it, and make the group's own word give way, but never a person who agreed. Raises as
    post_need does.
    """
    need = locked_to_change(work, need_id)
    today = rules.local_day(work.now, need.group.territory.time_zone)
    state = state_on(need.state, need.until, today)
    if (state is NeedState.DRAFT and publish) or (
        state is NeedState.EXPIRED and (details.until is None or details.until >= today)
    ):
        state = NeedState.OPEN
    taken = min(need.places_taken, details.places)
    state = filled_or_open(state, places=details.places, places_taken=taken)
    _check_details(
        details, today=today, public=state is NeedState.OPEN, kept_until=need.until, held=need.places_held
    )
    # What is read while the need is half changed would write that half first.
    phrases = _phrases(work, details, language=need.group.locale)
    need.wanted.clear()
    work.session.flush()
    need.places_by_hand, need.places_taken = taken - need.places_held, taken
    need.state = state
    keep_standing(work, need)
    _fill(need, details, phrases)
    work.session.flush()
    record_need(work, GroupVerb.NEED_CHANGED, need, state=state.value)
    return need


def act_on_need(work: Work, *, need_id: int, action: NeedAction) -> Need:
    """Open, close, fill or open a need again; raises ActionNotAllowed, NeedRefused, and NotAllowed once its group has ended.

    A need whose last day has passed gets a later one before it can be opened again, and one whose places are all held by
    people who agreed gets more places.
    """
    need = locked_to_change(work, need_id)
    today = rules.local_day(work.now, need.group.territory.time_zone)
    state = state_on(need.state, need.until, today)
    new_state, taken = after(action, state=state, places=need.places, places_taken=need.places_taken)
    problems = problems_of(
        kind=need.kind,
        wanted=len(need.wanted),
        until=need.until,
        today=today,
        public=action in {NeedAction.OPEN, NeedAction.REOPEN},
        kept_until=need.until,
    )
    if taken < need.places_held:
        problems = (*problems, NeedProblem.PLACES_HELD)
    if problems:
        raise NeedRefused(problems)
    need.places_by_hand, need.places_taken = taken - need.places_held, taken
    need.state = new_state
    keep_standing(work, need)
    work.session.flush()
    record_need(work, GroupVerb.NEED_MOVED, need, action=action.value)
    return need


def take_place(work: Work, *, need_id: int, held: int) -> Need:
    """Take a place for somebody who agreed, with whom ``held`` people hold one. Raises ActionNotAllowed if none is left."""
    need = _locked(work, need_id)
    today = rules.local_day(work.now, need.group.territory.time_zone)
    if NeedAction.FILL_PLACE not in actions_in(state_on(need.state, need.until, today)):
        raise ActionNotAllowed(f"{NeedAction.FILL_PLACE} in {need.state}")
    keep_standing(work, need)
    _count(work, need, held)
    record_need(work, GroupVerb.NEED_MOVED, need, action=NeedAction.FILL_PLACE.value)
    return need


def free_place(work: Work, *, need_id: int, held: int) -> Need:
    """Give a need the place of somebody back, without whom ``held`` people hold one; one that was full is open again."""
    need = _locked(work, need_id)
    _count(work, need, held)
    record_need(work, GroupVerb.NEED_FREED, need)
    return need


def lock_need(work: Work, *, need_id: int) -> Need | None:
    """A need as it is now, which nobody else changes before this unit of work ends."""
    query = select(Need).where(Need.id == need_id).with_for_update()
    return work.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()


def expire_needs(work: Work) -> int:
    """Mark the open needs whose last day has passed in their territory; how many they were."""
    number = 0
    for territory in work.session.scalars(select(Territory)):
        today = rules.local_day(work.now, territory.time_zone)
        expired = work.session.execute(
            update(Need)
            .where(Need.territory_id == territory.id, Need.state == NeedState.OPEN, Need.until < today)
            .values(state=NeedState.EXPIRED)
            .returning(Need.id)
        )
        for need_id in expired.scalars().all():
            work.record(GroupVerb.NEED_EXPIRED, Need, need_id, territory_id=territory.id)
            number += 1
    return number


def _count(work: Work, need: Need, held: int) -> None:
    need.places_taken = need.places_by_hand + held
    need.state = filled_or_open(need.state, places=need.places, places_taken=need.places_taken)
    work.session.flush()


def record_need(work: Work, verb: GroupVerb, need: Need, **detail: str) -> None:
    """Leave on record what was done to a need."""
    work.record(verb, Need, need.id, territory_id=need.territory_id, **detail)


def keep_standing(work: Work, need: Need) -> None:
    """Whoever works with a need shows that it stands: the group is not asked about it for a while."""
    need.stands_since, need.asked_at, need.asked_times = work.now, None, 0


def locked_to_change(work: Work, need_id: int) -> Need:
    """A need as it is now, and its group, which nobody else changes meanwhile. Raises NotAllowed once that has ended."""
    group_id = work.session.scalar(select(Need.group_id).where(Need.id == need_id))
    if group_id is None:
        raise NoResultFound
    check_running(lock_group(work, group_id=group_id))
    return _locked(work, need_id)


def _locked(work: Work, need_id: int) -> Need:
    need = lock_need(work, need_id=need_id)
    if need is None:
        raise NoResultFound
    return need


def _check_details(
    details: NeedDetails, *, today: date, public: bool, kept_until: date | None = None, held: int = 0
) -> None:
    check_description(details.description)
    check_phrases([wanted.phrase for wanted in details.wanted])
    problems = problems_of(
        kind=details.kind,
        wanted=len(details.wanted),
        until=details.until,
        today=today,
        public=public,
        kept_until=kept_until,
    )
    if details.places < held:
        problems = (*problems, NeedProblem.PLACES_HELD)
    if problems:
        raise NeedRefused(problems)


def _phrases(work: Work, details: NeedDetails, *, language: str) -> tuple[Phrase, ...]:
    return vocabulary.resolve_phrases(work, [wanted.phrase for wanted in details.wanted], language=language)


def _fill(need: Need, details: NeedDetails, phrases: Sequence[Phrase]) -> None:
    need.title, need.description, need.kind = details.title, details.description, details.kind
    need.places, need.hours_a_week = details.places, details.hours_a_week
    need.commune_code, need.remote, need.until = details.commune_code, details.remote, details.until
    need.wanted = [
        WantedSkill(
            position=position,
            phrase=phrase.text,
            language=phrase.language,
            importance=wanted.importance,
            level=wanted.level,
            concept_id=phrase.resolutions[0].concept_id if phrase.resolutions else None,
            confirmed=False,
        )
        for position, (wanted, phrase) in enumerate(zip(details.wanted, phrases, strict=True))
    ]
