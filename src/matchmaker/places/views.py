"""The first page, suggestions of communes as people type, and the accessibility statement."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.places import queries
from matchmaker.places.models import Commune
from matchmaker.web import Access, access, check_look, place_in_list, reading, site

blueprint = Blueprint("places", __name__)

SEARCH_LENGTH = 80


@blueprint.get("/")
@access(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """The first page: find your territory, among many by its name with ``?q=``."""
    search, at = request.args.get("q", "")[:SEARCH_LENGTH], place_in_list()
    page = queries.named_territories(reading(), search=search, place=at.before or at.after or 0)
    return render_template("places/home.html", page=page, search=search)


@blueprint.get("/communes")
@access(Access.PUBLIC)
def communes() -> ResponseReturnValue:
    """Communes that fit what was typed so far, those of ``?territory=`` first: the same as the form will ask among."""
    check_look()
    typed = request.args.get("q", "")[:80]
    territory = queries.find_territory(reading(), slug=request.args.get("territory", ""))
    found: Sequence[Commune] = ()
    if len(typed.strip()) > 1:
        found = queries.search_communes(reading(), typed, territory=territory)
        found = found or queries.similar_communes(reading(), typed, territory=territory)
    return render_template("places/communes.html", communes=found)


@blueprint.get("/accessibility")
@access(Access.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """How far everybody can use the service, and what to do where somebody cannot."""
    return render_template("places/accessibility.html", contact=site().settings.mail_from)
