"""Units of work without any door: the kernel knows no room."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine

from matchmaker.base.db import make_session_factory
from matchmaker.base.settings import Settings
from matchmaker.base.work import WorkFactory
from tests.builders import make_settings, make_works
from tests.clock import MovableClock
from tests.databases import Database
from tests.mailbox import Mailbox


@pytest.fixture
def works(database: Database, clock: MovableClock) -> WorkFactory:
    """Units of work over ``database``, undone after the test."""
    return replace(make_works(database.sessions, Flask("no doors")), clock=clock)


@pytest.fixture
def live_works(fresh_engine: Engine, clock: MovableClock) -> WorkFactory:
    """Units of work with real connections, for threads and processes."""
    return replace(make_works(make_session_factory(fresh_engine), Flask("no doors")), clock=clock)


@pytest.fixture
def settings(smtp_server: Mailbox) -> Settings:
    """Settings that send to ``smtp_server``."""
    return make_settings(mail_host=smtp_server.host, mail_port=smtp_server.port, mail_timeout=60)
