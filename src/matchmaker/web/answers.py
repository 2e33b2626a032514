"""Answers to forms, limits, and the policies that go with a page."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Response, abort, current_app, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from matchmaker.base import i18n, limits
from matchmaker.web.forms import BaseForm
from matchmaker.web.site import LOCALE_KEY, begin
from matchmaker.web.stylesheet import stylesheet

PATH_LENGTH = 300

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'self' {stylesheet().source}",
        "script-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


# A letter's HTML has its styles inline, as mail programs want it; nothing in it may run or be sent.
LETTER_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)


def speak_like(locale: str) -> None:
    """Answer in the language of a letter whose link was opened, unless the visitor has chosen one here."""
    if LOCALE_KEY not in session and "lang" not in request.args:
        i18n.set_locale(locale)


def check_limit(purpose: str, subject: str, *, capacity: int, period: timedelta) -> None:
    """Answer 429 when ``subject`` has used up its tries for ``purpose``."""
    with begin() as work:
        allowed = limits.take(work, purpose=purpose, subject=subject, capacity=capacity, period=period)
    if not allowed:
        abort(429)


def form_page(template: str, form: BaseForm, **context: object) -> ResponseReturnValue:
    """The page of a form: 422 with the errors beside their fields if it was refused, else 200."""
    return render_template(template, form=form, **context), 422 if form.errors else 200


def letter_page(html: str) -> Response:
    """The HTML part of a letter as a mail program shows it, alone or in a frame of one of our pages."""
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": LETTER_POLICY})


def own_path(target: str | None) -> str | None:
    """``target`` if it is the path of a page of this application that can be opened, else None."""
    if not target or len(target) > PATH_LENGTH or any(ord(sign) < 33 or sign == "\\" for sign in target):
        return None
    # Browsers read two slashes, and more than two, as the beginning of a host's name.
    if not target.startswith("/") or target.startswith("//"):
        return None
    parts = urlsplit(target)
    try:
        current_app.url_map.bind("localhost").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect, NotFound):
        return None
    return target
