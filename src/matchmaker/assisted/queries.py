"""Reads about the people of a relay, sign-ups begun there, and what it did for them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matchmaker.assisted.models import RelayAct
from matchmaker.base.paging import ROWS, Page, part_of
from matchmaker.base.text import fold
from matchmaker.citizens.models import Citizen, Consent, SignUp
from matchmaker.citizens.queries import with_answers


def count_people(session: Session, *, territory_id: int) -> dict[int, int]:
    """How many people each relay of a territory has signed up who are still with it, by its id."""
    rows = session.execute(
        select(Citizen.relay_id, func.count())
        .where(Citizen.territory_id == territory_id, Citizen.relay_id.is_not(None))
        .group_by(Citizen.relay_id)
    )
    return {relay_id: number for relay_id, number in rows if relay_id is not None}


def people_of(
    session: Session, *, relay_id: int, search: str = "", place: int = 0, size: int = ROWS
) -> tuple[Page[Citizen], int]:
    """A page of a relay's people whose first name holds ``search``, the newest first, and how many there are.

    The name in any case and without accents; ``place`` people stand before the page.
    """
    names = session.execute(
        select(Citizen.id, Citizen.first_name)
        .where(Citizen.relay_id == relay_id)
        .order_by(Citizen.created_at.desc(), Citizen.id.desc())
    )
    wanted = fold(search)
    found = [number for number, first_name in names if wanted in fold(first_name)]
    page = part_of(found, place=place, size=size)
    query = with_answers(select(Citizen)).where(Citizen.id.in_(page.rows))
    people = {person.id: person for person in session.scalars(query)}
    rows = tuple(people[number] for number in page.rows)
    return Page(rows=rows, after=page.after, before=page.before), len(found)


def find_person(session: Session, *, relay_id: int, citizen_id: int) -> Citizen | None:
    """One of a relay's people, with all that they answered and agreed to."""
    return session.scalars(
        with_answers(select(Citizen))
        .where(Citizen.relay_id == relay_id, Citizen.id == citizen_id)
        .options(
            joinedload(Citizen.telephone), selectinload(Citizen.consents).joinedload(Consent.recorded_by)
        )
    ).one_or_none()


def acts_for(session: Session, *, relay_id: int, citizen_id: int) -> Sequence[RelayAct]:
    """What a relay did for one of its people, the latest first."""
    return session.scalars(
        select(RelayAct)
        .where(RelayAct.relay_id == relay_id, RelayAct.citizen_id == citizen_id)
        .order_by(RelayAct.id.desc())
        .options(joinedload(RelayAct.account))
    ).all()


def find_draft(
    session: Session, *, relay_id: int, sign_up_id: str | None, lock: bool = False
) -> SignUp | None:
    """A sign-up that was begun at a relay and not finished; with ``lock`` nobody else finishes it meanwhile."""
    query = select(SignUp).where(
        SignUp.id == sign_up_id,
        SignUp.relay_id == relay_id,
        SignUp.citizen_id.is_(None),
        SignUp.mailed_at.is_(None),
        SignUp.confirmed_at.is_(None),
    )
    return session.scalars(query.with_for_update(of=SignUp) if lock else query).one_or_none()
