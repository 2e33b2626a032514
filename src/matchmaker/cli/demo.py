"""``matchmaker demo``: the whole service with demonstration data, until Ctrl-C."""

import errno
import gc
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from matchmaker.cli.demo_processes import Children, Ending, Preparation, fork_preparation

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from matchmaker.base.work import WorkFactory

# That of settings, which take a tenth of a second to import and are not needed here.
PREFIX = "MATCHMAKER_"
HOST = "127.0.0.1"
SENDER = "bonjour@demo.example"
LOG_LEVEL = "warning"
DATABASE, MAILBOX, SECRET = "matchmaker.sqlite", "mailbox", "secret_key"
NEVER_OURS = frozenset({"GUNICORN_CMD_ARGS", "GUNICORN_FD", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"})
"""Variables by which gunicorn would take orders from outside."""


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--data",
    "folder",
    default="demo-data",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the database, the letters and the secret key; it is made, or used again.",
)
def demo(port: int, folder: Path) -> None:
    """Run the whole service with demonstration data: web, scheduler and a mailbox. Ctrl-C ends it."""
    try:
        import aiosmtpd  # noqa: F401
    except ImportError:
        _refuse("The demo needs aiosmtpd: pip install 'matchmaker-territoire[demo]'")
    # Looking for garbage among what is only being imported and loaded costs a sixth of the start.
    gc.disable()
    ending = Ending()
    with ExitStack() as stack:
        door = stack.enter_context(_listen(port))
        post = stack.enter_context(socket.create_server((HOST, 0)))
        folder = folder.resolve()
        url = f"http://{HOST}:{port}"
        environment = _environment(folder, url=url, mail_port=post.getsockname()[1])
        children = stack.enter_context(Children(ending, environment))
        # What the web imports takes a second of its own, so it begins first; nobody knows its address yet.
        children.start_web(door)
        click.echo(f"The demonstration lives in {folder}")
        preparation = None if (folder / DATABASE).exists() else fork_preparation(ending)
        if preparation:
            stack.callback(preparation.end)
        engine = _engine(folder)
        stack.callback(engine.dispose)
        works = _works(engine)
        _fill(engine, works, preparation, ending)
        if ending.asked:
            return
        _catch(post, folder, stack)
        with _told("Starting the web, the scheduler and the mailbox"):
            children.start_scheduler()
            children.wait_for_web(url)
        if not children.died and not ending.asked:
            _tell(url)
            gc.enable()
            _complete(works, preparation, ending)
            children.warm_up(url)
        children.watch()
    if children.died:
        raise SystemExit(1)


def _engine(folder: Path) -> "Engine":
    from matchmaker.base.db import make_engine
    from matchmaker.base.logs import set_up_logs

    set_up_logs(LOG_LEVEL)
    return make_engine(f"sqlite:///{folder / DATABASE}")


def _works(engine: "Engine") -> "WorkFactory":
    """Units of work for the load, which links to no page, writes no letter and forgets nobody."""
    from werkzeug.routing import Map

    from matchmaker.base.db import make_reading_factory, make_session_factory
    from matchmaker.base.letter import LetterRenderer
    from matchmaker.base.tokens import Tokens
    from matchmaker.base.work import Links, WorkFactory, system_clock

    return WorkFactory(
        sessions=make_session_factory(engine),
        reading=make_reading_factory(engine),
        clock=system_clock,
        tokens=Tokens(secrets.token_hex()),
        letters=LetterRenderer(service_name=""),
        links=Links(Map(), scheme="http", host=HOST, pages={}),
        rooms=(),
    )


def _fill(engine: "Engine", works: "WorkFactory", preparation: Preparation | None, ending: Ending) -> None:
    """Bring the database to this version, and load the demonstration unless it is there."""
    from sqlalchemy.exc import DatabaseError

    from matchmaker.base import migrate
    from matchmaker.demo import service

    try:
        with _told("Bringing the database up to date"):
            migrate.upgrade(engine)
        if ending.asked:
            return
        with _told("Loading communes and skills"), works.begin() as work:
            service.load_places_and_words(work)
        if ending.asked:
            return
        with works.begin() as work:
            if service.is_loaded(work):
                return
            prepared = preparation.people() if preparation else None
            if ending.asked:
                return
            with _told(f"Loading {service.CITIZENS} citizens and {service.NEEDS} needs"):
                service.load(work, prepared=prepared)
    except (migrate.SchemaError, DatabaseError) as error:
        _refuse(
            f"{engine.url.database} cannot be used: {str(error).splitlines()[0]}\n"
            "Give another folder by --data, or remove that file."
        )


def _complete(works: "WorkFactory", preparation: Preparation | None, ending: Ending) -> None:
    """Find the meanings that the load left open, and introduce people to groups, while pages are already answered.

    What a resolver needs is made before anything is written: all others who write wait meanwhile.
    """
    from matchmaker.demo import introductions, service
    from matchmaker.vocabulary.service import lexicon

    phrases, version = preparation.meanings() if preparation else ((), "")
    if ending.asked:
        return
    with works.reading() as session:
        lexicon(session).resolver.warm_up()
    with works.begin() as work:
        service.keep(work, phrases, vocabulary_version=version)
        service.complete(work)
    if not ending.asked:
        with works.begin() as work:
            introductions.introduce(work)


def _catch(post: socket.socket, folder: Path, stack: ExitStack) -> None:
    from matchmaker.base.work import system_clock
    from matchmaker.demo import catcher

    stack.enter_context(catcher.catching(post, folder / MAILBOX, clock=system_clock))


def _tell(url: str) -> None:
    from matchmaker.demo import service

    citizen, group, organiser, relay = service.sign_in_addresses()
    click.echo(
        f"""
  Open       {url}

  Sign in    {citizen:24} a citizen
             {group:24} the lead of a group
             {organiser:24} the organiser of all three territories
             {relay:24} a library that signs up people without e-mail
  Password   {service.PASSWORD}

  Mailbox    {url}/demo/mailbox
             Every letter arrives here; none leaves this machine.

Ctrl-C ends it. The next start with the same folder goes on from here."""
    )
    sys.stdout.flush()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _refuse(f"Port {port} is in use. Try another one: --port {port + 1 if port < 65535 else 8001}")
        _refuse(f"Port {port} cannot be opened: {error.strerror}")


def _environment(folder: Path, *, url: str, mail_port: int) -> dict[str, str]:
    """The environment of the children: no setting of another installation gets in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(PREFIX) and name not in NEVER_OURS
    }
    settings = {
        "SECRET_KEY": _secret_key(folder),
        "BASE_URL": url,
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "MAIL_HOST": HOST,
        "MAIL_PORT": str(mail_port),
        "MAIL_FROM": SENDER,
        "DEMO_MAILBOX": str(folder / MAILBOX),
        "LOG_LEVEL": LOG_LEVEL,
    }
    return {**kept, **{PREFIX + name: value for name, value in settings.items()}}


def _secret_key(folder: Path) -> str:
    """The key of this folder, made the first time and readable by its owner alone."""
    file = folder / SECRET
    try:
        (folder / MAILBOX).mkdir(parents=True, exist_ok=True)
        if not file.exists():
            made = folder / f"{SECRET}.{os.getpid()}"
            made.touch(mode=0o600)
            made.write_text(secrets.token_hex(32), encoding="ascii")
            made.rename(file)
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        _refuse(f"{folder} cannot be used: {error.strerror}. Give another folder by --data.")


@contextmanager
def _told(what: str) -> Iterator[None]:
    started = time.monotonic()
    click.echo(f"{what} … ", nl=False)
    sys.stdout.flush()
    yield
    click.echo(f"{time.monotonic() - started:.1f} s")


def _refuse(why: str) -> NoReturn:
    click.echo(why, err=True)
    raise SystemExit(2)
