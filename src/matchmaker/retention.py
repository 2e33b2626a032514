"""How long what is kept is kept: one table, which docs/running.md tells in the same words. Old rows go in parts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from matchmaker.accounts.rules import LINK_LASTS, SESSION_LASTS
from matchmaker.base import acts, changes, limits, outbox, sent_forms
from matchmaker.base.db import Base
from matchmaker.base.leases import Lease
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.rules import SIGN_UP_KEPT
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun, DraftedLetter, DraftedWeek
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.introductions.models import Notice, NoticeDay
from matchmaker.invitations.rules import INVITATION_LASTS
from matchmaker.matching.models import ProfileShowing
from matchmaker.post import suppression

PART = 1_000
"""Rows of one transaction: SQLite's other writers wait for it."""

PARTS_AT_ONCE = 50
"""Of each kind in one beat: 50,000 rows an hour are twice what a week of 20,000 readers leaves in a day."""

HALF_A_YEAR = timedelta(weeks=26)
YEAR = timedelta(days=365)
DRAFTS_KEPT = timedelta(days=14)

Forget = Callable[[Work], int]
"""Forgets a part of what is old; how many rows those were."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept for how long after it was needed; ``tables`` lose their rows then, or what is personal in them.

    What rooms forget by themselves, as they have to see to more than rows, has no ``forget``.
    """

    what: str
    lasts: timedelta
    tables: tuple[str, ...]
    forget: Forget | None = None


