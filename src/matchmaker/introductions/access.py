"""Who has a side in an introduction, and acting as that side."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from matchmaker.base.work import Work
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from matchmaker.web import Role, account_id, begin, or_404


def _find(session: Session, *, account_id: int, introduction_id: int) -> tuple[Introduction, Party] | None:
    introduction = queries.find_introduction(session, introduction_id=introduction_id)
    party = service.party_of(session, introduction, account_id=account_id) if introduction else None
    return (introduction, party) if introduction and party else None


SIDE = Role(name="side of an introduction", by="introduction_id", find=_find)


def own_introduction(introduction_id: int) -> tuple[Introduction, Party]:
    """An introduction in which the visitor has a part, and which. Raises Missing."""
    return SIDE.own(introduction_id=introduction_id)


@contextmanager
def acting_in(introduction_id: int) -> Iterator[tuple[Work, Actor]]:
    """A unit of work of the signed-in person in an introduction. Raises Missing once they have no part in it any more."""
    with begin() as work:
        introduction = or_404(work.session.get(Introduction, introduction_id))
        yield work, service.actor_in(work.session, introduction, account_id=account_id())
