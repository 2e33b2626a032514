"""How long a scheduler takes to end that is asked to amid the planning of a large week."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from time import perf_counter

from sqlalchemy import select

from benchmarks.letters import alone, site_of
from benchmarks.service import MEASURED
from matchmaker.base.logs import set_up_logs
from matchmaker.digests import service as digests
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState
from matchmaker.places.models import Territory
from matchmaker.web import Site
from tests.cli.processes import free_port

PEOPLE = 20_000
EVERY_SECONDS = 2
HELD_TO = 10


def leaving(part: int = 1) -> None:
    """Print the seconds from SIGTERM to the end, asked for two seconds after the start, four, and so on.

    Each time the plan begins anew, as nothing of it is kept, until one is kept before the signal comes.
    """
    set_up_logs("error")
    print(f"seconds to end while a week of {PEOPLE // part} people is planned (held to {HELD_TO}):")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/town.sqlite"
        alone("town", url, PEOPLE // part)
        site = site_of(url, clock=lambda: datetime.now(UTC))
        with site.works.begin() as work:
            territory_id = work.session.scalars(select(Territory.id)).one()
            run_id = digests.request_week(work, territory_id=territory_id, started_by=None).id
        for after, took in _tries(site, url, run_id):
            print(f"  asked after {after} s: {took:.1f} s", flush=True)
        site.engine.dispose()


def _tries(site: Site, url: str, run_id: int) -> Iterator[tuple[int, float]]:
    # No mail server is there: what is planned and written stays.
    settings = {**MEASURED, "database_url": url, "mail_port": str(free_port()), "log_level": "error"}
    environment = os.environ | {f"MATCHMAKER_{name.upper()}": value for name, value in settings.items()}
    for after in count(EVERY_SECONDS, EVERY_SECONDS):
        process = subprocess.Popen([sys.executable, "-m", "matchmaker", "scheduler"], env=environment)
        time.sleep(after)
        with site.works.reading() as session:
            if session.get_one(DigestRun, run_id).state is not RunState.PREPARING:
                process.kill()
                process.wait()
                return
        asked = perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait()
        yield after, perf_counter() - asked
