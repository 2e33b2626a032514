"""The first page, suggestions as people type, and the sources of the data."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.catalogue import queries, service
from matchmaker.catalogue.rules import LIMITS
from matchmaker.web import Access, access, reading, site

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
@access(Access.PUBLIC)
def home() -> ResponseReturnValue:
    """The first page: find your territory."""
    return render_template("catalogue/home.html", territories=queries.territories(reading()))


@blueprint.get("/communes")
@access(Access.PUBLIC)
def communes() -> ResponseReturnValue:
    """Communes that fit what was typed so far."""
    typed = request.args.get("q", "")[:80]
    found = queries.search_communes(reading(), typed) if len(typed.strip()) > 1 else []
    return render_template("catalogue/communes.html", communes=found)


@blueprint.get("/skills")
@access(Access.PUBLIC)
def skills() -> ResponseReturnValue:
    """Skills that fit what was typed so far, with the family of each."""
    typed = request.args.get("q", "")[: LIMITS.phrase]
    resolver = service.lexicon(reading()).resolver
    return render_template(
        "catalogue/skills.html",
        suggestions_found=resolver.suggest(typed, language=i18n.get_locale()),
        families=queries.families(reading()),
    )


@blueprint.get("/accessibility")
@access(Access.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """How far everybody can use the service, and what to do where somebody cannot."""
    return render_template("catalogue/accessibility.html", contact=site().settings.mail_from)


@blueprint.get("/sources")
@access(Access.PUBLIC)
def sources() -> ResponseReturnValue:
    """Where places and words come from, and under which licences."""
    return render_template("catalogue/sources.html", sources=queries.vocabulary_sources(reading()))
