"""The application: opens every door, and puts the same locks on all of them."""

from collections.abc import Iterable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

import structlog
from flask import Flask, Request, g, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, MapAdapter

from matchmaker import web
from matchmaker.accounts import service as accounts
from matchmaker.accounts import views as accounts_views
from matchmaker.base import i18n
from matchmaker.base.db import make_engine, make_reading_factory, make_session_factory
from matchmaker.base.letter import LetterRenderer, foreign
from matchmaker.base.logs import set_up_logs
from matchmaker.base.public import check_public
from matchmaker.base.resources import folder
from matchmaker.base.settings import PREFIX, Settings, SettingsError, load_settings
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Clock, Links, WorkFactory, system_clock
from matchmaker.citizens import queries as citizens_queries
from matchmaker.invitations import views as invitations_views
from matchmaker.matching import service as matching
from matchmaker.places import queries as places
from matchmaker.relays import queries as relays
from matchmaker.rooms import BLUEPRINTS, BY_ONE_CLICK, DEMO, INVITATIONS, PAGES, SLOTS, TRANSFERS
from matchmaker.vocabulary import service as vocabulary
from matchmaker.web import health

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY_LIMIT = 250_000
"""Bytes of a form: twice what our longest takes with every character escaped."""

FIELDS_LIMIT = 400
"""Fields of a form: twice what our longest has."""

LARGEST_NUMBER = 2**31 - 1

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = structlog.get_logger()


class RowNumber(IntegerConverter):
    """A number in an address, as large as a database keeps one; a larger one is a page that does not exist."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_NUMBER)


class BoundedParser(FormDataParser):
    """Werkzeug's, which counts the fields of forms with files alone."""

    def _parse_urlencoded(self, stream: IO[bytes], *others: Any) -> Any:
        body = stream.read()
        if self.max_form_parts is not None and body.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(BytesIO(body), *others)


class BoundedRequest(Request):
    """A request whose form has so many fields and no more."""

    form_data_parser_class = BoundedParser


class Application(Flask):
    """Flask, except that a failure is logged by its endpoint: the address of a page may hold a link's token."""

    request_class = BoundedRequest

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Refuse a request under a strange host name, but for the pages of who watches over the process."""
        if request is not None and request.path in health.PATHS:
            return self.url_map.bind_to_environ(request.environ)
        return super().create_url_adapter(request)

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, as the trusted proxies passed it on; what any other says of it counts for nothing."""
        number: int = self.config["TRUSTED_PROXIES"]
        passed_on = ProxyFix(super().wsgi_app, x_for=number, x_proto=number, x_host=number)
        return passed_on(environ, start_response)

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """Log a failure of the request at hand."""
        log.error("request_failed", endpoint=request.endpoint, method=request.method, exc_info=exc_info)


def served_app() -> Flask:
    """The application as a web server's process runs it: by the environment, with its logs set up.

    It reads the vocabulary meanwhile, so that no visitor waits a second for it. Raises SettingsError.
    """
    settings = load_settings()
    check_public(settings)
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
    _configure(app, settings)
    app.url_map.converters["int"] = RowNumber
    for blueprint in (health.blueprint, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    invitations_views.invite_to(app, INVITATIONS)
    if settings.demo_mailbox is not None:
        app.register_blueprint(DEMO)

    app.extensions[web.EXTENSION] = _site(app, settings, clock)
    web.install_traces(app)
    # The language comes first: what refuses a request afterwards refuses it in the visitor's own.
    web.install_languages(app)
    web.refuse_null_characters(app)
    csrf = CSRFProtect(app)
    for view in BY_ONE_CLICK:
        csrf.exempt(view)
    web.install_once(app)
    web.install_paging(app)
    _install_sign_in(app)
    web.install_template_values(app, of_visitor=_values_of_visitor)
    web.install_answers(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=FIELDS_LIMIT,
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
        # The token and a cookie that no other site sends along are enough. A Referer is not to be had from browsers
        # and proxies that keep it to themselves.
        WTF_CSRF_SSL_STRICT=False,
        TRUSTED_PROXIES=settings.trusted_proxies,
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
        foreign=foreign,
    )
    app.jinja_env.globals.update(page_url=web.page_url, slot=web.slot)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _site(app: Flask, settings: Settings, clock: Clock) -> web.Site:
    if settings.semantic and vocabulary.encoder_version() is None:
        raise SettingsError(f"{PREFIX}SEMANTIC: needs the extra: install matchmaker[semantic]")
    engine = make_engine(
        settings.database_url, pool=settings.database_pool, overflow=settings.database_pool_overflow
    )
    info = {vocabulary.SEMANTIC: settings.semantic}
    return web.Site(
        settings=settings,
        engine=engine,
        works=WorkFactory(
            sessions=make_session_factory(engine, **info),
            reading=make_reading_factory(engine, **info),
            clock=clock,
            # A clock that was handed in shows the moment that counts.
            database_clock=clock is system_clock and engine.dialect.name == "postgresql",
            tokens=Tokens(settings.secret_key.get_secret_value()),
            letters=LetterRenderer(service_name=settings.mail_from_name),
            links=Links(app.url_map, scheme=settings.base_url.scheme, host=settings.host, pages=PAGES),
            rooms=TRANSFERS,
        ),
        slots=SLOTS,
    )


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
    app.before_request(web.limit_acts)


def _values_of_visitor(account_id: int | None) -> dict[str, object]:
    if account_id is None:
        return {"letters_stopped": None, "organised": (), "my_relays": (), "has_profile": False}
    session = web.reading()
    return {
        "letters_stopped": accounts.find_suppressed(
            session, tokens=web.site().works.tokens, account_id=account_id
        ),
        "organised": places.organised_territories(session, account_id=account_id),
        "my_relays": relays.relays_at(session, account_id=account_id),
        "has_profile": citizens_queries.has_profile(session, account_id=account_id),
    }
