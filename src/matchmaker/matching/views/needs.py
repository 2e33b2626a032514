"""The open needs of a territory, searched and filtered; the address says all of it."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.paging import Count, Page, count_of, page_of, part_of
from matchmaker.base.search import tokens_of
from matchmaker.citizens import queries as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need
from matchmaker.groups.queries import NEWEST_NEEDS, Asked, NeedFilter, found_needs
from matchmaker.groups.rules import NeedKind
from matchmaker.matching import cards, service
from matchmaker.matching.forms import BEST, BEST_FIRST, NEWEST_FIRST, NeedsForm
from matchmaker.matching.rules import Match
from matchmaker.matching.views.blueprint import blueprint
from matchmaker.places import queries as places
from matchmaker.places.forms import commune_choices, read_commune_field
from matchmaker.places.models import Challenge, Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.web import Access, access, check_look, now, or_404, place_in_list, reading, visitor_id
from matchmaker.web.forms import choices

BEST_AT_MOST = 200
"""Needs that fit somebody best and are put in that order."""

FILTERS = ("challenge", "kind", "commune", "home", "hours", "until")
"""What stands behind "More filters"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of needs, how many there are, and why each fits the reader, by its number, where they are ranked."""

    page: Page[Need]
    count: Count
    matches: dict[int, Match]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The communes in which needs are looked for, None for all; or those of which one may be meant."""

    commune_codes: frozenset[str] | None = None
    choices: tuple[dict[str, str], ...] = ()


@blueprint.get("/t/<slug>/needs")
@access(Access.PUBLIC)
def needs(slug: str) -> ResponseReturnValue:
    """The open needs of a territory that meet what the address asks for, a page at a time."""
    territory = or_404(places.find_territory(reading(), slug=slug))
    citizen = citizens.profile_for(reading(), account_id=visitor_id(), territory_id=territory.id)
    challenges = places.challenges_of(reading(), territory_id=territory.id)
    form = _form([*challenges], ranked=citizen is not None)
    place = _place(form, territory)
    where = _filter(form, territory, [*challenges], place)
    query = found_needs(reading(), territory=territory, now=now(), where=where)
    found = _best(query, citizen) if citizen and form.order.data == BEST else _newest(query)
    return render_template(
        "matching/needs.html",
        territory=territory,
        search=form,
        communes=place.choices,
        filtered=where != NeedFilter(),
        more=any(form[name].data or form[name].errors for name in FILTERS),
        page=found.page,
        count=found.count,
        cards=[
            cards.need_card(one, to=url_for, locale=i18n.get_locale(), match=found.matches.get(one.id))
            for one in found.page.rows
        ],
        citizen=citizen,
    )


def _form(challenges: list[Challenge], *, ranked: bool) -> NeedsForm:
    """What the address asks for. What is wrong with it stands beside its field, which then asks for nothing."""
    form = NeedsForm(request.args)
    locale = i18n.get_locale()
    form.challenge.choices = choices(
        ("", gettext("All")), *((one.slug, one.title(locale)) for one in challenges)
    )
    if ranked:
        form.order.choices = choices(NEWEST_FIRST, BEST_FIRST)
    form.validate()
    return form


def _place(form: NeedsForm, territory: Territory) -> Place:
    if not form.commune.data or form.commune.errors:
        return Place()
    answer = read_commune_field(reading(), form.commune, code=form.commune_code, territory=territory)
    if answer.commune is None:
        return Place(choices=commune_choices(answer))
    form.commune_code.data = answer.commune.code
    km = 0 if form.km.errors else form.km.data or 0
    codes = places.communes_within(reading(), answer.commune, km=km, territory_id=territory.id)
    return Place(commune_codes=codes)


def _filter(form: NeedsForm, territory: Territory, challenges: list[Challenge], place: Place) -> NeedFilter:
    def said(name: str) -> object:
        return None if form[name].errors else form[name].data or None

    asked = None
    if typed := said("q"):
        check_look()
        asked = Asked(
            tokens=tokens_of(str(typed)),
            concept_ids=vocabulary.looked_for(
                reading(), str(typed), territory_id=territory.id, language=i18n.get_locale()
            ),
        )
    kind = said("kind")
    return NeedFilter(
        asked=asked,
        challenge_id=next((one.id for one in challenges if one.slug == said("challenge")), None),
        kind=NeedKind(str(kind)) if kind else None,
        commune_codes=place.commune_codes,
        remote=bool(form.home.data),
        hours=None if form.hours.errors else form.hours.data,
        open_on=None if form.until.errors else form.until.data,
    )


def _newest(query: Select[Need]) -> Found:
    return Found(
        page=page_of(reading(), query, order=NEWEST_NEEDS, place=place_in_list()),
        count=count_of(reading(), query, order=NEWEST_NEEDS),
        matches={},
    )


def _best(query: Select[Need], citizen: Citizen) -> Found:
    """The needs of a query that fit somebody, best first; their place in the list is how many stand before them."""
    ranked = service.matches_for_citizen(reading(), citizen, now=now(), limit=BEST_AT_MOST)
    matches: dict[int, Match] = {match.need_id: match for match in ranked}
    fitting = query.with_only_columns(Need.id, maintain_column_froms=True).where(Need.id.in_(sorted(matches)))
    numbers = set(reading().scalars(fitting))
    at = place_in_list()
    best = part_of([one for one in matches if one in numbers], place=at.before or at.after or 0)
    rows: dict[int, Need] = {need.id: need for need in reading().scalars(query.where(Need.id.in_(best.rows)))}
    shown = [rows[number] for number in best.rows]
    return Found(
        page=Page(rows=tuple(shown), after=best.after, before=best.before),
        count=Count(number=len(numbers)),
        matches=matches,
    )
