"""``matchmaker mail``: read what the mail server sends back."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from matchmaker.cli import site
from matchmaker.post import bounces as post_bounces
from matchmaker.post.reports import LARGEST_REPORT


@click.group()
def mail() -> None:
    """Letters that came back."""


@mail.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
)
def bounces(files: tuple[Path, ...]) -> None:
    """Read delivery reports: a message a FILE, an mbox, or one message from standard input (-).

    Prints a line for each message. Reading one again changes nothing. Exits 1 only if a FILE cannot be read.
    """
    works = site().works
    failed = False
    for path in files:
        try:
            for name, raw in _messages(path):
                with works.begin() as work:
                    outcome = post_bounces.take_report(work, raw=raw)
                click.echo(f"{name}: {outcome.value}")
        except OSError as error:
            click.echo(f"{path}: cannot be read: {error.strerror or error}", err=True)
            failed = True
    if failed:
        click.get_current_context().exit(1)


def _messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """The messages of a file by name, each up to what is read of a report."""
    if str(path) == "-":
        yield "-", _without_envelope(sys.stdin.buffer.read(LARGEST_REPORT))
        return
    with path.open("rb") as stream:
        raw = stream.read(LARGEST_REPORT)
    if not raw.startswith(b"From "):
        yield str(path), raw
        return
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), start=1):
            with box.get_file(key) as stream:
                yield f"{path} {number}", stream.read(LARGEST_REPORT)
    finally:
        box.close()


def _without_envelope(raw: bytes) -> bytes:
    # Postfix writes the line of an mbox before a message that it pipes to a command.
    return raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw
