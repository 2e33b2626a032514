"""The application over a test's database, and a person at its doors."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import flask
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableDict
from werkzeug.test import TestResponse

from matchmaker import web
from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.app import create_app
from matchmaker.base.db import SessionFactory, make_engine, make_reading_factory, make_session_factory
from matchmaker.base.limits import Looks
from matchmaker.base.work import Clock, WorkFactory
from matchmaker.web import Site
from tests import builders

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def without_keys(page: str) -> str:
    """A page without what differs each time that it is made: the token and the keys of its forms."""
    return re.sub(r'(name="(?:csrf_token|form_key)" value=)"[^"]+"', r"\1", page)


@cache
def _application(csrf: bool, **settings: object) -> Flask:
    """The application as this process has made it for these settings; it serves as the model of others only.

    Making one takes 80 ms, nearly all of them for the table of its addresses.
    """
    app = create_app(builders.make_settings(**settings))
    app.jinja_env.bytecode_cache = _COMPILED
    app.config["WTF_CSRF_ENABLED"] = csrf
    site_of(app).engine.dispose()
    # Its copies share what is added to it or configured, so that neither is possible any more: Flask refuses
    # additions to one that has served.
    app._got_first_request = True
    app.config = ImmutableDict(app.config)  # type: ignore[assignment]
    return app


def _with_site(model: Flask, site: Site) -> Flask:
    """An application that differs from the model in its parts alone."""
    app = copy(model)
    app.extensions = {**model.extensions, web.EXTENSION: site}
    return app


def make_app(
    sessions: SessionFactory,
    *,
    now: datetime = builders.NOW,
    clock: Clock | None = None,
    csrf: bool = True,
    **settings: object,
) -> Flask:
    """The application over ``sessions``, at a moment that stands still unless a clock is given.

    It is as it is: nothing can be added to it or configured. Without ``csrf`` its forms ask for no token.
    """
    model = _application(csrf, **settings)
    own = site_of(model)
    works = replace(
        own.works,
        sessions=sessions,
        reading=sessions,
        clock=clock or (lambda: now),
        letters=builders.letter_renderer(own.settings.mail_from_name),
    )
    return _with_site(model, replace(own, works=works, looks=Looks()))


def open_app(sessions: SessionFactory) -> Flask:
    """An application over ``sessions`` to which a test may add doors; it takes as long as twenty of ``make_app``."""
    app = create_app(builders.make_settings(database_url="sqlite:///never-opened.sqlite"))
    own = site_of(app)
    own.engine.dispose()
    works = replace(own.works, sessions=sessions, reading=sessions, clock=lambda: builders.NOW)
    app.extensions[web.EXTENSION] = replace(own, works=works)
    return app


class _CompiledTemplates(BytecodeCache):
    """Templates as a process has compiled them once, for the applications of all settings."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled of this name and text."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._known[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


def site_of(app: Flask) -> Site:
    """The parts of the installation."""
    site: Site = app.extensions[web.EXTENSION]
    return site


def works_of(app: Flask, *, now: datetime | None = None) -> WorkFactory:
    """The installation's units of work; at another moment if ``now`` is given."""
    works = site_of(app).works
    return works if now is None else replace(works, clock=lambda: now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a browser of their own."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(
        self, path: str, data: Mapping[str, object] | None = None, *, page: str | None = None
    ) -> TestResponse:
        """Send a form with the CSRF token of ``page``, the page on which its button is; of any page by default."""
        token = self.token(page) if page else self.token_of_any_page()
        return self.client.post(path, data={**(data or {}), "csrf_token": token})

    def token(self, page: str) -> str:
        """The CSRF token in the forms of a page."""
        found = _TOKEN.search(self.client.get(page).text)
        assert found is not None
        return found[1]

    def token_of_any_page(self) -> str:
        """A CSRF token as the forms of all pages have it, without the time that it takes to make one of them."""
        with self.client.session_transaction() as kept, self.client.application.test_request_context():
            flask.session.update(kept)
            token: str = generate_csrf()
            kept["csrf_token"] = flask.session["csrf_token"]
        return token

    def keys(self) -> tuple[str, str]:
        """The header by which their browser is known, whatever is done with it afterwards, and a token for its forms."""
        token = self.token_of_any_page()
        cookie = self.client.get_cookie("session")
        assert cookie is not None
        return f"session={cookie.value}", token

    def fill_in(self, path: str, data: Mapping[str, object] | None = None) -> TestResponse:
        """Open the form at ``path`` and send it to the same address, as most forms of ours are sent."""
        return self.post(path, data, page=path)


@contextmanager
def live_app(url: str, *, clock: Clock, **settings: object) -> Iterator[Flask]:
    """The application on a database at ``url`` by connections of its own, as it runs outside tests."""
    model = _application(csrf=True, **settings)
    own = site_of(model)
    engine = make_engine(url)
    works = replace(
        own.works, sessions=make_session_factory(engine), reading=make_reading_factory(engine), clock=clock
    )
    try:
        yield _with_site(
            model,
            replace(
                own,
                settings=builders.make_settings(database_url=url, **settings),
                engine=engine,
                works=works,
                looks=Looks(),
            ),
        )
    finally:
        engine.dispose()


def visitor(app: Flask) -> Person:
    """Somebody who is not signed in."""
    return Person(client=app.test_client())


def signed_in(app: Flask, account: Account | None) -> Person:
    """Somebody with a session of their own; a citizen's account, which only people of a relay have not."""
    assert account is not None
    with works_of(app).begin() as work:
        token = accounts.start_session(work, account=account).session_token
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
        session["locale"] = account.locale
    return Person(client=client)


@contextmanager
def statements_of(session: Session) -> Iterator[list[str]]:
    """The SQL statements that the session's database runs inside the block."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
