"""Eve, who is invited, and what came of it."""

from sqlalchemy import func, select

from matchmaker.accounts.models import Account
from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import Membership
from matchmaker.groups.rules import Role
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.pages import letters_to, link_in

EVE = "eve@example.org"


def invite(lead: Person, cast: Cast, address: str = EVE, role: str = "member") -> None:
    """Lou invites somebody by the form."""
    answer = lead.fill_in(f"/groups/{cast.group.id}/invite", {"address": address, "role": role})
    assert answer.status_code == 302


def mailed_link(works: WorkFactory, address: str = EVE) -> str:
    """The path of the link in the newest letter to an address."""
    with works.sessions() as session:
        return link_in(letters_to(session, address)[-1], "/invitations/")


def role_of(works: WorkFactory, cast: Cast, address: str = EVE) -> Role | None:
    """What the owner of an address is in the group."""
    with works.sessions() as session:
        return session.scalar(
            select(Membership.role)
            .join(Account)
            .where(Membership.group_id == cast.group.id, Account.address == address)
        )


def count(works: WorkFactory, kind: type) -> int:
    """How many rows of a kind there are."""
    with works.sessions() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0
