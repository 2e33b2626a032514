"""Citizens and needs as the engine reads them, loaded for many at once in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from matchmaker.catalogue import service as catalogue
from matchmaker.catalogue.models import Commune, Territory
from matchmaker.catalogue.rules import LIMITS, Phrase
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill, SignUp
from matchmaker.groups.models import Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.queries import local_day
from matchmaker.groups.rules import NeedState
from matchmaker.matching.rules import CitizenProfile, Matcher, NeedProfile, Place, Wanted

SIGN_UP_ID = "sign-up"
"""The id of the profile of somebody who has no account yet."""

Written = tuple[str, str, str | None]
"""A phrase as written, its language, and the concept that a person chose for it, if one did."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Phrasebook:
    """The judge of one vocabulary, and the phrases that this process has met, with what each was resolved to."""

    KEPT = 50_000

    def __init__(self, lexicon: catalogue.Lexicon) -> None:
        self.key = lexicon.key
        self.matcher = Matcher(lexicon.vocabulary)
        self._lexicon = lexicon
        self._known: dict[Written, Phrase] = {}

    def phrases(self, session: Session, written: Iterable[Written]) -> dict[Written, Phrase]:
        """Each phrase with its concepts: a person's choice, else what is kept, else resolved now and not kept."""
        wanted = set(written)
        found = {one: phrase for one in wanted if (phrase := self._known.get(one)) is not None}
        missing = wanted - found.keys()
        if missing:
            kept = catalogue.kept_resolutions(
                session, [(text, language) for text, language, chosen in missing if chosen is None]
            )
            for text, language, chosen in missing:
                if chosen is not None:
                    phrase = self._lexicon.chosen_phrase(text=text, language=language, concept_id=chosen)
                else:
                    resolutions = kept.get((catalogue.phrase_key(text), language))
                    if resolutions is None:
                        # The title of a need may be longer than a skill; what the resolver reads is capped.
                        resolutions = self._lexicon.resolver.resolve(text[: LIMITS.phrase], language=language)
                    phrase = Phrase(text=text, language=language, resolutions=resolutions)
                found[text, language, chosen] = phrase
            if len(self._known) > self.KEPT:
                self._known.clear()
            self._known.update(found)
        return found


_phrasebook: Phrasebook | None = None
_lock = Lock()


def phrasebook(session: Session) -> Phrasebook:
    """The phrasebook of the vocabulary in force, built once a process for each state of the vocabulary."""
    global _phrasebook
    lexicon = catalogue.lexicon(session)
    with _lock:
        if _phrasebook is None or _phrasebook.key != lexicon.key:
            _phrasebook = Phrasebook(lexicon)
        return _phrasebook


def citizen_profiles(
    session: Session, territory_id: int, *, remote_elsewhere: bool = False
) -> tuple[CitizenProfile, ...]:
    """The citizens of a territory, by id; those of others who also help from home with ``remote_elsewhere``."""
    condition: ColumnElement[bool] = Citizen.territory_id == territory_id
    if remote_elsewhere:
        condition = or_(condition, Citizen.remote)
    return _citizens(session, condition)


def citizen_profile(session: Session, citizen_id: int) -> CitizenProfile:
    """One citizen; raises LookupError when there is none of that id."""
    found = _citizens(session, Citizen.id == citizen_id)
    if not found:
        raise LookupError(citizen_id)
    return found[0]


def sign_up_profile(session: Session, sign_up: SignUp, *, language: str) -> CitizenProfile:
    """Somebody on the way to a profile, by the answers so far, written in ``language``."""
    written = [(text, language, chosen) for text, chosen in sign_up.skills]
    known = phrasebook(session).phrases(session, written)
    return CitizenProfile(
        id=SIGN_UP_ID,
        territory_id=str(sign_up.territory_id),
        phrases=tuple(known[one] for one in written),
        place=Place(latitude=sign_up.commune.latitude, longitude=sign_up.commune.longitude),
        radius_km=sign_up.radius_km,
        remote=sign_up.remote,
        hours=sign_up.hours_a_week,
        challenge_ids=frozenset(map(str, sign_up.challenge_ids)) or None,
    )


def need_profiles(
    session: Session, territory_id: int, *, now: datetime, remote_elsewhere: bool = False
) -> tuple[NeedProfile, ...]:
    """The needs of a territory that are open on its day at ``now``, by id.

    With ``remote_elsewhere`` also those of other territories that can be met from home.
    """
    here: ColumnElement[bool] = Need.territory_id == territory_id
    if remote_elsewhere:
        here = or_(here, Need.remote)
    days = {
        str(number): local_day(now, time_zone)
        for number, time_zone in session.execute(select(Territory.id, Territory.time_zone))
    }
    return tuple(
        need
        for need in _needs(session, and_(here, Need.state == NeedState.OPEN))
        if need.until is None or need.until >= days[need.territory_id or ""]
    )


