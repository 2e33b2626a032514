"""The legal notice, what becomes of data, and help: as everybody reads them, and as a territory's organisers write them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import LOCALES, get_locale, gettext
from matchmaker.base.work import Missing
from matchmaker.organisers.cards import register
from matchmaker.organisers.forms import PageForm
from matchmaker.organisers.views.desk import blueprint
from matchmaker.places import queries
from matchmaker.places import service as places
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.models import Territory
from matchmaker.places.rules import PageKind, blocks, default_text, local_day
from matchmaker.web import Access, access, begin, form_page, or_404, place_in_list, reading, site


@blueprint.get("/about/<page>", defaults={"slug": None})
@blueprint.get("/t/<slug>/about/<page>")
@access(Access.PUBLIC)
def about(page: str, slug: str | None) -> ResponseReturnValue:
    """One of these pages: of a territory, or of the whole service."""
    kind = _kind(page)
    territory = None if slug is None else or_404(queries.find_territory(reading(), slug=slug))
    own = None
    if territory is not None:
        own = queries.own_pages(reading(), territory_id=territory.id).get((kind, get_locale()))
    at = place_in_list()
    place = at.before or at.after or 0
    return render_template(
        "organisers/about.html",
        territory=territory,
        kind=kind,
        kinds=tuple(PageKind),
        blocks=blocks(own.text if own is not None else _ours(kind, territory, get_locale())),
        changed=local_day(own.changed_at, territory.time_zone) if own is not None and territory else None,
        register=register() if kind is PageKind.PRIVACY else (),
        others=None if territory is not None else queries.named_territories(reading(), place=place),
    )


@blueprint.get("/t/<slug>/pages")
@access(ORGANISER)
def pages(slug: str) -> ResponseReturnValue:
    """Which pages the territory has, and in whose words."""
    territory = own_territory(slug)
    own = queries.own_pages(reading(), territory_id=territory.id)
    return render_template(
        "organisers/pages.html",
        territory=territory,
        pages=[
            (kind, [name for locale, name in LOCALES.items() if (kind, locale) in own]) for kind in PageKind
        ],
    )


@blueprint.route("/t/<slug>/pages/<page>", methods=["GET", "POST"])
@access(ORGANISER)
def page_edit(slug: str, page: str) -> ResponseReturnValue:
    """Write a page in the territory's own words, in both languages; empty, or as ours are, it is ours."""
    kind, territory = _kind(page), own_territory(slug)
    ours = {locale: _ours(kind, territory, locale) for locale in LOCALES}
    own = queries.own_pages(reading(), territory_id=territory.id)
    shown = {
        locale: own[kind, locale].text if (kind, locale) in own else text for locale, text in ours.items()
    }
    form = PageForm(text_fr=shown["fr"], text_en=shown["en"])
    if form.validate_on_submit():
        written = {"fr": form.text_fr.data or "", "en": form.text_en.data or ""}
        texts = {locale: "" if text == ours[locale] else text for locale, text in written.items()}
        with begin() as work:
            places.set_page(work, territory_id=territory.id, kind=kind, texts=texts)
        flash(gettext("This is kept. Everybody reads it from now on."), "success")
        return redirect(url_for("organisers.pages", slug=slug))
    return form_page("organisers/page_edit.html", form, territory=territory, kind=kind)


def _kind(page: str) -> PageKind:
    if page not in set(PageKind):
        raise Missing(page)
    return PageKind(page)


def _ours(kind: PageKind, territory: Territory | None, locale: str) -> str:
    operator = site().settings.mail_from
    return default_text(
        kind,
        locale=locale,
        territory=territory.name if territory is not None else None,
        reach=(territory.contact if territory is not None else None) or operator,
        operator=operator,
    )
