"""The application: opens every door, and puts the same locks on all of them."""

from matchmaker.accounts import service as accounts
from matchmaker.accounts import views as accounts_views
from matchmaker.citizens import queries as citizens_queries
from matchmaker.discovery import views as discovery_views
from matchmaker.invitations import views as invitations_views
from matchmaker.matching import service as matching
from matchmaker.places import queries as places
from matchmaker.relays import queries as relays
from matchmaker.vocabulary import service as vocabulary
import structlog
from datetime import timedelta
from flask import Flask, Response, abort, g, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, generate_csrf
from matchmaker import web
from matchmaker.base import i18n
from matchmaker.base.db import make_engine, make_reading_factory, make_session_factory
from matchmaker.base.letter import LetterRenderer
from matchmaker.base.logs import set_up_logs
from matchmaker.base.resources import folder
from matchmaker.base.settings import Settings, load_settings
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Clock, Links, Missing, WorkFactory, system_clock
from matchmaker.rooms import BLUEPRINTS, BY_ONE_CLICK, DEMO, INVITATIONS, PAGES, SLOTS, TRANSFERS
from pathlib import Path
from sqlalchemy.exc import SQLAlchemyError
from threading import Thread
from types import TracebackType
from werkzeug.exceptions import HTTPException, NotFound, SecurityError
from werkzeug.routing import IntegerConverter, Map



ERROR_PAGES = frozenset({400, 403, 404, 405, 413, 422, 429, 500})
BODY_LIMIT = 1_000_000

LARGEST_NUMBER = 2**31 - 1

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = structlog.get_logger()


class RowNumber(IntegerConverter):
    """A number in an address, as large as a database keeps one; a larger one is a page that does not exist."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_NUMBER)


class Application(Flask):
    """Flask, except that a failure is logged by its endpoint: the address of a page may hold a link's token."""

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """Log a failure of the request at hand."""
        log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)


def served_app() -> Flask:
    """The application as a web server's process runs it: by the environment, with its logs set up.

    It reads the vocabulary meanwhile, so that no visitor waits a second for it. Raises SettingsError.
    """
    settings = load_settings()
    set_up_logs(settings.log_level)
    app = create_app(settings)
    site: web.Site = app.extensions[web.EXTENSION]
    Thread(target=_warm_up, args=(site,), daemon=True).start()
    return app


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> Flask:
    """The WSGI application of an installation; settings come from the environment unless given.

    Raises SettingsError.
    """
    settings = settings or load_settings()
    app = Application(
        __name__,
        template_folder=str(folder("templates")),
        static_folder=str(Path(__file__).parent / "static"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        TRUSTED_HOSTS=[
            settings.base_url.host or "",
            *(("localhost", "127.0.0.1") if not settings.secure else ()),
        ],
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Else every file would bring the cookie along, and might be kept with it for others.
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=1),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.translate, i18n.translate_plural, newstyle=True
    )
    app.jinja_env.filters.update(
        date=i18n.format_day,
        datetime=i18n.format_moment,
        number=i18n.format_number,
        percent=i18n.format_percent,
    )
    app.jinja_env.globals.update(page_url=web.page_url, slot=web.slot)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    app.url_map.converters["int"] = RowNumber
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    invitations_views.invite_to(app, INVITATIONS)
    if settings.demo_mailbox is not None:
        app.register_blueprint(DEMO)

    engine = make_engine(settings.database_url)
    app.extensions[web.EXTENSION] = web.Site(
        settings=settings,
        engine=engine,
        works=WorkFactory(
            sessions=make_session_factory(engine),
            reading=make_reading_factory(engine),
            clock=clock,
            tokens=Tokens(settings.secret_key.get_secret_value()),
            letters=LetterRenderer(service_name=settings.mail_from_name),
            links=Links(app.url_map, scheme=settings.base_url.scheme, host=settings.host, pages=PAGES),
            rooms=TRANSFERS,
        ),
        slots=SLOTS,
    )
    # The language comes first: what refuses a request afterwards refuses it in the visitor's own.
    _install_languages(app)
    _install_limits_of_text(app)
    csrf = CSRFProtect(app)
    for view in BY_ONE_CLICK:
        csrf.exempt(view)
    _install_sign_in(app)
    _install_template_values(app)
    _install_answers(app)
    _install_compression(app)
    return app


