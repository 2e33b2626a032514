"""A territory's page, and the list of its groups."""

from collections.abc import Sequence

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.paging import count_of, page_of
from matchmaker.base.search import tokens_of
from matchmaker.groups import queries
from matchmaker.groups.forms import GroupsForm
from matchmaker.groups.queries import NEWEST_GROUPS, GroupFilter
from matchmaker.groups.rules import Stage
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.places import queries as places
from matchmaker.places.models import Challenge
from matchmaker.places.rules import drawn, local_day
from matchmaker.web import Access, access, check_look, now, or_404, page_url, place_in_list, reading
from matchmaker.web.forms import choices

SHOWN, EACH_AT_MOST = 12, 6
"""Needs on the page of a territory with several défis, and of each; as many groups. More are in the lists."""

COMMUNES_SHOWN = 12
"""Communes that are named beside the map: those in which most is needed."""


@blueprint.get("/t/<slug>")
@access(Access.PUBLIC)
def territory(slug: str) -> ResponseReturnValue:
    """A territory: its défis with their newest groups and needs; one défi alone with ``?challenge=``.

    ``?commune=`` was once the needs of one commune, which are in the list of needs now.
    """
    place = or_404(places.find_territory(reading(), slug=slug))
    spots = queries.needs_by_commune(reading(), territory=place, now=now())
    commune = next((spot for spot in spots if spot.code == request.args.get("commune")), None)
    if commune is not None:
        there = {"commune": commune.name, "commune_code": commune.code, "km": 0}
        return redirect(page_url("needs", slug=slug, **there))
    challenges = places.challenges_of(reading(), territory_id=place.id)
    chosen = _named(challenges, request.args.get("challenge"))
    shown = [chosen] if chosen else [*challenges]
    most = sorted((spot for spot in spots if spot.count), key=lambda spot: (-spot.count, spot.name))
    sections = queries.challenges_with_groups(
        reading(),
        territory=place,
        challenges=shown,
        now=now(),
        each=SHOWN if chosen else min(EACH_AT_MOST, max(SHOWN // max(len(shown), 1), 1)),
    )
    groups = [group for section in sections for group in section.groups]
    return render_template(
        "groups/territory.html",
        territory=place,
        challenges=challenges,
        chosen=chosen,
        sections=sections,
        open_needs=queries.open_needs_of(reading(), groups, today=local_day(now(), place.time_zone)),
        spots=spots,
        places=most[:COMMUNES_SHOWN],
        sheet=drawn(spots) if most and not chosen else None,
    )


@blueprint.get("/t/<slug>/groups")
@access(Access.PUBLIC)
def index(slug: str) -> ResponseReturnValue:
    """The groups of a territory that meet what the address asks for, a page at a time."""
    place = or_404(places.find_territory(reading(), slug=slug))
    challenges = places.challenges_of(reading(), territory_id=place.id)
    form = GroupsForm(request.args)
    locale = i18n.get_locale()
    form.challenge.choices = choices(
        ("", gettext("All")), *((one.slug, one.title(locale)) for one in challenges)
    )
    form.validate()
    where = _filter(form, challenges)
    query = queries.found_groups(reading(), territory_id=place.id, where=where)
    page = page_of(reading(), query, order=NEWEST_GROUPS, place=place_in_list())
    return render_template(
        "groups/all.html",
        territory=place,
        search=form,
        filtered=where != GroupFilter(),
        page=page,
        count=count_of(reading(), query, order=NEWEST_GROUPS),
        open_needs=queries.open_needs_of(reading(), page.rows, today=local_day(now(), place.time_zone)),
    )


def _filter(form: GroupsForm, challenges: Sequence[Challenge]) -> GroupFilter:
    tokens = None
    if form.q.data and not form.q.errors:
        check_look()
        tokens = tokens_of(form.q.data)
    chosen = _named(challenges, form.challenge.data)
    return GroupFilter(
        tokens=tokens,
        challenge_id=chosen.id if chosen else None,
        stage=Stage(form.stage.data) if form.stage.data and not form.stage.errors else None,
    )


def _named(challenges: Sequence[Challenge], slug: str | None) -> Challenge | None:
    return next((challenge for challenge in challenges if challenge.slug == slug), None)
