"""What programs read of the service: search engines, sites that show links, telephones that install it."""

from pathlib import Path

import segno
from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.work import Missing
from matchmaker.discovery import queries
from matchmaker.discovery.rules import picture, sign
from matchmaker.groups import queries as groups
from matchmaker.groups.rules import NeedState
from matchmaker.places import queries as places
from matchmaker.web import PICTURE, Access, access, check_look, now, or_404, reading, site, speak_like
from matchmaker.web.stylesheet import stylesheet

blueprint = Blueprint("discovery", __name__)

PUBLIC = ("places.home", "vocabulary.sources", "places.accessibility", "citizens.place")
"""Pages without values that a search engine may show, beside those of territories, groups and needs."""

PRIVATE = ("/account", "/demo", "/groups/*/edit", "/groups/*/invite", "/home", "/introductions", "/join/", "/letters",
           "/my-groups", "/profile", "/relays", "/sign-in", "/t/*/desk", "/t/*/week", "/unsubscribe")  # fmt: skip
"""The beginnings of addresses at which a search engine finds nothing to show."""

SIGN_SIZES = (32, 180, 192, 512)
ONE_DAY = 86_400
FROM_ELSEWHERE = {"none", "cross-site"}
"""What a browser tells (Fetch Metadata) where the page before was not ours, or there was none."""

ONE_YEAR = 365 * ONE_DAY
STYLES_KEPT = "styles"
"""The cookie of a browser that was sent the file of the styles: their digest, the same for everybody."""


@blueprint.app_template_global()
def styles() -> Markup:
    """The pages' styles: a file, but in the page itself for who comes from elsewhere and was not sent the file yet.

    They see their first page a round trip earlier.
    """
    found = stylesheet()
    kept = request.cookies.get(STYLES_KEPT) == found.digest
    if request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE and not kept:
        return Markup("<style>{}</style>").format(Markup(found.text))  # noqa: S704
    g.names_styles = not kept
    return Markup('<link rel="stylesheet" href="{}">').format(
        url_for("discovery.show_stylesheet", digest=found.digest)
    )


@blueprint.after_app_request
def note_styles(response: Response) -> Response:
    """Have the browser say from now on that it was sent the file of the styles."""
    if g.get("names_styles"):
        response.set_cookie(
            STYLES_KEPT,
            stylesheet().digest,
            max_age=ONE_YEAR,
            secure=site().settings.secure,
            httponly=True,
            samesite="Lax",
        )
    return response


@blueprint.get("/style-<digest>.css")
@access(Access.PUBLIC)
def show_stylesheet(digest: str) -> ResponseReturnValue:
    """The pages' styles. Who asks by an older name gets those of now, and is not to keep them under that name."""
    found = stylesheet()
    known = digest == found.digest
    return Response(
        found.text,
        mimetype="text/css",
        headers={"Cache-Control": f"public, max-age={ONE_YEAR}, immutable" if known else "no-cache"},
    )


@blueprint.before_request
def draw_for_everybody() -> None:
    """Draw pictures in one language, whatever a browser asks for: caches keep one for all."""
    if request.path.startswith("/pictures/"):
        speak_like(site().settings.default_locale)


@blueprint.get("/robots.txt")
@access(Access.PUBLIC)
def robots() -> ResponseReturnValue:
    """What search engines may read: all that is public, and nothing of a demonstration."""
    if site().settings.demo_mailbox is not None:
        return _text("User-agent: *\nDisallow: /\n")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return _text("\n".join((*lines, "", f"Sitemap: {site().works.links.to('discovery.sitemap')}", "")))


@blueprint.get("/sitemap.xml")
@access(Access.PUBLIC)
def sitemap() -> ResponseReturnValue:
    """Every public page, in each language."""
    found = queries.public_pages(reading(), now=now())
    pages: list[tuple[str, dict[str, object]]] = [(endpoint, {}) for endpoint in PUBLIC]
    pages += [("groups.territory", {"slug": slug}) for slug in found.territories]
    pages += [("groups.show", {"group_id": number}) for number in found.groups]
    pages += [("matching.need", {"need_id": number}) for number in found.needs]
    body = render_template("discovery/sitemap.xml", pages=pages)
    return Response(body, mimetype="application/xml")


