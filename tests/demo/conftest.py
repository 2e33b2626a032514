"""A database with the whole demonstration, loaded once for each engine."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from matchmaker.base.db import make_session_factory
from matchmaker.base.work import WorkFactory
from matchmaker.demo import service
from matchmaker.vocabulary.loading import read_shipped_vocabulary
from tests import builders, databases
from tests.databases import Template
from tests.doors import make_app, works_of

MOMENT: datetime = builders.NOW


@pytest.fixture(scope="session")
def loaded_engine(template: Template) -> Iterator[Engine]:
    """The demonstration, loaded as the command does it."""
    with databases.copied(template) as engine:
        app = make_app(make_session_factory(engine))
        vocabulary = read_shipped_vocabulary()
        prepared = service.prepare(vocabulary)
        with works_of(app).begin() as work:
            service.load(work, prepared=prepared)
        with works_of(app).begin() as work:
            service.keep(
                work,
                service.resolve(vocabulary, prepared.rest),
                vocabulary_version=prepared.vocabulary_version,
            )
            service.complete(work)
        yield engine


@pytest.fixture(scope="session")
def sessions(loaded_engine: Engine) -> sessionmaker[Session]:
    """Sessions on the loaded demonstration."""
    return make_session_factory(loaded_engine)


@pytest.fixture(scope="session")
def app(sessions: sessionmaker[Session]) -> Flask:
    """The application over the loaded demonstration."""
    return make_app(sessions)


@pytest.fixture(scope="session")
def works(app: Flask) -> WorkFactory:
    """Units of work on the loaded demonstration."""
    return works_of(app)
