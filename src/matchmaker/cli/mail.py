"""``matchmaker mail``: read what the mail server sends back, and settle what it left in doubt."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from matchmaker.cli import site
from matchmaker.digests import service as digests
from matchmaker.post import bounces as post_bounces
from matchmaker.post import brake
from matchmaker.post import doubts as post_doubts
from matchmaker.post.reports import LARGEST_REPORT


@click.group()
def mail() -> None:
    """Letters that came back, and letters in doubt."""


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


@mail.command()
def doubts() -> None:
    """List the letters in doubt: number, kind, since when, and how the conversation ended."""
    with site().works.reading() as session:
        for doubt in post_doubts.doubts(session):
            since = f"{doubt.since:%Y-%m-%d %H:%M}" if doubt.since else "–"
            click.echo(f"{doubt.message_id}\t{doubt.kind}\t{since}\t{doubt.error or '–'}")


@mail.command()
@click.argument("outcome", type=click.Choice(["arrived", "lost"]))
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
@click.option("--all", "everything", is_flag=True, help="All letters in doubt.")
def settle(outcome: str, numbers: tuple[int, ...], everything: bool) -> None:
    """Record of letters in doubt whether they arrived. Nothing is sent again.

    What a weekly letter told that is lost can come again in the next one. Exits 1 if a NUMBER is not in doubt.
    """
    if everything == bool(numbers):
        raise click.UsageError("give the numbers of letters, or --all")
    works = site().works
    if everything:
        with works.reading() as session:
            numbers = tuple(doubt.message_id for doubt in post_doubts.doubts(session))
    known = False
    for number in numbers:
        try:
            with works.begin() as work:
                digests.settle_message(work, message_id=number, arrived=outcome == "arrived")
            click.echo(f"{number}: {outcome}")
        except digests.NotInDoubt:
            click.echo(f"{number}: is not in doubt", err=True)
            known = True
    if known:
        click.get_current_context().exit(1)


@mail.command()
def resume() -> None:
    """Let letters leave again at once that are held back after trouble with the mail server."""
    with site().works.begin() as work:
        held = brake.let_go(work)
    click.echo("Letters may leave again." if held else "Nothing was held back.")


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
