"""The introductions of a territory that have waited too long, and what came of the others."""

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from matchmaker.introductions import queries, service
from matchmaker.introductions.rules import OWING, outcome_bands
from matchmaker.organisers import queries as desk
from matchmaker.organisers.views.desk import blueprint
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.rules import local_day
from matchmaker.web import access, now, place_in_list, reading

WEEKS = 12


@blueprint.get("/t/<slug>/introductions")
@access(ORGANISER)
def introductions(slug: str) -> ResponseReturnValue:
    """Who has owed an answer for three weeks, how many introductions stand where, and outcomes by score."""
    territory = own_territory(slug)
    today = local_day(now(), territory.time_zone)
    weeks = [desk.monday_of(today) - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    page = queries.on_the_board(reading(), territory_id=territory.id, place=place_in_list())
    return render_template(
        "organisers/introductions.html",
        territory=territory,
        waiting=[
            (one, [service.side_name(one, party) for party in sorted(OWING[one.state])]) for one in page.rows
        ],
        page=page,
        weeks=list(
            zip(
                weeks,
                desk.answers_by_week(
                    reading(), territory_id=territory.id, weeks=weeks, time_zone=territory.time_zone
                ),
                strict=True,
            )
        ),
        counts=queries.counts_by_state(reading(), territory_id=territory.id),
        bands=outcome_bands(queries.endings(reading(), territory_id=territory.id)),
    )
