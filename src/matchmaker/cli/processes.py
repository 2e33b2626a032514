"""The two long-running processes: the web and the scheduler."""

import os
import sys

import click

from matchmaker.cli import site


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the pages with gunicorn; MATCHMAKER_WEB_WORKERS processes."""
    parts = site(waits=True)
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
            "--threads=4",
            "--max-requests=10000",
            "--max-requests-jitter=1000",
            "--graceful-timeout=10",
            "--log-level=warning",
            "matchmaker.app:served_app()",
        ],
    )


@click.command()
def scheduler() -> None:
    """Send letters, run the weeks that are due, let needs expire; until SIGTERM."""
    from matchmaker.scheduler import run

    run(site(waits=True))