def forget_old(works: WorkFactory, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Forget what is old, each part in a unit of work of its own; how many rows. The next beat goes on where this ends."""
    number = 0
    for kept in KEPT:
        if kept.forget is None:
            continue
        for _ in range(PARTS_AT_ONCE):
            if not going_on():
                return number
            with works.begin() as work:
                forgotten = kept.forget(work)
            number += forgotten
            if forgotten < PART:
                break
    return number


def period(lasts: timedelta) -> str:
    """A period in words, as the page tells it."""
    if lasts == YEAR:
        return "a year"
    for length, name in ((7, "weeks"), (1, "days")):
        if lasts.days and lasts.days % length == 0 and lasts.days > length:
            return f"{lasts.days // length} {name}"
    return "a day" if lasts.days else f"{lasts.seconds // 3600} hours"


def _rows(
    of: type[Base], old: Callable[[Work], ColumnElement[bool]], *keys: InstrumentedAttribute[Any]
) -> Forget:
    """Deletes rows, a part at a time, the oldest first as far as their numbers say."""

    def forget(work: Work) -> int:
        some = select(*keys).where(old(work)).order_by(*keys).limit(PART)
        deleted = work.session.execute(
            delete(of).where(tuple_(*keys).in_(some)).returning(*keys),
            execution_options={"synchronize_session": False},
        )
        return len(deleted.all())

    return forget


def _runs_before(moment: datetime) -> ColumnElement[bool]:
    return DigestLetter.run_id.in_(select(DigestRun.id).where(DigestRun.started_at <= moment))


def _told_of_what_has_ended(work: Work) -> ColumnElement[bool]:
    """Lines by which nobody could be told again: a need that is open still counts as told, however long ago."""
    ended = select(Need.id).where(Need.state == NeedState.OPEN)
    letters = select(DigestLetter.id).where(_runs_before(work.now - HALF_A_YEAR))
    return and_(
        DigestLine.letter_id.in_(letters), or_(DigestLine.need_id.is_(None), DigestLine.need_id.not_in(ended))
    )


def _letters_without_lines(work: Work) -> ColumnElement[bool]:
    lines = select(DigestLine.id).where(DigestLine.letter_id == DigestLetter.id)
    return and_(_runs_before(work.now - YEAR), ~lines.exists())


def _in_old_drafts(work: Work) -> ColumnElement[bool]:
    old = select(DraftedWeek.id).where(DraftedWeek.asked_at <= work.now - DRAFTS_KEPT)
    return DraftedLetter.draft_id.in_(old)


def _messages_of_no_week(work: Work) -> ColumnElement[bool]:
    letters = select(DigestLetter.id).where(DigestLetter.message_id == OutboxMessage.id)
    return and_(OutboxMessage.settled_at <= work.now - YEAR, ~letters.exists())


def _all(forget: Callable[[Work], object]) -> Forget:
    """What is so little in an hour that it goes at once."""

    def forget_all(work: Work) -> int:
        forget(work)
        return 0

    return forget_all


KEPT = (
    Kept(
        what="The words and the address of a letter, once it has left or was given up",
        lasts=outbox.LETTERS_KEPT,
        tables=("outbox_messages",),
        forget=lambda work: suppression.forget_letters(work, at_most=PART),
    ),
    Kept(
        what="Whom the week's letters told of which need, once the need is not open any more",
        lasts=HALF_A_YEAR,
        tables=("digest_lines",),
        forget=_rows(DigestLine, _told_of_what_has_ended, DigestLine.id),
    ),
    Kept(
        what="That somebody had a letter of a week",
        lasts=YEAR,
        tables=("digest_letters",),
        forget=_rows(DigestLetter, _letters_without_lines, DigestLetter.id),
    ),
    Kept(
        what="What became of a letter, without words and address",
        lasts=YEAR,
        tables=("outbox_messages",),
        forget=_rows(OutboxMessage, _messages_of_no_week, OutboxMessage.id),
    ),
    Kept(
        what="That a profile was shown to a group",
        lasts=HALF_A_YEAR,
        tables=("profile_showings",),
        forget=_rows(
            ProfileShowing, lambda work: ProfileShowing.shown_at <= work.now - HALF_A_YEAR, ProfileShowing.id
        ),
    ),
    Kept(
        what="What somebody was told of their introductions",
        lasts=outbox.LETTERS_KEPT,
        tables=("notices",),
        forget=_rows(Notice, lambda work: Notice.told_at <= work.now - outbox.LETTERS_KEPT, Notice.id),
    ),
    Kept(
        what="On which days somebody had a letter about introductions",
        lasts=outbox.LETTERS_KEPT,
        tables=("notice_days",),
        forget=_rows(
            NoticeDay,
            lambda work: NoticeDay.day <= (work.now - outbox.LETTERS_KEPT).date(),
            NoticeDay.account_id,
            NoticeDay.day,
        ),
    ),
    Kept(
        what="Who did what",
        lasts=acts.KEPT,
        tables=("acts",),
        forget=_all(lambda work: acts.forget_old(work.session, now=work.now)),
    ),
    Kept(
        what="That a letter came back, or was called unwanted",
        lasts=suppression.REMEMBERED_FOR,
        tables=("returned_letters", "complaints"),
        forget=_all(suppression.forget_old),
    ),
    Kept(
        what="How often somebody has tried something",
        lasts=limits.KEPT,
        tables=("rate_buckets",),
        forget=_all(lambda work: limits.forget_full(work, unused_for=limits.KEPT)),
    ),
    Kept(
        what="That a form was sent",
        lasts=sent_forms.KEPT,
        tables=("sent_forms",),
        forget=_all(sent_forms.forget_old),
    ),
    Kept(
        what="What each letter of a week would say, as it was last drafted for the team",
        lasts=DRAFTS_KEPT,
        tables=("drafted_letters", "drafted_lines"),
        forget=_rows(DraftedLetter, _in_old_drafts, DraftedLetter.id),
    ),
    Kept(
        what="That a week was drafted",
        lasts=DRAFTS_KEPT,
        tables=("drafted_weeks",),
        forget=_rows(
            DraftedWeek, lambda work: DraftedWeek.asked_at <= work.now - DRAFTS_KEPT, DraftedWeek.id
        ),
    ),
    Kept(
        what="That a process was at some work, once it is gone",
        lasts=changes.KEPT,
        tables=("leases",),
        forget=_rows(Lease, lambda work: Lease.until <= work.now - changes.KEPT, Lease.name),
    ),
    Kept(what="Where somebody is signed in", lasts=SESSION_LASTS, tables=("account_sessions",)),
    Kept(what="A mailed link, once it has ended", lasts=LINK_LASTS, tables=("mailed_links",)),
    Kept(what="A sign-up that nobody confirmed", lasts=SIGN_UP_KEPT, tables=("sign_ups",)),
    Kept(
        what="An invitation that nobody accepted",
        lasts=INVITATION_LASTS,
        tables=("invitations", "relay_invitations"),
    ),
    Kept(
        what="A letter to somebody who never joined", lasts=outbox.STRANGERS_KEPT, tables=("outbox_messages",)
    ),
    Kept(what="What has changed of all that matching reads", lasts=changes.KEPT, tables=("changes",)),
)
"""What is kept, and for how long, in the order in which it is forgotten: what tells of others goes before them."""
