"""Citizens as the engine reads them, loaded for many at once in a fixed number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from matchmaker.base.ids import ChallengeId, CitizenId
from matchmaker.base.text import fold
from matchmaker.base.work import Missing
from matchmaker.citizens.models import Citizen, CitizenChallenge, CitizenSkill, SignUp
from matchmaker.groups.models import Membership
from matchmaker.matching.loading.phrasebook import (
    Levelled,
    Phrasebook,
    at_level,
    gathered,
    phrasebook,
    written_in,
)
from matchmaker.matching.models import Dismissal, HiddenFromGroup, LoweredPair, NeedAnswer
from matchmaker.matching.rules import Answer, CitizenProfile, Place
from matchmaker.places.models import Commune

Other = TypeVar("Other")

SIGN_UP_ID = CitizenId(0)
"""No row's: the id of the profile of somebody who has no account yet."""

_COLUMNS = select(
    Citizen.id,
    Citizen.account_id,
    Citizen.territory_id,
    Citizen.hours_a_week,
    Citizen.radius_km,
    Citizen.remote,
    Commune.latitude,
    Commune.longitude,
).join(Commune, Commune.code == Citizen.commune_code)


def citizen_profiles(
    session: Session, territory_id: int, *, books: Sequence[Phrasebook], remote_elsewhere: bool = False
) -> tuple[tuple[CitizenProfile, ...], ...]:
    """The citizens of a territory, by id, as each of ``books`` reads them.

    With ``remote_elsewhere`` also those of other territories who help from home.
    """
    condition: ColumnElement[bool] = Citizen.territory_id == territory_id
    if remote_elsewhere:
        condition = or_(condition, Citizen.remote)
    return _citizens(session, condition, books)


def citizen_as_read(
    session: Session, citizen_id: int, *, books: Sequence[Phrasebook]
) -> tuple[CitizenProfile, ...]:
    """One citizen as each of ``books`` reads them; raises Missing when there is none of that id."""
    found = tuple(one for read in _citizens(session, Citizen.id == citizen_id, books) for one in read)
    if not found:
        raise Missing(citizen_id)
    return found


def citizens_as_read(
    session: Session, citizen_ids: Collection[int], *, books: Sequence[Phrasebook]
) -> tuple[tuple[CitizenProfile, ...], ...]:
    """Some citizens, by id, as each of ``books`` reads them; there are at most some thousand ids."""
    return _citizens(session, Citizen.id.in_(sorted(citizen_ids)), books)


def citizen_profile(session: Session, citizen_id: int) -> CitizenProfile:
    """One citizen as their own territory reads them; raises Missing when there is none of that id."""
    territory_id = session.scalar(select(Citizen.territory_id).where(Citizen.id == citizen_id))
    if territory_id is None:
        raise Missing(citizen_id)
    (profile,) = citizen_as_read(session, citizen_id, books=[phrasebook(session, territory_id)])
    return profile


def sign_up_as_read(
    session: Session, sign_up: SignUp, *, language: str, books: Sequence[Phrasebook]
) -> tuple[CitizenProfile, ...]:
    """Somebody on the way to a profile, by the answers so far, written in ``language``, as each of ``books`` reads them."""
    levels = sign_up.ticked
    written = [((text, language, chosen), levels.get(text)) for text, chosen in sign_up.skills]
    profile = CitizenProfile(
        id=SIGN_UP_ID,
        territory_id=sign_up.territory_id,
        phrases=(),
        place=Place(latitude=sign_up.commune.latitude, longitude=sign_up.commune.longitude),
        radius_km=sign_up.radius_km,
        remote=sign_up.remote,
        hours=sign_up.hours_a_week,
        challenge_ids=frozenset(map(ChallengeId, sign_up.challenge_ids)) or None,
    )
    return tuple(one for book in books for one in _read(session, [profile], [written], book))


def sign_up_profile(session: Session, sign_up: SignUp, *, language: str) -> CitizenProfile:
    """Somebody on the way to a profile, as the territory in which they want to take part reads them."""
    books = [phrasebook(session, sign_up.territory_id)]
    (profile,) = sign_up_as_read(session, sign_up, language=language, books=books)
    return profile


