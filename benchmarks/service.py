"""The demonstration as a person meets it: how fast it starts, answers each page, and runs its week."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker import web
from matchmaker.app import create_app
from matchmaker.base import migrate
from matchmaker.base.logs import set_up_logs
from matchmaker.base.settings import Settings
from matchmaker.demo import service as demo
from matchmaker.digests import service as digests
from matchmaker.groups.models import Need
from matchmaker.places.models import Territory
from matchmaker.relays.models import Relay
from matchmaker.web import Site
from tests.cli.processes import free_port

ROUNDS = 9
PAGE_LIMIT = 100
RUN_LIMIT = 5
START_LIMIT = 3

MEASURED = {
    "secret_key": "a secret that is long enough for measuring",
    "base_url": "http://localhost",
    "mail_from": "bonjour@demo.example",
}
"""Settings of an installation that is measured."""


def service() -> None:
    """Print each figure beside what it is held to."""
    set_up_logs("error")
    start_up()
    with tempfile.TemporaryDirectory() as folder:
        app = filled({**MEASURED, "database_url": f"sqlite:///{folder}/demo.sqlite", "demo_mailbox": folder})
        site: Site = app.extensions[web.EXTENSION]
        pages(app, site)
        weeks(site)
        site.engine.dispose()


def filled(settings: Mapping[str, str]) -> Flask:
    """The application over an empty database, with the demonstration's people in it."""
    app = create_app(Settings.model_validate(settings))
    site: Site = app.extensions[web.EXTENSION]
    migrate.upgrade(site.engine)
    with site.works.begin() as work:
        demo.load_places_and_words(work)
        demo.load(work)
        demo.complete(work)
    return app


def start_up() -> None:
    """Seconds from the command to the address, with an empty data folder and then with the same again."""
    with tempfile.TemporaryDirectory() as folder:
        for which in ("empty data folder", "same data folder again"):
            port = free_port()
            started = perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "matchmaker", "demo", f"--port={port}", f"--data={folder}/data"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for line in process.stdout or ():
                if "Ctrl-C" in line:
                    break
            print(f"demo, {which}: ready after {perf_counter() - started:.1f} s (held to {START_LIMIT} s)")
            process.terminate()
            process.communicate()


def pages(app: Flask, site: Site) -> None:
    """The median and the worst time of each page, each for the person who would open it."""
    citizen, group, organiser, relay = demo.sign_in_addresses()
    with site.reading() as session:
        slugs = session.scalars(select(Territory.slug).order_by(Territory.id)).all()
        need = session.scalars(select(Need).order_by(Need.id).limit(1)).one()
        need_id, group_id = need.id, need.group_id
        relay_id = session.scalars(select(Relay.id)).one()
    visits = {
        "": [
            "/",
            "/sources",
            "/join",
            "/sign-in",
            "/account/new",
            "/demo/mailbox",
            "/communes?q=roma",
            "/skills?q=repar",
            f"/needs/{need_id}",
            f"/groups/{group_id}",
            *(f"/t/{slug}" for slug in slugs),
        ],
        citizen: ["/home", "/profile", "/profile/skills", "/account", "/my-groups", f"/needs/{need_id}"],
        group: ["/home", "/my-groups", f"/groups/{group_id}", f"/needs/{need_id}/citizens"],
        organiser: [
            *(f"/t/{slug}/week" for slug in slugs),
            *(f"/t/{slug}/desk" for slug in slugs),
            *(f"/t/{slug}/relays" for slug in slugs),
        ],
        relay: [f"/relays/{relay_id}", f"/relays/{relay_id}/sign-up"],
    }
    medians = []
    for address, paths in visits.items():
        client = app.test_client()
        if address:
            _sign_in(client, address)
        if address == organiser:
            letter = re.search(r"/t/[^/]+/week/preview/\d+", client.get(f"/t/{slugs[-1]}/week").text)
            assert letter is not None
            paths.append(letter[0])
        for path in paths:
            median, worst, status = _time(client, path)
            medians.append(median)
            print(f"  {median:6.1f} ms, at worst {worst:6.1f} ms  {status}  {path}  {address or 'a visitor'}")
    print(f"slowest page at the median: {max(medians):.1f} ms (held to {PAGE_LIMIT} ms)")


def weeks(site: Site) -> None:
    """The week's run of every territory."""
    with site.reading() as session:
        territories = session.execute(select(Territory.id, Territory.slug)).all()
    for number, slug in territories:
        started = perf_counter()
        with site.works.begin() as work:
            digests.request_week(work, territory_id=number, started_by=None)
        letters = digests.advance(site.works)
        print(
            f"the week of {slug}: {letters} letters in {perf_counter() - started:.2f} s (held to {RUN_LIMIT} s)"
        )


def _sign_in(client: FlaskClient, address: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    answer = client.post(
        "/sign-in", data={"address": address, "password": demo.PASSWORD, "csrf_token": token[1]}
    )
    assert answer.status_code == 302


def _time(client: FlaskClient, path: str) -> tuple[float, float, int]:
    status = client.get(path).status_code
    times = []
    for _ in range(ROUNDS):
        started = perf_counter()
        client.get(path)
        times.append((perf_counter() - started) * 1000)
    return statistics.median(times), max(times), status
