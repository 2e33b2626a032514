"""``matchmaker doctor``: one line for each thing that must be right; exit 1 if one is not."""

from collections.abc import Callable, Iterator

import click
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from matchmaker import delivery, migrate
from matchmaker.catalogue.models import Commune, Territory
from matchmaker.catalogue.queries import vocabulary_sources
from matchmaker.db import make_engine, make_reading_factory
from matchmaker.mail import MessageState
from matchmaker.resources import folder
from matchmaker.settings import Settings, SettingsError, load_settings
from matchmaker.smtp import Connection, Unreachable


class Wrong(Exception):
    """What is wrong, and what to do about it, in one line."""


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check settings, database, migrations, mail and data."""
    try:
        settings = load_settings()
    except SettingsError as error:
        for line in str(error).splitlines():
            _tell("settings", line, good=False)
        context.exit(2)
    _tell("settings", "complete", good=True)
    all_good = True
    engine = make_engine(settings.database_url)
    context.call_on_close(engine.dispose)
    for name, check in _checks(settings, engine):
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

    def migrations() -> str:
        try:
            current = migrate.current_revision(engine)
        except SQLAlchemyError as error:
            raise Wrong("the database cannot be asked") from error
        if current != migrate.head_revision():
            raise Wrong(f"at revision {current or 'none'}: run 'matchmaker db upgrade'")
        return f"at revision {current}"

    try:
        yield "address", lambda: _address(settings)
        yield "files", _files
        yield "database", in_session(lambda session: f"{engine.dialect.name} {_version(session)}")
        yield "migrations", migrations
        yield "data", in_session(_data)
        yield "mail", lambda: _mail(settings)
        yield "outbox", in_session(_outbox)
    finally:
        engine.dispose()


def _address(settings: Settings) -> str:
    if not settings.secure and settings.base_url.host not in {"localhost", "127.0.0.1"}:
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


def _mail(settings: Settings) -> str:
    try:
        Connection(settings).close()
    except Unreachable as error:
        raise Wrong(f"the mail server does not answer: {error}") from error
    return f"{settings.mail_host}:{settings.mail_port} answers"


def _outbox(session: Session) -> str:
    counts = delivery.waiting(session).counts
    doubtful = counts.get(MessageState.UNKNOWN, 0)
    if doubtful:
        raise Wrong(f"{doubtful} letters are in doubt: the server may or may not have them")
    return f"{counts.get(MessageState.PENDING, 0)} waiting, {counts.get(MessageState.SENT, 0)} sent"
