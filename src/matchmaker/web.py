"""What every door shares: the site's parts, units of work, who may enter, answers to forms, and headers."""

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from matchmaker import i18n, limits
from matchmaker.db import SessionFactory
from matchmaker.forms import BaseForm
from matchmaker.settings import Settings
from matchmaker.stylesheet import stylesheet
from matchmaker.work import Work, WorkFactory

EXTENSION = "matchmaker"
LOCALE_KEY = "locale"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The parts of one installation that live between requests."""

    settings: Settings
    engine: Engine
    works: WorkFactory

    @property
    def reading(self) -> SessionFactory:
        """Opens sessions that are never committed."""
        return self.works.reading


class Access(enum.StrEnum):
    """Who may enter an endpoint at all; what they may do there is the service's question."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


ViewFunction = TypeVar("ViewFunction", bound=Callable[..., ResponseReturnValue])


def access(who: Access) -> Callable[[ViewFunction], ViewFunction]:
    """Declare who may enter a view. A view without a declaration lets nobody in, and a test finds it."""

    def declare(view: ViewFunction) -> ViewFunction:
        view.access = who  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(app: Flask, endpoint: str) -> Access | None:
    """What the view of ``endpoint`` declared, or None."""
    return getattr(app.view_functions[endpoint], "access", None)


def site() -> Site:
    """The parts of the installation that answers this request."""
    parts: Site = current_app.extensions[EXTENSION]
    return parts


def now() -> datetime:
    """The moment of this request."""
    if "now" not in g:
        g.now = site().works.clock()
    moment: datetime = g.now
    return moment


def reading() -> Session:
    """The session of this request for reading; it is closed with the request and never committed."""
    if "reading" not in g:
        g.reading = site().reading()
    opened: Session = g.reading
    return opened


@contextmanager
def begin() -> Iterator[Work]:
    """A unit of work for this request. The reading session is let go first, so that it does not stand in its way."""
    close_reading()
    with site().works.begin() as work:
        yield work


def close_reading() -> None:
    """End the reading session, if there is one; raises RuntimeError if something was changed in it."""
    opened: Session | None = g.pop("reading", None)
    if opened is None:
        return
    dirty = opened.new or opened.deleted or opened.dirty
    opened.close()
    if dirty:
        raise RuntimeError("a page that only reads has changed something")


def account_id() -> int:
    """The id of the signed-in account; only for views that demand one."""
    number: int = current_user.account_id
    return number


def visitor_id() -> int | None:
    """The id of the signed-in account, or None for a visitor."""
    return current_user.account_id if current_user.is_authenticated else None


class Newcomer(UserMixin):  # type: ignore[misc]
    """Somebody whose session was opened by this request; from the next request on the session row tells who they are."""

    def __init__(self, session_token: str) -> None:
        self.id = session_token


def enter(
    *, session_token: str, locale: str, next_path: str | None = None, otherwise: str = "matching.home"
) -> ResponseReturnValue:
    """Set the cookie of a session that was just opened, and go where the person wanted to go."""
    # A session id that somebody planted before the sign-in must not survive it.
    session.clear()
    login_user(Newcomer(session_token))
    session[LOCALE_KEY] = locale
    session.permanent = True
    return redirect(own_path(next_path) or url_for(otherwise))


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
