"""The blueprint, and what its pages share."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, abort

from matchmaker.assisted import loading, service
from matchmaker.assisted import queries as assisted_queries
from matchmaker.base.work import Work
from matchmaker.digests import queries
from matchmaker.digests import service as digests
from matchmaker.digests.letters import Sections
from matchmaker.relays import queries as relays_queries
from matchmaker.relays import service as relays
from matchmaker.relays.models import Relay
from matchmaker.web import account_id, begin, reading, site, visitor_id

blueprint = Blueprint("assisted", __name__)


@blueprint.app_template_global()
def people_signed_up(territory_id: int) -> dict[int, int]:
    """How many people each relay of a territory has signed up who are still with it, by its id."""
    return assisted_queries.count_people(reading(), territory_id=territory_id)


def own_relay(relay_id: int) -> Relay:
    """A relay at which the visitor works; else there is no such page."""
    relay = relays_queries.find_own_relay(reading(), relay_id=relay_id, account_id=visitor_id())
    if relay is None:
        abort(404)
    return relay


@contextmanager
def acting_at(relay_id: int) -> Iterator[tuple[Work, service.AtDesk]]:
    """A unit of work of the signed-in person at their relay; 404 once they, or what it is about, are there no more."""
    try:
        with begin() as work:
            relays.check_at_relay(work.session, relay_id=relay_id, account_id=account_id())
            yield work, service.AtDesk(relay_id=relay_id, member_id=account_id())
    except (relays.NotAtRelay, service.PersonElsewhere, service.LineElsewhere):
        abort(404)


def sections_of(paper: loading.PaperLetter) -> Sections:
    """What a letter on paper tells, in the language of its reader."""
    run = paper.letter.run
    edits = queries.edits(reading(), territory_id=run.territory_id, iso_week=run.iso_week)
    return digests.sections(site().works, paper.draft, edits, locale=paper.citizen.locale)
