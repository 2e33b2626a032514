"""The parts of the installation that answers a request, and its units of work."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app, g
from flask_login import current_user
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from matchmaker.base.db import SessionFactory
from matchmaker.base.ids import AccountId
from matchmaker.base.limits import Looks
from matchmaker.base.sent_forms import Sending
from matchmaker.base.settings import Settings
from matchmaker.base.work import Work, WorkFactory

EXTENSION = "matchmaker"
LOCALE_KEY = "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The parts of one installation that live between requests. ``slots`` is what rooms show in pages of those below.

    ``looks`` counts, in this process, what is asked for without being written.
    """

    settings: Settings
    engine: Engine
    works: WorkFactory
    slots: Mapping[str, Callable[..., object]]
    looks: Looks = field(default_factory=Looks, compare=False)

    @property
    def reading(self) -> SessionFactory:
        """Opens sessions that are never committed."""
        return self.works.reading


def site() -> Site:
    """The parts of the installation that answers this request."""
    parts: Site = current_app.extensions[EXTENSION]
    return parts


def now() -> datetime:
    """The moment of this request."""
    if "now" not in g:
        g.now = site().works.clock()
    moment: datetime = g.now
    return moment


def reading() -> Session:
    """The session of this request for reading; it is closed with the request and never committed."""
    if "reading" not in g:
        g.reading = site().reading()
    opened: Session = g.reading
    return opened


def visitor_id() -> AccountId | None:
    """The id of the signed-in account, or None for a visitor."""
    return current_user.account_id if current_user.is_authenticated else None


@contextmanager
def begin() -> Iterator[Work]:
    """A unit of work of the visitor. The reading session is let go first, so that it does not stand in its way.

    Raises SentBefore for a form that was sent before.
    """
    sending: Sending | None = g.get("sending")
    with begin_apart() as work:
        if sending is not None:
            sending.claim(work)
        yield work
    if sending is not None:
        sending.claimed = True


@contextmanager
def begin_apart() -> Iterator[Work]:
    """As ``begin``, for what is kept whatever becomes of the form at hand."""
    visitor = visitor_id()
    close_reading()
    with site().works.begin(by=visitor) as work:
        yield work


def close_reading() -> None:
    """End the reading session, if there is one; raises RuntimeError if something was changed in it."""
    opened: Session | None = g.pop("reading", None)
    if opened is None:
        return
    dirty = opened.new or opened.deleted or opened.dirty
    opened.close()
    if dirty:
        raise RuntimeError("a page that only reads has changed something")
