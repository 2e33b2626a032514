"""Reads about runs of weekly letters: what they are made from, and how one goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestRun, SkippedWeek
from matchmaker.digests.rules import RunState
from matchmaker.groups.models import StartupGroup
from matchmaker.post.suppression import Complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The letters of a run, by what became of them so far; unwritten ones are planned and no more.

    Those on paper are written for a relay to print, and counted apart.
    """

    unwritten: int
    paper: int
    sent: int
    waiting: int
    failed: int
    in_doubt: int
    skipped: int

    @property
    def letters(self) -> int:
        """All letters of the run."""
        return (
            self.unwritten
            + self.paper
            + self.sent
            + self.waiting
            + self.failed
            + self.in_doubt
            + self.skipped
        )


def news(session: Session, *, territory_ids: Iterable[int], since: datetime) -> Sequence[StartupGroup]:
    """The groups that were founded since a moment, the newest first."""
    return session.scalars(
        select(StartupGroup)
        .where(
            StartupGroup.territory_id.in_(sorted(set(territory_ids))),
            StartupGroup.created_at > since,
            StartupGroup.closed_at.is_(None),
        )
        .order_by(StartupGroup.created_at.desc(), StartupGroup.id.desc())
    ).all()


def groups_by_id(session: Session, group_ids: Iterable[int]) -> dict[int, StartupGroup]:
    """Groups with their défi, by id."""
    query = (
        select(StartupGroup)
        .where(StartupGroup.id.in_(sorted(set(group_ids))))
        .options(joinedload(StartupGroup.challenge))
    )
    return {group.id: group for group in session.scalars(query)}


def edits(session: Session, *, territory_id: int, iso_week: str) -> Sequence[DigestEdit]:
    """What organisers changed in the letters of a week, in the order in which they did.

    While no letters of it or of a later week were asked for, that is all that they changed since the last that were: a
    week that was skipped or missed leaves it to the next.
    """
    asked = session.scalar(
        select(func.max(DigestRun.iso_week)).where(
            DigestRun.territory_id == territory_id, DigestRun.state != RunState.EXPIRED
        )
    )
    still_open = asked is None or asked < iso_week
    of_week = DigestEdit.iso_week > (asked or "") if still_open else DigestEdit.iso_week == iso_week
    return session.scalars(
        select(DigestEdit)
        .where(DigestEdit.territory_id == territory_id, of_week)
        .order_by(DigestEdit.id)
        .options(
            joinedload(DigestEdit.account),
            joinedload(DigestEdit.need),
            joinedload(DigestEdit.challenge),
            joinedload(DigestEdit.made_by),
        )
    ).all()


def find_edit(session: Session, *, territory_id: int, edit_id: int) -> DigestEdit | None:
    """What an organiser of the territory changed, by its number."""
    return session.scalars(
        select(DigestEdit).where(DigestEdit.id == edit_id, DigestEdit.territory_id == territory_id)
    ).one_or_none()


def find_run(session: Session, *, territory_id: int, iso_week: str) -> DigestRun | None:
    """A territory's run of that week."""
    return session.scalars(
        select(DigestRun)
        .where(DigestRun.territory_id == territory_id, DigestRun.iso_week == iso_week)
        .options(joinedload(DigestRun.territory), joinedload(DigestRun.started_by))
    ).one_or_none()


def is_asked_for(session: Session, *, territory_id: int, iso_week: str) -> bool:
    """Whether the letters of a week were asked for; those of a missed week were not."""
    run = find_run(session, territory_id=territory_id, iso_week=iso_week)
    return run is not None and run.state is not RunState.EXPIRED


def runs_to_plan(session: Session) -> Sequence[int]:
    """The ids of the runs that were asked for and are not planned yet, in that order."""
    return session.scalars(
        select(DigestRun.id).where(DigestRun.state == RunState.PREPARING).order_by(DigestRun.id)
    ).all()


def territories_writing(session: Session) -> set[int]:
    """The territories whose letters are being planned or written."""
    unwritten = exists().where(
        DigestLetter.run_id == DigestRun.id,
        DigestLetter.message_id.is_(None),
        DigestLetter.left_out.is_(None),
        DigestLetter.written_at.is_(None),
    )
    writing = or_(DigestRun.state == RunState.PREPARING, and_(DigestRun.state == RunState.SENDING, unwritten))
    return set(session.scalars(select(DigestRun.territory_id).where(writing)))


def latest_runs(session: Session, *, territory_id: int, limit: int) -> Sequence[DigestRun]:
    """A territory's runs, the newest first."""
    return session.scalars(
        select(DigestRun)
        .where(DigestRun.territory_id == territory_id)
        .order_by(DigestRun.iso_week.desc())
        .limit(limit)
        .options(joinedload(DigestRun.started_by))
    ).all()


def weeks_settled(session: Session) -> set[tuple[int, str]]:
    """The territories and weeks that have a run already, or are to have none."""
    runs = session.execute(select(DigestRun.territory_id, DigestRun.iso_week))
    skipped = session.execute(select(SkippedWeek.territory_id, SkippedWeek.iso_week))
    return {(territory_id, week) for rows in (runs, skipped) for territory_id, week in rows}


def settled_weeks(session: Session, *, territory_id: int) -> set[str]:
    """The weeks of a territory that have a run already, or are to have none."""
    tables = (DigestRun, SkippedWeek)
    queries = (select(table.iso_week).where(table.territory_id == territory_id) for table in tables)
    return {week for query in queries for week in session.scalars(query)}


def complaints(session: Session, run: DigestRun) -> int:
    """How many readers called their letter of a run unwanted."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Complaint)
            .join(OutboxMessage, OutboxMessage.message_key == Complaint.message_key)
            .join(DigestLetter, DigestLetter.message_id == OutboxMessage.id)
            .where(DigestLetter.run_id == run.id)
        )
        or 0
    )


def progress(session: Session, run: DigestRun) -> Progress:
    """How far the letters of a run have come."""
    rows = session.execute(
        select(OutboxMessage.state, func.count(), func.count(DigestLetter.written_at))
        .select_from(DigestLetter)
        .outerjoin(OutboxMessage, DigestLetter.message_id == OutboxMessage.id)
        .where(DigestLetter.run_id == run.id, DigestLetter.left_out.is_(None))
        .group_by(OutboxMessage.state)
    ).all()
    counts: dict[MessageState | None, int] = {state: number for state, number, _ in rows}
    paper = sum(written for _, _, written in rows)
    return Progress(
        unwritten=counts.get(None, 0) - paper,
        paper=paper,
        sent=counts.get(MessageState.SENT, 0),
        waiting=sum(
            counts.get(state, 0)
            for state in (
                MessageState.PENDING,
                MessageState.HELD,
                MessageState.CLAIMED,
                MessageState.SENDING,
            )
        ),
        failed=counts.get(MessageState.FAILED, 0),
        in_doubt=counts.get(MessageState.UNKNOWN, 0),
        skipped=counts.get(MessageState.SKIPPED, 0),
    )
