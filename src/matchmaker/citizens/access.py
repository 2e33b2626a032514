"""Who is a citizen: has a profile, in one territory or several."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.citizens import queries
from matchmaker.citizens.models import Citizen
from matchmaker.web import Role


class NoProfile(Exception):
    """Who is signed in is no citizen yet."""


def _find(session: Session, *, account_id: int) -> Sequence[Citizen]:
    profiles = queries.profiles_of(session, account_id=account_id)
    if not profiles:
        raise NoProfile
    return profiles


CITIZEN = Role(name="citizen", find=_find)


def own_profiles() -> Sequence[Citizen]:
    """The visitor's profiles, one a territory, the newest first. Raises NoProfile."""
    return CITIZEN.own()


def own_profile(*, territory_id: int) -> Citizen:
    """The visitor's profile in a territory, or else the newest of any other. Raises NoProfile."""
    profiles = own_profiles()
    return next((one for one in profiles if one.territory_id == territory_id), profiles[0])
