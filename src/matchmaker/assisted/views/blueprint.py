"""The blueprint, and what its pages share."""

from collections.abc import Sequence

from flask import Blueprint

from matchmaker.assisted import loading
from matchmaker.assisted import queries as assisted_queries
from matchmaker.digests import queries
from matchmaker.digests import service as digests
from matchmaker.digests.letters import Sections
from matchmaker.web import reading, site

blueprint = Blueprint("assisted", __name__)


@blueprint.app_template_global()
def people_signed_up(territory_id: int) -> dict[int, int]:
    """How many people each relay of a territory has signed up who are still with it, by its id."""
    return assisted_queries.count_people(reading(), territory_id=territory_id)


def sections_of(papers: Sequence[loading.PaperLetter]) -> list[Sections]:
    """What some letters on paper of one run tell, each in the language of its reader."""
    if not papers:
        return []
    run = papers[0].letter.run
    edits = queries.edits(reading(), territory_id=run.territory_id, iso_week=run.iso_week)
    works = site().works
    return [digests.sections(works, one.draft, edits, locale=one.citizen.locale) for one in papers]
