"""How much longer ways are in a territory than a straight line, as its organisers say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.base.work import Missing
from matchmaker.organisers.forms import DetourForm, ForgetDetourForm, TravelForm
from matchmaker.organisers.views.desk import blueprint
from matchmaker.places import queries
from matchmaker.places import service as places
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.forms import commune_choices, read_commune_field
from matchmaker.places.models import Commune, Territory
from matchmaker.places.rules import great_circle_km
from matchmaker.web import access, begin, reading

Choices = Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Two communes with their own way: how far it is in a straight line, and as how far it counts."""

    one: Commune
    other: Commune
    straight_km: float
    km: float
    percent: int


@blueprint.route("/t/<slug>/travel", methods=["GET", "POST"])
@access(ORGANISER)
def travel(slug: str) -> ResponseReturnValue:
    """How far ways are in a territory; by POST, say it for all of it."""
    territory = own_territory(slug)
    form = TravelForm(percent=territory.travel_percent)
    if form.validate_on_submit():
        with begin() as work:
            places.set_travel(work, territory_id=territory.id, percent=form.percent.data)
        return _kept(slug)
    return _page(territory, form, DetourForm(formdata=None))


@blueprint.post("/t/<slug>/travel/between")
@access(ORGANISER)
def travel_between(slug: str) -> ResponseReturnValue:
    """Say how far it is between two communes."""
    territory = own_territory(slug)
    form = DetourForm()
    one: Choices = ()
    other: Choices = ()
    if form.validate():
        here = read_commune_field(reading(), form.one, code=form.one_code, territory=territory)
        there = read_commune_field(reading(), form.other, code=form.other_code, territory=territory)
        one, other = commune_choices(here), commune_choices(there)
        if here.commune is not None and there.commune is not None:
            try:
                with begin() as work:
                    places.set_travel(
                        work,
                        territory_id=territory.id,
                        percent=form.way.data,
                        between=(here.commune.code, there.commune.code),
                    )
            except places.InvalidTerritory:
                form.other.errors = [gettext("These are the same commune. Write another one here.")]
            else:
                return _kept(slug)
    return _page(territory, TravelForm(formdata=None, percent=territory.travel_percent), form, one, other)


@blueprint.post("/t/<slug>/travel/forget")
@access(ORGANISER)
def travel_forget(slug: str) -> ResponseReturnValue:
    """Count two communes again as all others are counted."""
    territory = own_territory(slug)
    form = ForgetDetourForm()
    if form.validate():
        pair = form.one.data or "", form.other.data or ""
        try:
            with begin() as work:
                places.set_travel(work, territory_id=territory.id, percent=None, between=pair)
        except places.InvalidTerritory as error:
            raise Missing from error
        flash(gettext("These two count again like all others."), "success")
    return redirect(url_for("organisers.travel", slug=slug))


def _kept(slug: str) -> ResponseReturnValue:
    flash(gettext("This is kept. From now on, distances count like this."), "success")
    return redirect(url_for("organisers.travel", slug=slug))


def _page(
    territory: Territory, form: TravelForm, between: DetourForm, one: Choices = (), other: Choices = ()
) -> ResponseReturnValue:
    refused = between if between.errors else form
    page = render_template(
        "organisers/travel.html",
        territory=territory,
        form=refused,
        travel_form=form,
        detour_form=between,
        one_choices=one,
        other_choices=other,
        ways=[
            _way(here, there, detour.percent)
            for detour, here, there in queries.detours_of(reading(), territory_id=territory.id)
        ],
    )
    return page, 422 if refused.errors else 200


def _way(here: Commune, there: Commune, percent: int) -> Way:
    km = great_circle_km(here.latitude, here.longitude, there.latitude, there.longitude)
    return Way(one=here, other=there, straight_km=km, km=km * percent / 100, percent=percent)
