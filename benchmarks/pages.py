"""Pages as a telephone meets them for the first time, by Lighthouse's mobile profile, on an installation as it is served."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from sqlalchemy import select

from benchmarks.service import MEASURED, filled
from matchmaker import web
from matchmaker.accounts.models import Account
from matchmaker.base.logs import set_up_logs
from matchmaker.base.settings import PREFIX
from matchmaker.demo import service as demo
from matchmaker.groups.models import Need
from matchmaker.web import Site
from tests.browser.visit import find_browser
from tests.cli.processes import eventually, free_port
from tests.doors import signed_in

FOLDER = Path(__file__).parent / "lighthouse"
PROGRAM = FOLDER / "node_modules/lighthouse/cli/index.js"
RUNS = 3
TRIES = 3
"""Of each: now and then the browser does not answer Lighthouse."""

PERFORMANCE, OTHERS = 98, 100
FIRST_PAINT = 1000
"""Milliseconds to the first contentful paint."""

TRANSFERRED = 60_000
"""Bytes of a first visit, fonts not counted."""

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def pages(part: int) -> None:
    """Print the median of a page's runs beside what it is held to; with a ``part`` of more than one, of one run."""
    set_up_logs("error")
    browser = find_browser()
    if browser is None:
        sys.exit("no Chromium here: ./run setup-browser installs it")
    if not PROGRAM.exists():
        npm = shutil.which("npm") or sys.exit("no npm here, which brings Lighthouse")
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run([npm, "ci", "--prefix", FOLDER, *quiet], check=True)
    print(f"pages, median of {1 if part > 1 else RUNS} by Lighthouse's mobile profile:")
    with tempfile.TemporaryDirectory() as folder, served_demo(Path(folder)) as (address, paths, cookie):
        for path in paths:
            # A page for one person alone is not for search engines, and says so.
            own = path == "/home"
            found = [
                _measure(browser, address + path, Path(folder), cookie if own else None)
                for _ in range(1 if part > 1 else RUNS)
            ]
            _tell(path, found, own=own)


def _tell(path: str, found: Sequence[dict[str, float]], *, own: bool) -> None:
    median = {name: statistics.median(one[name] for one in found) for name in found[0]}
    good = (
        median["performance"] >= PERFORMANCE
        and all(median[name] >= OTHERS for name in CATEGORIES[1:])
        and median["paint"] < FIRST_PAINT
        and median["bytes"] < TRANSFERRED
    )
    scores = "  ".join(f"{name} {median[name]:.0f}" for name in CATEGORIES)
    print(
        f"  {path:20} {scores}  first paint {median['paint'] / 1000:.2f} s"
        f"  {median['bytes'] / 1000:.0f} kB without fonts  {'as held to' if good else 'NOT as held to'}"
        f"{' (search engines kept away on purpose)' if own else ''}",
        flush=True,
    )


def _measure(browser: str, address: str, folder: Path, cookie: str | None) -> dict[str, float]:
    node = shutil.which("node")
    assert node is not None
    output = folder / "lighthouse.json"
    command = [
        node,
        str(PROGRAM),
        address,
        "--quiet",
        "--output=json",
        f"--output-path={output}",
        f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    if cookie is not None:
        headers = folder / "headers.json"
        headers.write_text(json.dumps({"Cookie": f"session={cookie}"}))
        command += [f"--extra-headers={headers}", "--skip-audits=is-crawlable"]
    for _ in range(TRIES):
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": browser}
        )
        if done.returncode == 0:
            break
    else:
        sys.exit(f"Lighthouse fails at {address}:\n{done.stderr}")
    report: dict[str, Any] = json.loads(output.read_text())
    loaded = report["audits"]["network-requests"]["details"]["items"]
    return {
        **{name: 100 * report["categories"][name]["score"] for name in CATEGORIES},
        "paint": report["audits"]["first-contentful-paint"]["numericValue"],
        "bytes": sum(one["transferSize"] for one in loaded if one["resourceType"] != "Font"),
    }


@contextmanager
def served_demo(folder: Path) -> Iterator[tuple[str, list[str], str]]:
    """The address of an installation with the demonstration's people, its pages, and a citizen's session."""
    port = free_port()
    settings = {
        **MEASURED,
        "base_url": f"http://127.0.0.1:{port}",
        "database_url": f"sqlite:///{folder}/pages.sqlite",
    }
    app = filled(settings)
    site: Site = app.extensions[web.EXTENSION]
    with site.works.begin() as work:
        need = work.session.scalars(select(Need).order_by(Need.id).limit(1)).one()
        paths = ["/", "/t/valence-romans", f"/groups/{need.group_id}", f"/needs/{need.id}", "/join", "/home"]
        citizen = demo.sign_in_addresses()[0]
        account = work.session.scalars(select(Account).where(Account.address == citizen)).one()
        work.session.expunge(account)
    cookie = signed_in(app, account).client.get_cookie("session")
    assert cookie is not None
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", "serve", "--host=127.0.0.1", f"--port={port}"],
        env={**os.environ, **{f"{PREFIX}{name.upper()}": value for name, value in settings.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: _answers(port))
        # The first answer waits for what the server reads when it begins.
        sleep(5)
        yield settings["base_url"], paths, cookie.value
    finally:
        process.terminate()
        process.wait()
        site.engine.dispose()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
