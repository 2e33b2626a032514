"""The two long-running processes: the web and the scheduler."""

import os
import sys

import click

from matchmaker.base.public import check_public
from matchmaker.base.settings import SettingsError
from matchmaker.cli import site
from matchmaker.web import Site

SCHEDULER_PARTS = ("letters", "weeks", "introductions", "housekeeping")
"""What a scheduler does, in parts that may run on different machines."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the pages with gunicorn; MATCHMAKER_WEB_WORKERS processes."""
    parts = _safe_site()
    parts.engine.dispose()
    click.echo(f"Serving on http://{host}:{port}", err=True)
    # The process is replaced, so that signals reach gunicorn itself.
    os.execv(  # noqa: S606
        sys.executable,
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--no-control-socket",
            f"--bind={host}:{port}",
            f"--workers={parts.settings.web_workers}",
            "--worker-class=matchmaker.cli.worker.BufferingWorker",
            "--threads=4",
            "--max-requests=10000",
            "--max-requests-jitter=1000",
            "--graceful-timeout=10",
            "--log-level=warning",
            "matchmaker.app:served_app()",
        ],
    )


@click.command()
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(SCHEDULER_PARTS),
    help="Do this part of the work and no other; several times for several. All parts have to be done somewhere.",
)
def scheduler(only: tuple[str, ...]) -> None:
    """Send letters, run the weeks that are due, let needs expire; until SIGTERM."""
    from matchmaker.scheduler import run

    run(_safe_site(), only=only)


def _safe_site() -> Site:
    """The installation, if others may reach it; else a line for each setting that is unsafe then, and exit 2."""
    parts = site(waits=True)
    try:
        check_public(parts.settings)
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from error
    return parts