def need_profile(session: Session, need_id: int) -> NeedProfile:
    """One need, open or not; raises LookupError when there is none of that id."""
    found = _needs(session, Need.id == need_id)
    if not found:
        raise LookupError(need_id)
    return found[0]


def _citizens(session: Session, condition: ColumnElement[bool]) -> tuple[CitizenProfile, ...]:
    rows = session.execute(
        select(
            Citizen.id,
            Citizen.account_id,
            Citizen.territory_id,
            Citizen.hours_a_week,
            Citizen.radius_km,
            Citizen.remote,
            Commune.latitude,
            Commune.longitude,
        )
        .join(Commune, Commune.code == Citizen.commune_code)
        .where(condition)
        .order_by(Citizen.id)
    ).all()
    skills = session.execute(
        select(
            CitizenSkill.citizen_id,
            CitizenSkill.phrase,
            CitizenSkill.language,
            CitizenSkill.concept_id,
            CitizenSkill.confirmed,
        )
        .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
        .where(condition)
        .order_by(CitizenSkill.citizen_id, CitizenSkill.position)
    ).all()
    challenges = _gathered(
        session.execute(
            select(CitizenChallenge.citizen_id, CitizenChallenge.challenge_id)
            .join(Citizen, Citizen.id == CitizenChallenge.citizen_id)
            .where(condition)
        )
    )
    groups = _gathered(
        session.execute(
            select(Membership.account_id, Membership.group_id)
            .join(Citizen, Citizen.account_id == Membership.account_id)
            .where(condition)
        )
    )
    offered = _gathered((row.citizen_id, _written(row)) for row in skills)
    known = phrasebook(session).phrases(session, (_written(row) for row in skills))
    return tuple(
        CitizenProfile(
            id=str(row.id),
            territory_id=str(row.territory_id),
            phrases=tuple(known[one] for one in offered.get(row.id, ())),
            place=Place(latitude=row.latitude, longitude=row.longitude),
            radius_km=row.radius_km,
            remote=row.remote,
            hours=row.hours_a_week,
            challenge_ids=frozenset(map(str, challenges.get(row.id, ()))) or None,
            group_ids=frozenset(map(str, groups.get(row.account_id, ()))),
        )
        for row in rows
    )


def _needs(session: Session, condition: ColumnElement[bool]) -> tuple[NeedProfile, ...]:
    rows = session.execute(
        select(
            Need.id,
            Need.territory_id,
            Need.group_id,
            Need.title,
            Need.state,
            Need.until,
            Need.hours_a_week,
            Need.remote,
            Need.places,
            Need.places_taken,
            StartupGroup.challenge_id,
            StartupGroup.locale,
            Commune.latitude,
            Commune.longitude,
        )
        .join(StartupGroup, StartupGroup.id == Need.group_id)
        .outerjoin(Commune, Commune.code == Need.commune_code)
        .where(condition)
        .order_by(Need.id)
    ).all()
    skills = session.execute(
        select(
            WantedSkill.need_id,
            WantedSkill.phrase,
            WantedSkill.language,
            WantedSkill.concept_id,
            WantedSkill.confirmed,
            WantedSkill.importance,
        )
        .join(Need, Need.id == WantedSkill.need_id)
        .where(condition)
        .order_by(WantedSkill.need_id, WantedSkill.position)
    ).all()
    wanted = _gathered((row.need_id, (_written(row), row.importance)) for row in skills)
    titles: list[Written] = [(row.title, row.locale, None) for row in rows]
    known = phrasebook(session).phrases(session, [*titles, *(_written(row) for row in skills)])
    return tuple(
        NeedProfile(
            id=str(row.id),
            territory_id=str(row.territory_id),
            title=known[row.title, row.locale, None],
            wanted=tuple(
                Wanted(phrase=known[written], importance=importance)
                for written, importance in wanted.get(row.id, ())
            ),
            group_id=str(row.group_id),
            place=None if row.latitude is None else Place(latitude=row.latitude, longitude=row.longitude),
            remote=row.remote,
            hours=row.hours_a_week,
            challenge_id=str(row.challenge_id),
            until=row.until,
            places_left=row.places - row.places_taken,
            open=row.state is NeedState.OPEN,
        )
        for row in rows
    )


def _written(row: Row[*tuple[Any, ...]]) -> Written:
    return row.phrase, row.language, row.concept_id if row.confirmed else None


def _gathered(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    gathered: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        gathered[key].append(value)
    return gathered
