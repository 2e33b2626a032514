"""The first page, suggestions of communes as people type, and the accessibility statement."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.places import queries
from matchmaker.web import Access, access, reading, site

blueprint = Blueprint("places", __name__)


@blueprint.get("/")
@access(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """The first page: find your territory."""
    return render_template("places/home.html", territories=queries.territories(reading()))


@blueprint.get("/communes")
@access(Access.PUBLIC)
def communes() -> ResponseReturnValue:
    """Communes that fit what was typed so far."""
    typed = request.args.get("q", "")[:80]
    found = queries.search_communes(reading(), typed) if len(typed.strip()) > 1 else []
    return render_template("places/communes.html", communes=found)


@blueprint.get("/accessibility")
@access(Access.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """How far everybody can use the service, and what to do where somebody cannot."""
    return render_template("places/accessibility.html", contact=site().settings.mail_from)
