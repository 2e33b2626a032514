"""The blueprint, and whose profile a page is about."""

from flask import Blueprint

from matchmaker.citizens import queries as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.web import reading, visitor_id

blueprint = Blueprint("matching", __name__)


def own_profile(territory_id: int) -> Citizen | None:
    """The visitor's profile in a territory, or else any other of theirs."""
    visitor = visitor_id()
    if visitor is None:
        return None
    profiles = citizens.profiles_of(reading(), account_id=visitor)
    here = [profile for profile in profiles if profile.territory_id == territory_id]
    return next(iter(here or profiles), None)
