"""Answers to forms, limits, pages of errors, and the headers that go with every answer."""

import re
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, current_app, g, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, NotFound, SecurityError
from werkzeug.routing import RequestRedirect

from matchmaker.base.db import names_what_is_gone
from matchmaker.base.work import Missing
from matchmaker.web.forms import BaseForm
from matchmaker.web.site import close_reading, site
from matchmaker.web.stylesheet import stylesheet

PATH_LENGTH = 300
ERROR_PAGES = frozenset({400, 403, 404, 405, 413, 422, 429, 500})

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


log = structlog.get_logger()


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


def refuse_null_characters(app: Flask) -> None:
    """Answer 400 to what no form of ours sends: PostgreSQL keeps no text with a null character in it."""

    @app.before_request
    def refuse_null() -> None:
        typed = (*request.args.items(multi=True), *request.form.items(multi=True))
        if "\0" in request.path or any("\0" in text for pair in typed for text in pair):
            abort(400)


def install_answers(app: Flask) -> None:
    """What every answer has: its headers, its packing, the end of the reading session, and a page of ours for each error."""

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if site().settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store" if _is_private() else "no-cache")
            # The styles come in the page or beside it, by where the visitor comes from and what they have.
            response.vary.update(("Cookie", "Sec-Fetch-Site"))
            if not response.cache_control.public:
                response.vary.add("Accept-Language")
        return response

    @app.teardown_request
    def end_reading(error: BaseException | None) -> None:  # noqa: ARG001
        close_reading()

    _install_error_pages(app)
    _pack(app)


def _is_private() -> bool:
    """Whether a page is for one reader: signed in, in the middle of a sign-up, or come by a letter's link, old or new."""
    by_letter = "token" in (request.view_args or {}) or isinstance(request.routing_exception, RequestRedirect)
    return by_letter or "_user_id" in session or "sign_up" in session


def _install_error_pages(app: Flask) -> None:
    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001
        return render_template("errors/400.html"), 400

    @app.errorhandler(SecurityError)
    def untrusted_host(error: SecurityError) -> ResponseReturnValue:  # noqa: ARG001
        log.warning("wrong_host", asked=request.environ.get("HTTP_HOST", "")[:100], own=site().settings.host)
        # Nothing of the site's frame: it has links, which need a host.
        page = render_template("errors/host.html", address=f"{site().settings.base_url}")
        return page, 400

    @app.errorhandler(HTTPException)
    def error_page(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        g.failing = code >= 500
        if error.response is not None or code < 400:
            return error
        name = code if code in ERROR_PAGES else 400 if code < 500 else 500
        answer = error.get_response()
        answer.set_data(
            render_template(f"errors/{name}.html", retry_after=getattr(error, "retry_after", None))
        )
        answer.content_type = "text/html; charset=utf-8"
        return answer

    @app.errorhandler(Missing)
    def missing(error: Missing) -> ResponseReturnValue:  # noqa: ARG001
        return error_page(NotFound())

    @app.errorhandler(IntegrityError)
    def overtaken(error: IntegrityError) -> ResponseReturnValue:
        # What a form names may be removed after it was looked for; had it been before, it would have been missing.
        if not names_what_is_gone(error):
            raise error
        log.warning("gone_meanwhile", endpoint=request.endpoint, table=_table_written(error))
        return error_page(NotFound())


def _table_written(error: IntegrityError) -> str | None:
    found = re.match(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", error.statement or "")
    return found[1] if found else None


def _pack(app: Flask) -> None:
    """Answers travel packed. No secret is guessed by a page's size (BREACH): no other site asks with our cookie."""
    # Brotli makes pages and styles a tenth smaller than zstd does, in the same millisecond or two.
    app.config["COMPRESS_ALGORITHM"] = ["br", "zstd", "gzip"]
    app.config["COMPRESS_BR_LEVEL"] = 5
    app.config["COMPRESS_ALGORITHM_STREAMING"] = ["zstd", "br", "gzip"]
    Compress(app)

    @app.after_request
    def close_file(response: Response) -> Response:
        # Flask-Compress puts something else in the place of a file that is sent, and forgets the file.
        if response.direct_passthrough and hasattr(response.response, "close"):
            response.call_on_close(response.response.close)
        return response
