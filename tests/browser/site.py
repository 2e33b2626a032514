"""The demonstration as an SQLite file, and the service over it on a port of this machine."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from matchmaker import web
from matchmaker.app import create_app
from matchmaker.base import migrate
from matchmaker.base.db import make_engine, make_session_factory
from matchmaker.base.work import system_clock
from matchmaker.demo import introductions
from matchmaker.demo import service as demo
from matchmaker.digests import service as weeks
from matchmaker.digests.rules import iso_week
from matchmaker.places import queries as places
from matchmaker.places.models import Territory
from tests.builders import make_settings
from tests.cli.processes import free_port
from tests.doors import make_app, works_of

WRITTEN, UNWRITTEN = "valence-romans", "clermont"
"""A territory whose letters of this week are written, and one where a paragraph waits for them."""


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """The application and the address at which it answers."""

    app: Flask
    address: str


def make_demonstration(file: Path) -> None:
    """Fill an SQLite file as the demo command does, and write one territory's week."""
    engine = make_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    works = works_of(make_app(make_session_factory(engine), clock=system_clock))
    with works.begin() as work:
        demo.load(work)
        demo.complete(work)
        introductions.introduce(work)
        territory_id = work.session.scalars(select(Territory.id).where(Territory.slug == WRITTEN)).one()
        weeks.request_week(work, territory_id=territory_id, started_by=None)
    weeks.advance(works)
    with works.begin() as work:
        open_week = work.session.scalars(select(Territory).where(Territory.slug == UNWRITTEN)).one()
        weeks.keep_paragraph(
            work,
            territory_id=open_week.id,
            week=iso_week(work.now, open_week.time_zone),
            challenge_id=None,
            text_fr="Merci à toutes et à tous.",
            text_en="Thank you all.",
            made_by=places.organisers_of(work.session, territory_id=open_week.id)[0].id,
        )
    engine.dispose()


@contextmanager
def served(file: Path, mailbox: Path) -> Iterator[Demonstration]:
    """The service over an SQLite file, until the end of the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    app = create_app(
        make_settings(base_url=address, database_url=f"sqlite:///{file}", demo_mailbox=str(mailbox))
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Demonstration(app=app, address=address)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        site: web.Site = app.extensions[web.EXTENSION]
        site.engine.dispose()
