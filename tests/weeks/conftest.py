"""An installation for several processes: a database of the test's own, a mail server, a clock in a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matchmaker.base.work import WorkFactory
from tests.builders import NOW
from tests.mailbox import Mailbox
from tests.weeks.programs import FileClock, Place


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    """The clock of all processes; it stands still until the test moves it."""
    made = FileClock(path=tmp_path / "clock")
    made.set(NOW)
    return made


@pytest.fixture
def place(fresh_engine: Engine, smtp_server: Mailbox, clock: FileClock) -> Place:
    """What the processes share."""
    url = fresh_engine.url.render_as_string(hide_password=False)
    return Place(url=url, mail_port=smtp_server.port, clock=clock)


@pytest.fixture
def works(place: Place) -> Iterator[WorkFactory]:
    """Units of work of the test itself."""
    site = place.site()
    yield site.works
    site.engine.dispose()
