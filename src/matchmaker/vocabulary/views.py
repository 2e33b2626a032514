"""Suggestions of skills as people type, and the sources of the data."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.vocabulary import queries, service
from matchmaker.vocabulary.rules import LIMITS
from matchmaker.web import Access, access, check_look, reading

blueprint = Blueprint("vocabulary", __name__)


@blueprint.get("/skills")
@access(Access.PUBLIC)
def skills() -> ResponseReturnValue:
    """Skills that fit what was typed so far, with the family of each."""
    check_look()
    typed = request.args.get("q", "")[: LIMITS.phrase]
    resolver = service.lexicon(reading()).resolver
    return render_template(
        "vocabulary/skills.html",
        suggestions_found=resolver.suggest(typed, language=i18n.get_locale()),
        families=queries.families(reading()),
    )


@blueprint.get("/sources")
@access(Access.PUBLIC)
def sources() -> ResponseReturnValue:
    """Where places and words come from, and under which licences."""
    return render_template("vocabulary/sources.html", sources=queries.vocabulary_sources(reading()))
