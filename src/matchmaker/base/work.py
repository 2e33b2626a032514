"""The unit of work: what a service needs to act, and the only commit of the program.

*Return to keep, raise to undo*: the block of ``WorkFactory.begin`` commits when it ends well and rolls back when it raises.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, DateTime, func, literal
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.routing import Map

from matchmaker.base import outbox
from matchmaker.base.acts import Act
from matchmaker.base.db import Base, SessionFactory, UTCDateTime, empty_log
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.search import forget_words
from matchmaker.base.tokens import Tokens
from matchmaker.base.transfer import Fate, Obstacle, Section
from matchmaker.base.verbs import Verb

Clock = Callable[[], datetime]

_FORGETS = "forgets"
_ACTS = "acts"

log = structlog.get_logger()


class Missing(LookupError):
    """What was asked for is not there, or not any more, or not there for who asks: to them it is all the same."""


def system_clock() -> datetime:
    """The current moment, aware and in UTC."""
    return datetime.now(UTC)


class Links:
    """Absolute addresses from the application's own URL map and the configured base URL, with no request needed.

    ``pages`` are the endpoints of pages to which rooms below them lead, by the names that these have for them.
    """

    def __init__(self, url_map: Map, *, scheme: str, host: str, pages: Mapping[str, str]) -> None:
        self._adapter = url_map.bind(host, url_scheme=scheme)
        self._pages = pages

    def to(self, endpoint: str, **values: object) -> str:
        """The absolute address of ``endpoint``."""
        return self._adapter.build(endpoint, dict(values), force_external=True)

    def to_page(self, name: str, **values: object) -> str:
        """The absolute address of a page of a room above. Raises KeyError for a name that nobody has."""
        return self.to(self.endpoint_of(name), **values)

    def endpoint_of(self, name: str) -> str:
        """The endpoint of a page of a room above. Raises KeyError for a name that nobody has."""
        return self._pages[name]


class Table(Protocol):
    """A mapped class, or what several of them have in common."""

    __tablename__: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction with what a service may use in it. ``now`` is aware and in UTC; ``by`` is the account that acts.

    Nobody acts by an account for a visitor, in the scheduler and in a command.
    """

    session: Session
    now: datetime
    database_clock: bool
    by: int | None
    tokens: Tokens
    letters: LetterRenderer
    links: Links
    rooms: Sequence["Transfer"]

    @property
    def shared_now(self) -> ColumnElement[datetime]:
        """The moment for a statement about what several machines share, whose own clocks may differ.

        On PostgreSQL it is the database's.
        """
        return self.shared_until(timedelta())

    def shared_until(self, lasts: timedelta) -> ColumnElement[datetime]:
        """`shared_now` and as long as that lasts."""
        if not self.database_clock:
            return literal(self.now + lasts, UTCDateTime())
        # Stable, so that an index serves: clock_timestamp() would not be.
        moment = func.statement_timestamp(type_=DateTime(timezone=True))
        return moment + lasts if lasts else moment

    def post(self, letter: Letter) -> OutboxMessage:
        """Queue ``letter`` with the transaction at hand."""
        return outbox.queue(self.session, letter, now=self.now)

    def acting_as(self, account_id: int | None) -> "Work":
        """The same transaction by another account: a mailed link proves who follows it, whoever is signed in."""
        return replace(self, by=account_id)

    def forgets(self) -> None:
        """Have no file of the database's keep what this transaction deletes, once it is committed."""
        self.session.info[_FORGETS] = True

    def record(
        self,
        verb: Verb,
        table: type[Table],
        number: int | None,
        *,
        territory_id: int | None = None,
        **detail: str | int | bool,
    ) -> None:
        """Put on record, with the transaction at hand, what was done to the row ``number`` of ``table``, and where.

        A row without a number, or that nobody may know, has None. No ``detail`` may tell something of a person.
        """
        act = Act(
            at=self.now,
            by_id=self.by,
            territory_id=territory_id,
            action=verb.value,
            subject_kind=table.__tablename__,
            subject_id=number,
            detail=detail or None,
        )
        self.session.add(act)
        # At once: what refuses it is told where it was done, and whoever acted may be deleted next.
        self.session.flush()
        told = {"by": act.by_id, "table": act.subject_kind, "row": number, "territory": territory_id}
        self.session.info.setdefault(_ACTS, []).append((act, verb.value, {**told, "detail": act.detail}))


