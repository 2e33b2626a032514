"""Posting needs, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from matchmaker.base.work import Work
from matchmaker.groups.models import Need, StartupGroup, WantedSkill
from matchmaker.groups.rules import (
    GroupVerb,
    Importance,
    NeedAction,
    NeedKind,
    NeedProblem,
    NeedState,
    after,
    problems_of,
    state_on,
)
from matchmaker.places import rules
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.rules import Phrase, check_description, check_phrases


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

    Raises NeedRefused, and LimitExceededError for too long or too many texts.
    """
    today = rules.local_day(work.now, group.territory.time_zone)
    _check_details(details, today=today, public=publish)
    need = Need(
        group_id=group.id,
        territory_id=group.territory_id,
        state=NeedState.OPEN if publish else NeedState.DRAFT,
        created_at=work.now,
        places_taken=0,
    )
    _fill(need, details, _phrases(work, details, language=group.locale))
    work.session.add(need)
    work.session.flush()
    _record(work, GroupVerb.NEED_POSTED, need, state=need.state.value)
    return need


def change_need(work: Work, *, need_id: int, details: NeedDetails, publish: bool = False) -> Need:
    """Change a need; a draft is also opened if ``publish``.

    An expired one that is given a later last day, or none, is open again. Fewer places than are taken fill it. Raises as
    post_need does.
    """
    need = _locked(work, need_id)
    today = rules.local_day(work.now, need.group.territory.time_zone)
    state = state_on(need.state, need.until, today)
    if (state is NeedState.DRAFT and publish) or (
        state is NeedState.EXPIRED and (details.until is None or details.until >= today)
    ):
        state = NeedState.OPEN
    _check_details(details, today=today, public=state is NeedState.OPEN, kept_until=need.until)
    # What is read while the need is half changed would write that half first.
    phrases = _phrases(work, details, language=need.group.locale)
    need.wanted.clear()
    work.session.flush()
    need.places_taken = min(need.places_taken, details.places)
    if state is NeedState.OPEN and need.places_taken == details.places:
        state = NeedState.FILLED
    need.state = state
    _fill(need, details, phrases)
    work.session.flush()
    _record(work, GroupVerb.NEED_CHANGED, need, state=state.value)
    return need


def act_on_need(work: Work, *, need_id: int, action: NeedAction) -> Need:
    """Open, close, fill or open a need again; raises ActionNotAllowed and NeedRefused.

    A need whose last day has passed gets a later one before it can be opened again.
    """
    need = _locked(work, need_id)
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
    if problems:
        raise NeedRefused(problems)
    need.state, need.places_taken = new_state, taken
    work.session.flush()
    _record(work, GroupVerb.NEED_MOVED, need, action=action.value)
    return need


def free_place(work: Work, *, need_id: int) -> Need:
    """Give a need one of its taken places back; one that was full is open again. With no place taken nothing changes."""
    need = _locked(work, need_id)
    need.places_taken = max(0, need.places_taken - 1)
    if need.state is NeedState.FILLED and need.places_taken < need.places:
        need.state = NeedState.OPEN
    work.session.flush()
    _record(work, GroupVerb.NEED_FREED, need)
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


def _record(work: Work, verb: GroupVerb, need: Need, **detail: str) -> None:
    work.record(verb, Need, need.id, territory_id=need.territory_id, **detail)


def _locked(work: Work, need_id: int) -> Need:
    need = lock_need(work, need_id=need_id)
    if need is None:
        raise NoResultFound
    return need


def _check_details(
    details: NeedDetails, *, today: date, public: bool, kept_until: date | None = None
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
            concept_id=phrase.resolutions[0].concept_id if phrase.resolutions else None,
            confirmed=False,
        )
        for position, (wanted, phrase) in enumerate(zip(details.wanted, phrases, strict=True))
    ]
