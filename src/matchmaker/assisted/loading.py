"""The letters on paper of a relay's people, as they were planned, and the line behind a code."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from matchmaker.base.paging import ROWS, Page, part_of
from matchmaker.base.text import alphabetical
from matchmaker.citizens.models import Citizen
from matchmaker.digests import queries
from matchmaker.digests.loading.drafts import Draft, DraftLine
from matchmaker.digests.loading.on_paper import people_on_paper_by_id
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import CODE_LASTS, LineKind, PlannedLine
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.models import NeedAnswer
from matchmaker.matching.rules import match_from_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLetter:
    """A letter for paper with its reader, and what its lines tell by the matches that were kept when it was written.

    ``needs`` are its lines about needs in the order of those of the draft, and ``answers`` what was answered to each.
    """

    letter: DigestLetter
    citizen: Citizen
    draft: Draft
    needs: tuple[DigestLine, ...]
    answers: tuple[NeedAnswer | None, ...]


def letters_of_relay(session: Session, *, relay_id: int, now: datetime) -> Sequence[PaperLetter]:
    """The letters of a relay's people of the last week that had some, by first name, as long as their codes are good.

    Who has left, or has an account by now, is not among them.
    """
    return _paper_letters(session, _latest_letters(session, relay_id=relay_id, now=now))


def some_letters_of_relay(
    session: Session, *, relay_id: int, now: datetime, place: int, size: int = ROWS
) -> tuple[Page[PaperLetter], int]:
    """A page of ``letters_of_relay``, before which ``place`` stand, and how many there are."""
    rows = session.execute(
        select(DigestLetter.id, Citizen.first_name)
        .join(DigestLetter.citizen)
        .where(_of_last_week(session, relay_id=relay_id, now=now))
    ).all()
    ordered = sorted(rows, key=lambda row: (alphabetical(row[1]), row[0]))
    page = part_of([number for number, _ in ordered], place=place, size=size)
    letters = _latest_letters(session, relay_id=relay_id, now=now, only=page.rows)
    papers = tuple(_paper_letters(session, letters))
    return Page(rows=papers, after=page.after, before=page.before), len(rows)


def _paper_letters(session: Session, letters: Sequence[DigestLetter]) -> Sequence[PaperLetter]:
    people = people_on_paper_by_id(session, (letter.citizen_id or 0 for letter in letters))
    lines = [line for letter in letters for line in letter.lines]
    needs = matching_queries.needs_by_id(session, (line.need_id or 0 for line in lines))
    groups = queries.groups_by_id(session, (line.group_id or 0 for line in lines))
    answers = matching_queries.answers_of(session, citizen_ids=people)

    def told(line: DigestLine) -> DraftLine:
        return DraftLine(
            planned=PlannedLine(
                kind=line.kind,
                need_id=line.need_id,
                citizen_id=line.citizen_id,
                group_id=line.group_id,
                turn=line.turn,
            ),
            need=needs.get(line.need_id or 0),
            match=match_from_mapping(line.match) if line.match is not None else None,
            group=groups.get(line.group_id or 0),
        )

    return [
        PaperLetter(
            letter=letter,
            citizen=letter.citizen,
            draft=Draft(
                recipient=people[letter.citizen.id],
                recipient_key=letter.recipient_key,
                lines=tuple(told(line) for line in letter.lines),
            ),
            needs=(own := tuple(line for line in letter.lines if line.kind is LineKind.NEED)),
            answers=tuple(answers.get((line.need_id or 0, letter.citizen.id)) for line in own),
        )
        for letter in letters
        if letter.citizen is not None
    ]


def _of_last_week(session: Session, *, relay_id: int, now: datetime) -> ColumnElement[bool]:
    """Whether a letter is one of a relay's people, of the last week that had some with good codes."""
    latest = session.scalar(
        select(func.max(DigestLetter.iso_week))
        .join(DigestLetter.citizen)
        .where(Citizen.relay_id == relay_id, DigestLetter.written_at > now - CODE_LASTS)
    )
    return and_(
        Citizen.relay_id == relay_id, DigestLetter.written_at.is_not(None), DigestLetter.iso_week == latest
    )


def _latest_letters(
    session: Session, *, relay_id: int, now: datetime, only: Collection[int] | None = None
) -> Sequence[DigestLetter]:
    found = session.scalars(
        select(DigestLetter)
        .join(DigestLetter.citizen)
        .where(_of_last_week(session, relay_id=relay_id, now=now))
        .where(true() if only is None else DigestLetter.id.in_(only))
        .order_by(DigestLetter.id)
        .options(
            contains_eager(DigestLetter.citizen).joinedload(Citizen.telephone),
            selectinload(DigestLetter.lines),
            joinedload(DigestLetter.run).joinedload(DigestRun.territory),
        )
    )
    return sorted(found, key=lambda letter: alphabetical(letter.citizen.first_name if letter.citizen else ""))


def find_line(session: Session, *, relay_id: int, line_id: int) -> DigestLine | None:
    """A line about a need in a letter on paper of one of a relay's people."""
    return session.scalars(_lines_of(relay_id).where(DigestLine.id == line_id)).one_or_none()


def find_line_by_code(session: Session, *, relay_id: int, code: str) -> DigestLine | None:
    """The line that has a code, if its reader is one of the relay's people; the code may be too old."""
    return session.scalars(_lines_of(relay_id).where(DigestLine.code == code)).one_or_none()


def _lines_of(relay_id: int) -> Select[DigestLine]:
    # By the person and not by the letter: who has an account by now is no business of the relay's.
    return (
        select(DigestLine)
        .join(DigestLine.letter)
        .join(DigestLetter.citizen)
        .where(Citizen.relay_id == relay_id, DigestLine.code.is_not(None))
        .options(
            contains_eager(DigestLine.letter).contains_eager(DigestLetter.citizen),
            joinedload(DigestLine.need),
        )
    )