def _has_nothing_to_do(work: Work, number: int) -> None:
    """What a room does that leaves it to the foreign keys."""


def _lets_nothing_expire(work: Work) -> Collection[str]:  # noqa: ARG001
    """What a room does in which nothing has an end."""
    return ()


def _holds_nobody_back(session: Session, account_id: int) -> Sequence[Obstacle]:  # noqa: ARG001
    """What a room says from which anybody may part."""
    return ()


def _is_not_concerned(work: Work, message_id: int, address: str) -> None:
    """What a room does about a complaint that stops no letters of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What a room hands in, so that who shows somebody their data or deletes it need not know the rooms above.

    ``holds`` has each column that names an account or a citizen or holds an address, and what becomes of its row.
    ``texts`` are the columns in which people write what they like, which may be the address of somebody else; in
    ``phrases`` are skills, as typed. ``about`` takes the id of an account, and so does ``holds_back``: what stands
    against the owner's leaving. ``part`` ends all of which an account is part, which is needed no more then; it raises
    HeldBack. The others are called before the row that they name is deleted:
    ``take_back_letters`` and ``forget_citizen`` with the id of a citizen, whose consent to letters has ended, or who
    leaves; ``forget_account`` with that of an account that is closed, whose citizens have left. ``forget_expired``
    deletes what is good for nothing any more, and gives the addresses that it had. ``complained`` is called with the
    number of a letter in the outbox that its reader called unwanted, and their address: the room stops its own.
    """

    holds: Mapping[InstrumentedAttribute[object], Fate]
    about: Callable[[Session, int], Sequence[Section]]
    texts: Sequence[InstrumentedAttribute[Any]] = ()
    phrases: Sequence[InstrumentedAttribute[str]] = ()
    take_back_letters: Callable[[Work, int], None] = _has_nothing_to_do
    holds_back: Callable[[Session, int], Sequence[Obstacle]] = _holds_nobody_back
    part: Callable[[Work, int], None] = _has_nothing_to_do
    forget_citizen: Callable[[Work, int], None] = _has_nothing_to_do
    forget_account: Callable[[Work, int], None] = _has_nothing_to_do
    forget_expired: Callable[[Work], Collection[str]] = _lets_nothing_expire
    complained: Callable[[Work, int, str], None] = _is_not_concerned


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFactory:
    """Opens units of work with one installation's database, secrets, templates, addresses and rooms.

    ``reading`` opens sessions that are never committed, for what takes long to think about before it is written.
    ``rooms`` are in their order, the highest first. Leases are measured by the clock of the database where
    ``database_clock`` says so, else by ``clock``.
    """

    sessions: SessionFactory
    reading: SessionFactory
    clock: Clock
    database_clock: bool = False
    tokens: Tokens
    letters: LetterRenderer
    links: Links
    rooms: Sequence[Transfer]

    @contextmanager
    def begin(self, *, by: int | None = None) -> Iterator[Work]:
        """A unit of work of the account ``by``: committed at the end of the block, undone if the block raises."""
        with self.sessions() as session:
            yield Work(
                session=session,
                now=self.clock(),
                database_clock=self.database_clock,
                by=by,
                tokens=self.tokens,
                letters=self.letters,
                links=self.links,
                rooms=self.rooms,
            )
            done = [told for act, *told in session.info.pop(_ACTS, ()) if act in session]
            if session.info.get(_FORGETS):
                session.flush()
                forget_words(session, Base.metadata)
            session.commit()
        # Not before: what is undone was not done.
        for event, values in done:
            log.info(event, **values)
        if session.info.pop(_FORGETS, False):
            empty_log(session.get_bind())
