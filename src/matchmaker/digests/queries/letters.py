"""Reads about the letters of a run, sent or not, and about a territory's weeks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only, selectinload

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.paging import BEGINNING, ROWS, Order, Page, Place, page_of
from matchmaker.base.text import without_addresses
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun, SkippedWeek
from matchmaker.digests.rules import LineKind, RunState, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """A letter of a run in a list; ``first_name`` is None when its reader has left, or is with a relay.

    ``state`` is None until it is written, and for a letter ``on_paper``. ``answer`` is what the mail server said last,
    without addresses.
    """

    letter_id: int
    first_name: str | None
    state: MessageState | None
    on_paper: bool
    left_out: Silence | None
    answer: str | None
    settled_at: datetime | None


def letters_of(
    session: Session, run: DigestRun, *, place: Place = BEGINNING, size: int = ROWS
) -> Page[LetterRow]:
    """A page of the letters of a run as they were planned, those that were left out among them."""
    query = select(DigestLetter).where(DigestLetter.run_id == run.id)
    order = Order(keys=(DigestLetter.id,))
    page = page_of(session, query.options(load_only(DigestLetter.id)), order=order, place=place, size=size)
    rows = _rows(session, DigestLetter.id.in_([letter.id for letter in page.rows]), limit=size)
    return Page(rows=tuple(rows), after=page.after, before=page.before)


def troubles(session: Session, run: DigestRun, *, limit: int) -> Sequence[LetterRow]:
    """The letters of a run that are in doubt, then those that failed."""
    states = (MessageState.UNKNOWN, MessageState.FAILED)
    return [
        row
        for state in states
        for row in _rows(
            session, (DigestLetter.run_id == run.id) & (OutboxMessage.state == state), limit=limit
        )
    ]


def _rows(session: Session, those: ColumnElement[bool], *, limit: int) -> Sequence[LetterRow]:
    rows = session.execute(
        select(
            DigestLetter.id,
            Account.first_name,
            OutboxMessage.state,
            DigestLetter.written_at.is_not(None),
            DigestLetter.left_out,
            OutboxMessage.last_error,
            DigestLetter.settled_at,
        )
        .outerjoin(Account, Account.id == DigestLetter.account_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == DigestLetter.message_id)
        .where(those)
        .order_by(DigestLetter.id)
        .limit(limit)
    )
    return [
        LetterRow(
            letter_id=number,
            first_name=first_name,
            state=state,
            on_paper=on_paper,
            left_out=left_out,
            answer=without_addresses(last_error) if last_error else None,
            settled_at=settled_at,
        )
        for number, first_name, state, on_paper, left_out, last_error, settled_at in rows
    ]


def find_letter(session: Session, *, territory_id: int, iso_week: str, letter_id: int) -> DigestLetter | None:
    """A letter of a territory's week with its text and its lines."""
    return session.scalars(
        select(DigestLetter)
        .join(DigestRun, DigestRun.id == DigestLetter.run_id)
        .where(
            DigestLetter.id == letter_id,
            DigestRun.territory_id == territory_id,
            DigestRun.iso_week == iso_week,
        )
        .options(
            contains_eager(DigestLetter.run).joinedload(DigestRun.territory),
            joinedload(DigestLetter.account),
            joinedload(DigestLetter.settled_by),
            joinedload(DigestLetter.message),
            selectinload(DigestLetter.lines).joinedload(DigestLine.need),
            selectinload(DigestLetter.lines).joinedload(DigestLine.group),
            selectinload(DigestLetter.lines).joinedload(DigestLine.citizen).joinedload(Citizen.account),
        )
    ).one_or_none()


def find_last_run(session: Session, *, territory_id: int, before: str) -> DigestRun | None:
    """A territory's last run of a week before that one which was planned."""
    return session.scalars(
        select(DigestRun)
        .where(
            DigestRun.territory_id == territory_id,
            DigestRun.iso_week < before,
            DigestRun.state.in_((RunState.SENDING, RunState.PAUSED)),
        )
        .order_by(DigestRun.iso_week.desc())
        .limit(1)
    ).one_or_none()


def needs_told(session: Session, run: DigestRun) -> set[int]:
    """The ids of the needs that a run told to anybody."""
    return set(
        session.scalars(
            select(DigestLine.need_id)
            .join(DigestLetter, DigestLetter.id == DigestLine.letter_id)
            .where(DigestLetter.run_id == run.id, DigestLine.kind == LineKind.NEED)
            .distinct()
        )
    )


def sizes(session: Session, run: DigestRun) -> tuple[int, int]:
    """How many letters a run has, without those that were left out, and how many lines are in them."""
    letters, lines = session.execute(
        select(func.count(DigestLetter.id.distinct()), func.count(DigestLine.id))
        .outerjoin(DigestLine, DigestLine.letter_id == DigestLetter.id)
        .where(DigestLetter.run_id == run.id, DigestLetter.left_out.is_(None))
    ).one()
    return letters, lines


def skipped_weeks(session: Session, *, territory_id: int) -> set[str]:
    """The weeks in which a territory sends no letters by itself."""
    return set(session.scalars(select(SkippedWeek.iso_week).where(SkippedWeek.territory_id == territory_id)))


def weeks_with_run(session: Session, *, territory_id: int, weeks: Iterable[str]) -> set[str]:
    """Those of some weeks that have a run already, missed ones among them."""
    return set(
        session.scalars(
            select(DigestRun.iso_week).where(
                DigestRun.territory_id == territory_id, DigestRun.iso_week.in_(sorted(weeks))
            )
        )
    )
