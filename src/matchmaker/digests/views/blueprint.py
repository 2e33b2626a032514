"""The blueprint, and what its pages share."""

from flask import Blueprint, abort

from matchmaker.catalogue import queries as catalogue_queries
from matchmaker.catalogue import service as catalogue
from matchmaker.catalogue.models import Territory
from matchmaker.web import account_id, reading

blueprint = Blueprint("digests", __name__)


def own_territory(slug: str) -> Territory:
    """The territory of that slug if the visitor runs its desk; else there is no such page."""
    territory = catalogue_queries.find_territory(reading(), slug=slug)
    if territory is None or not catalogue.is_organiser(
        reading(), territory_id=territory.id, account_id=account_id()
    ):
        abort(404)
    return territory