def _citizens(
    session: Session, condition: ColumnElement[bool], books: Sequence[Phrasebook]
) -> tuple[tuple[CitizenProfile, ...], ...]:
    rows = session.execute(_COLUMNS.where(condition).order_by(Citizen.id)).all()
    skills = session.execute(
        select(
            CitizenSkill.citizen_id,
            CitizenSkill.phrase,
            CitizenSkill.language,
            CitizenSkill.concept_id,
            CitizenSkill.confirmed,
            CitizenSkill.level,
        )
        .join(Citizen, Citizen.id == CitizenSkill.citizen_id)
        .where(condition)
        .order_by(CitizenSkill.citizen_id, CitizenSkill.position)
    ).all()
    challenges = _of_citizens(session, CitizenChallenge.citizen_id, CitizenChallenge.challenge_id, condition)
    groups = gathered(
        session.execute(
            select(Membership.account_id, Membership.group_id)
            .join(Citizen, Citizen.account_id == Membership.account_id)
            .where(condition)
        )
    )
    refused = _of_citizens(session, Dismissal.citizen_id, Dismissal.need_id, condition)
    said_no = _of_citizens(
        session, NeedAnswer.citizen_id, NeedAnswer.need_id, condition & (NeedAnswer.answer == Answer.NO)
    )
    hidden = _of_citizens(session, HiddenFromGroup.citizen_id, HiddenFromGroup.group_id, condition)
    offered = gathered((row.citizen_id, (written_in(row), row.level)) for row in skills)
    profiles = [
        CitizenProfile(
            id=row.id,
            territory_id=row.territory_id,
            phrases=(),
            place=Place(latitude=row.latitude, longitude=row.longitude),
            radius_km=row.radius_km,
            remote=row.remote,
            hours=row.hours_a_week,
            challenge_ids=frozenset(challenges.get(row.id, ())) or None,
            group_ids=frozenset(groups.get(row.account_id, ())),
            refused_need_ids=frozenset((*refused.get(row.id, ()), *said_no.get(row.id, ()))),
            hidden_from_group_ids=frozenset(hidden.get(row.id, ())),
        )
        for row in rows
    ]
    every = [offered.get(row.id, []) for row in rows]
    lowered = _lowered(session, condition)
    return tuple(_taught(_read(session, profiles, every, book), lowered) for book in books)


def _of_citizens(
    session: Session,
    citizen_id: InstrumentedAttribute[CitizenId],
    other: InstrumentedAttribute[Other],
    condition: ColumnElement[bool],
) -> dict[CitizenId, list[Other]]:
    """What some citizens have of one kind, by the citizen's id."""
    rows = session.execute(select(citizen_id, other).join(Citizen, Citizen.id == citizen_id).where(condition))
    return gathered((owner, value) for owner, value in rows)


def _lowered(session: Session, condition: ColumnElement[bool]) -> dict[CitizenId, dict[str, set[str]]]:
    """What each citizen said that a skill of theirs does not cover: by their id, then by the folded skill."""
    rows = session.execute(
        select(LoweredPair.citizen_id, LoweredPair.own, LoweredPair.wanted)
        .join(Citizen, Citizen.id == LoweredPair.citizen_id)
        .where(condition)
    )
    found: dict[CitizenId, dict[str, set[str]]] = {}
    for citizen_id, own, wanted in rows:
        found.setdefault(citizen_id, {}).setdefault(own, set()).add(wanted)
    return found


def _taught(
    profiles: Sequence[CitizenProfile], lowered: dict[CitizenId, dict[str, set[str]]]
) -> tuple[CitizenProfile, ...]:
    """Profiles whose phrases know what their owner said that they do not cover."""
    return tuple(
        replace(
            profile,
            phrases=tuple(
                replace(phrase, not_for=frozenset(lowered[profile.id].get(fold(phrase.text), ())))
                for phrase in profile.phrases
            ),
        )
        if profile.id in lowered
        else profile
        for profile in profiles
    )


def _read(
    session: Session,
    profiles: Sequence[CitizenProfile],
    offered: Sequence[Sequence[Levelled]],
    book: Phrasebook,
) -> tuple[CitizenProfile, ...]:
    """Profiles with their phrases, in the same order, as a book reads them."""
    known = book.phrases(session, (one for one, _ in chain.from_iterable(offered)))
    return tuple(
        replace(
            profile,
            phrases=tuple(at_level(known[one], level) for one, level in written if book.names_skill(one)),
        )
        for profile, written in zip(profiles, offered, strict=True)
    )