@blueprint.get("/manifest.webmanifest")
@access(Access.PUBLIC)
def manifest() -> ResponseReturnValue:
    """How a telephone installs the service."""
    told = {
        "name": site().settings.mail_from_name,
        "short_name": site().settings.mail_from_name,
        "description": gettext(
            "Groups near you are starting useful local businesses. Offer what you can do."
        ),
        "lang": i18n.get_locale(),
        "start_url": url_for("places.home"),
        "scope": url_for("places.home"),
        "display": "standalone",
        "background_color": "#fbf6ec",
        "theme_color": "#fffdf9",
        "icons": [
            {
                "src": url_for("discovery.show_sign", size=size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "any maskable",
            }
            for size in (192, 512)
        ],
    }
    answer = current_app.json.response(told)
    answer.mimetype = "application/manifest+json"
    return answer


@blueprint.get("/offline")
@access(Access.PUBLIC)
def offline() -> ResponseReturnValue:
    """What an installed service shows where there is no connection."""
    return render_template("discovery/offline.html")


@blueprint.get("/service-worker.js")
@access(Access.PUBLIC)
def service_worker() -> ResponseReturnValue:
    """The script that shows `offline`; it must come from the top to be asked for every page."""
    file = Path(current_app.static_folder or "") / "service-worker.js"
    return Response(file.read_bytes(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/t/<slug>/sign")
@access(Access.PUBLIC)
def poster(slug: str) -> ResponseReturnValue:
    """A sheet to print and hang up, with a QR of the address at which people of a territory sign up."""
    territory = or_404(places.find_territory(reading(), slug=slug))
    address = site().works.links.to("citizens.place", territory=territory.slug)
    return render_template(
        "discovery/poster.html",
        territory=territory,
        address=address.partition("://")[2],
        qr=segno.make_qr(address, error="q").svg_data_uri(border=2),
    )


@blueprint.get("/favicon.ico", defaults={"size": 32})
@blueprint.get("/sign-<int:size>.png")
@access(Access.PUBLIC)
def show_sign(size: int) -> ResponseReturnValue:
    """The service's sign, for what shows no SVG."""
    if size not in SIGN_SIZES:
        raise Missing(size)
    return _drawn(sign(size))


@blueprint.get("/pictures/service.png")
@access(Access.PUBLIC)
def service_picture() -> ResponseReturnValue:
    """The picture of a link to any other page."""
    check_look(PICTURE)
    name = site().settings.mail_from_name
    return _drawn(picture(gettext("What you can do is needed near you"), above=name, below=_host()))


@blueprint.get("/pictures/territories/<slug>.png")
@access(Access.PUBLIC)
def territory_picture(slug: str) -> ResponseReturnValue:
    """The picture of a link to a territory."""
    check_look(PICTURE)
    territory = or_404(places.find_territory(reading(), slug=slug))
    summary = territory.summary(i18n.get_locale())
    return _drawn(picture(summary or territory.name, above=territory.name, below=_host()))


@blueprint.get("/pictures/groups/<int:group_id>.png")
@access(Access.PUBLIC)
def group_picture(group_id: int) -> ResponseReturnValue:
    """The picture of a link to a group."""
    check_look(PICTURE)
    group = or_404(groups.find_group(reading(), group_id=group_id))
    if group.closed_at is not None:
        raise Missing(group_id)
    return _drawn(picture(group.pitch, above=group.name, below=group.territory.name))


@blueprint.get("/pictures/needs/<int:need_id>.png")
@access(Access.PUBLIC)
def need_picture(need_id: int) -> ResponseReturnValue:
    """The picture of a link to a need that is or was public."""
    check_look(PICTURE)
    need = or_404(groups.find_need(reading(), need_id=need_id))
    if need.state is NeedState.DRAFT:
        raise Missing(need_id)
    below = f"{gettext('They are looking for somebody')} · {need.group.territory.name}"
    return _drawn(picture(need.title, above=need.group.name, below=below))


def _drawn(data: bytes) -> Response:
    answer = Response(data, mimetype="image/png")
    answer.cache_control.public, answer.cache_control.max_age = True, ONE_DAY
    return answer


def _text(words: str) -> Response:
    return Response(words, mimetype="text/plain")


def _host() -> str:
    return site().settings.host
