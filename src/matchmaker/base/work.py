"""The unit of work: what a service needs to act, and the only commit of the program.

*Return to keep, raise to undo*: the block of ``WorkFactory.begin`` commits when it ends well and rolls back when it raises.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session
from werkzeug.routing import Map

from matchmaker.base import outbox
from matchmaker.base.db import SessionFactory
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.tokens import Tokens

Clock = Callable[[], datetime]


class Missing(LookupError):
    """What was asked for is not there, or not any more, or not there for who asks: to them it is all the same."""


def system_clock() -> datetime:
    """The current moment, aware and in UTC."""
    return datetime.now(UTC)


class Links:
    """Absolute addresses from the application's own URL map and the configured base URL, with no request needed."""

    def __init__(self, url_map: Map, *, scheme: str, host: str) -> None:
        self._adapter = url_map.bind(host, url_scheme=scheme)

    def to(self, endpoint: str, **values: object) -> str:
        """The absolute address of ``endpoint``."""
        return self._adapter.build(endpoint, dict(values), force_external=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction with what a service may use in it. ``now`` is aware and in UTC."""

    session: Session
    now: datetime
    tokens: Tokens
    letters: LetterRenderer
    links: Links

    def post(self, letter: Letter) -> OutboxMessage:
        """Queue ``letter`` with the transaction at hand."""
        return outbox.queue(self.session, letter, now=self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFactory:
    """Opens units of work with one installation's database, secrets, templates and addresses.

    ``reading`` opens sessions that are never committed, for what takes long to think about before it is written.
    """

    sessions: SessionFactory
    reading: SessionFactory
    clock: Clock
    tokens: Tokens
    letters: LetterRenderer
    links: Links

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """A unit of work: committed at the end of the block, undone if the block raises."""
        with self.sessions() as session:
            yield Work(
                session=session, now=self.clock(), tokens=self.tokens, letters=self.letters, links=self.links
            )
            session.commit()
