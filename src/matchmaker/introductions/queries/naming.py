"""By what somebody is named in what others wrote to them or of them."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.naming import Naming
from matchmaker.citizens.models import Citizen
from matchmaker.introductions.models import SharedContact


def naming_of_citizen(session: Session, *, citizen_id: int) -> Naming:
    """A citizen's name, address, telephone numbers and skills."""
    citizen = session.get_one(Citizen, citizen_id)
    numbers = _shared(session, SharedContact.citizen_id == citizen_id)
    if citizen.telephone is not None:
        numbers.append(citizen.telephone.number)
    return Naming(
        names=[citizen.first_name],
        addresses=[citizen.account.address] if citizen.account is not None else [],
        telephones=numbers,
        words=[skill.phrase for skill in citizen.skills],
    )


def naming_of_account(session: Session, *, account_id: int) -> Naming:
    """The name and the address of an account, and the telephone numbers that it let others see."""
    account = session.get_one(Account, account_id)
    return Naming(
        names=[account.first_name],
        addresses=[account.address],
        telephones=_shared(session, SharedContact.account_id == account_id),
    )


def _shared(session: Session, whose: ColumnElement[bool]) -> list[str]:
    query = select(SharedContact.telephone).where(whose, SharedContact.telephone.is_not(None))
    return [number for number in session.scalars(query) if number is not None]