def _warm_up(site: web.Site) -> None:
    try:
        with site.reading() as session:
            vocabulary.lexicon(session).resolver.warm_up()
            for territory in places.territories(session):
                matching.matcher(session, territory.id)
    except SQLAlchemyError:
        # The pages will tell; a server must not fail to start because of its database.
        log.exception("not_warmed_up")


def _install_sign_in(app: Flask) -> None:
    login = LoginManager()
    # Its own protection would trust X-Forwarded-For; ours is the session row in the database.
    login.session_protection = None
    # The page of a failure must not ask the database, which may be what failed.
    login.user_loader(lambda token: None if g.get("failing") else accounts_views.load_visitor(token))
    login.init_app(app)

    app.before_request(web.check_access)


def _install_languages(app: Flask) -> None:
    @app.before_request
    def choose_language() -> None:
        asked = request.args.get("lang")
        if asked in i18n.LOCALES:
            session[web.LOCALE_KEY] = asked
        chosen = session.get(web.LOCALE_KEY)
        default = web.site().settings.default_locale
        i18n.set_locale(chosen if chosen in i18n.LOCALES else default)


def _install_limits_of_text(app: Flask) -> None:
    @app.before_request
    def refuse_null() -> None:
        # PostgreSQL keeps no text with a null character in it, and nobody types one.
        typed = (*request.args.items(multi=True), *request.form.items(multi=True))
        if "\0" in request.path or any("\0" in text for pair in typed for text in pair):
            abort(400)


def _install_template_values(app: Flask) -> None:
    @app.context_processor
    def values() -> dict[str, object]:
        visitor = None if g.get("failing") else web.visitor_id()
        return {
            "absolute": web.site().works.links.to,
            "absolute_page": web.site().works.links.to_page,
            "locale": i18n.get_locale(),
            "languages": tuple(i18n.LOCALES.items()),
            "here": request.endpoint,
            "csrf_token": generate_csrf,
            "settings_demo": web.site().settings.demo_mailbox is not None,
            "service_name": web.site().settings.mail_from_name,
            "letters_stopped": accounts.find_suppressed(
                web.reading(), tokens=web.site().works.tokens, account_id=visitor
            )
            if visitor
            else None,
            "organised": places.organised_territories(web.reading(), account_id=visitor) if visitor else (),
            "my_relays": relays.relays_at(web.reading(), account_id=visitor) if visitor else (),
            "has_profile": citizens_queries.has_profile(web.reading(), account_id=visitor)
            if visitor
            else False,
        }


def _install_compression(app: Flask) -> None:
    """Answers travel packed. No secret is guessed by a page's size (BREACH): no other site asks with our cookie."""
    app.config["COMPRESS_ALGORITHM_STREAMING"] = ["zstd", "br", "gzip"]
    Compress(app)

    @app.after_request
    def close_file(response: Response) -> Response:
        # Flask-Compress puts something else in the place of a file that is sent, and forgets the file.
        if response.direct_passthrough and hasattr(response.response, "close"):
            response.call_on_close(response.response.close)
        return response


def _install_answers(app: Flask) -> None:
    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", web.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if web.site().settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store" if "_user_id" in session else "no-cache")
            # The styles come in the page or beside it, by where the visitor comes from.
            response.vary.update(("Cookie", "Sec-Fetch-Site"))
        return response

    @app.teardown_request
    def end_reading(error: BaseException | None) -> None:  # noqa: ARG001
        web.close_reading()

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001
        return render_template("errors/400.html"), 400

    @app.errorhandler(SecurityError)
    def untrusted_host(error: SecurityError) -> ResponseReturnValue:  # noqa: ARG001
        # No page can be made: its links would need a host.
        return "Bad Request\n", 400, {"Content-Type": "text/plain; charset=utf-8"}

    @app.errorhandler(HTTPException)
    def error_page(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        g.failing = code >= 500
        if error.response is not None or code < 400:
            return error
        name = code if code in ERROR_PAGES else 400 if code < 500 else 500
        answer = error.get_response()
        answer.set_data(render_template(f"errors/{name}.html"))
        answer.content_type = "text/html; charset=utf-8"
        return answer

    @app.errorhandler(Missing)
    def missing(error: Missing) -> ResponseReturnValue:  # noqa: ARG001
        return error_page(NotFound())
