"""The desk of a territory."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from matchmaker.digests import queries as digests
from matchmaker.groups import queries as groups
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.organisers import queries
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.relays import queries as relays
from matchmaker.web import access, now, reading

blueprint = Blueprint("organisers", __name__)

NEWCOMERS_SHOWN = 12
NEEDS_SHOWN = 30
GROUPS_SHOWN = 24


@blueprint.get("/t/<slug>/desk")
@access(ORGANISER)
def desk(slug: str) -> ResponseReturnValue:
    """A territory's numbers, and what waits for somebody's attention."""
    territory = own_territory(slug)
    unmatched = matching.needs_without_match(reading(), territory, now=now())
    quiet = queries.groups_without_open_needs(reading(), territory, now=now())
    needs = matching_queries.needs_by_id(reading(), unmatched[:NEEDS_SHOWN])
    return render_template(
        "organisers/desk.html",
        territory=territory,
        figures=queries.figures(reading(), territory, now=now()),
        challenges=queries.supply_and_demand(reading(), territory, now=now()),
        unmatched=len(unmatched),
        needs=[needs[need_id] for need_id in unmatched[:NEEDS_SHOWN]],
        newcomers=queries.newcomers(reading(), territory_id=territory.id, limit=NEWCOMERS_SHOWN),
        relays=relays.has_relays(reading(), territory_id=territory.id),
        runs=bool(digests.latest_runs(reading(), territory_id=territory.id, limit=1)),
        closed_groups=groups.closed_groups_in(reading(), territory_id=territory.id)[:GROUPS_SHOWN],
        quiet_groups=quiet[:GROUPS_SHOWN],
        quiet=len(quiet),
    )
