"""From planned letters to letters in the outbox, some at a time, each batch in its own transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import structlog
from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import queries
from matchmaker.digests.loading import Draft, DraftLine, drafts, people_on_paper_by_id
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestLine, DigestRun
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import (
    LineKind,
    PlannedLetter,
    PlannedLine,
    Reader,
    ReaderId,
    RunState,
    Silence,
    letter_lasts,
    silence_of,
)
from matchmaker.digests.service.codes import give_codes
from matchmaker.digests.service.composing import letter_of
from matchmaker.digests.service.runs import plan_run
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import ASKS, Party
from matchmaker.matching import service as matching
from matchmaker.matching.rules import ShownWhere, match_to_mapping
from matchmaker.places.rules import local_day

LETTERS_AT_ONCE = 50
"""Letters of one transaction: what is lost when a process dies, and how long SQLite's other writers wait."""

log = structlog.get_logger()


def advance(works: WorkFactory, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Plan every run that was asked for, and write every letter that is planned; how many were written.

    Any number of processes may do so at once, and each may die at any moment: what it had begun is undone and done
    again by the next. A run that one of them plans is left to it.
    """
    with works.begin() as work:
        waiting = queries.runs_to_plan(work.session)
    for run_id in waiting:
        if not going_on():
            break
        try:
            plan_run(works, run_id=run_id, going_on=going_on)
        except IntegrityError:
            log.warning("week_overtaken", run=run_id)
    written = 0
    while going_on():
        with works.begin() as work:
            done = write_letters(work)
        if done is None:
            break
        written += done
    return written


def write_letters(work: Work, *, at_most: int = LETTERS_AT_ONCE) -> int | None:
    """Put the next planned letters of a run into the outbox, those for paper aside; how many, or None when none is left.

    Consent, wishes and needs are looked at once more: who wants no letter any more gets none, and is not counted as
    told.
    """
    run, planned = _next_letters(work, at_most=at_most)
    if run is None or not planned:
        return None
    people = _people(work, planned)
    edits = queries.edits(work.session, territory_id=run.territory_id, iso_week=run.iso_week)
    today = local_day(work.now, run.territory.time_zone)
    wanted = []
    for letter in planned:
        why = _silence_now(letter, people.get(_reader_id(letter)), today=today)
        if why is not None:
            _leave_out(work, [letter], why)
        else:
            wanted.append(letter)
    found = drafts(work.session, people, [_as_planned(letter) for letter in wanted], now=work.now)
    true = [still_true(draft) for draft in found]
    _write(work, run, list(zip(wanted, true, strict=True)), edits)
    _tell_elsewhere(work, run, true)
    work.session.flush()
    return len(planned)


def _next_letters(work: Work, *, at_most: int) -> tuple[DigestRun | None, Sequence[DigestLetter]]:
    """Planned letters of the first run that has some left, locked: those that another process writes are left to it."""
    unwritten = and_(
        DigestLetter.message_id.is_(None), DigestLetter.left_out.is_(None), DigestLetter.written_at.is_(None)
    )
    # Whoever pauses the run waits for the end of this transaction, and then finds all that it wrote.
    run = work.session.scalars(
        select(DigestRun)
        .where(
            DigestRun.state == RunState.SENDING,
            exists().where(DigestLetter.run_id == DigestRun.id, unwritten),
        )
        .order_by(DigestRun.id)
        .limit(1)
        .with_for_update(read=True)
    ).one_or_none()
    if run is None:
        return None, ()
    return run, work.session.scalars(
        select(DigestLetter)
        .where(DigestLetter.run_id == run.id, unwritten)
        .order_by(DigestLetter.id)
        .limit(at_most)
        .options(selectinload(DigestLetter.lines))
        .with_for_update(skip_locked=True)
    ).all()


def _silence_now(letter: DigestLetter, person: Recipient | None, *, today: date) -> Silence | None:
    """Why a planned letter is not written after all; None if its reader still wants it."""
    if person is None:
        return Silence.GONE
    reader = Reader(
        reader_id=person.reader_id,
        recipient_key=letter.recipient_key,
        consents=bool(person.profiles),
        member=bool(person.group_ids),
        frequency=person.frequency,
        paused_until=person.paused_until,
    )
    return silence_of(reader, today=today, had_one=False)


def _people(work: Work, planned: Sequence[DigestLetter]) -> dict[ReaderId, Recipient]:
    by_mail = queries.recipients_by_id(
        work.session, (one.account_id for one in planned if one.account_id is not None)
    )
    on_paper = people_on_paper_by_id(
        work.session, (one.citizen_id for one in planned if one.citizen_id is not None)
    )
    return {person.reader_id: person for person in (*by_mail.values(), *on_paper.values())}


def _reader_id(letter: DigestLetter) -> ReaderId:
    return ReaderId(letter.account_id, letter.citizen_id)


def still_true(draft: Draft) -> Draft:
    """A draft without what has changed since it was planned: needs that are not open, profiles and groups that were left."""
    person = draft.recipient
    profiles = {profile.citizen_id for profile in person.profiles}

    def holds(line: DraftLine) -> bool:
        if line.need is None:
            return True
        mine = line.planned.citizen_id in profiles
        if line.introduction is not None:
            side = Party.CITIZEN if mine else Party.GROUP
            return (mine or line.need.group_id in person.group_ids) and line.introduction.state in ASKS[side]
        own = mine if line.planned.kind is LineKind.NEED else line.need.group_id in person.group_ids
        return own and line.need.state is NeedState.OPEN

    return replace(draft, lines=tuple(line for line in draft.lines if holds(line)))


def _write(
    work: Work, run: DigestRun, drafted: Sequence[tuple[DigestLetter, Draft]], edits: Sequence[DigestEdit]
) -> None:
    """Write letters from their drafts, with a few statements however many they are."""
    told = [(letter, draft) for letter, draft in drafted if draft.lines]
    _leave_out(work, [letter for letter, draft in drafted if not draft.lines], Silence.NOTHING_FITS)
    gone, matches = [], []
    for letter, draft in told:
        kept = {line.planned.subject: line for line in draft.lines}
        gone += [line.id for line in letter.lines if line.subject not in kept]
        matches += [
            {"id": line.id, "match": match_to_mapping(match)}
            for line in letter.lines
            if line.subject in kept and (match := kept[line.subject].match) is not None
        ]
    if gone:
        work.session.execute(delete(DigestLine).where(DigestLine.id.in_(gone)))
    if matches:
        work.session.execute(update(DigestLine), matches)
    on_paper = []
    # What is read while a letter is made would write those before it one by one.
    with work.session.no_autoflush:
        for letter, draft in told:
            if letter.relay_id is None:
                lasts = letter_lasts(run.iso_week, run.territory.time_zone, now=work.now)
                letter.message = work.post(letter_of(work, run.territory, draft, edits, lasts=lasts))
            else:
                on_paper += [line for line in letter.lines if line.id not in gone]
                letter.written_at = work.now
    give_codes(work, on_paper)


def _tell_elsewhere(work: Work, run: DigestRun, written: Sequence[Draft]) -> None:
    """Note where else it counts what letters tell: as today's word about introductions, and in the helpers' journals."""
    introductions.mark_told(
        work,
        [
            (draft.recipient.account_id, line.introduction.id)
            for draft in written
            for line in draft.lines
            if line.introduction is not None and draft.recipient.account_id is not None
        ],
    )
    matching.record_showings(
        work,
        [match for draft in written for match in draft.helpers],
        day=local_day(work.now, run.territory.time_zone),
        place=ShownWhere.LETTER,
    )


def _leave_out(work: Work, letters: Sequence[DigestLetter], why: Silence) -> None:
    if letters:
        for letter in letters:
            letter.left_out = why
        numbers = [letter.id for letter in letters]
        work.session.execute(delete(DigestLine).where(DigestLine.letter_id.in_(numbers)))


def _as_planned(letter: DigestLetter) -> PlannedLetter:
    return PlannedLetter(
        reader_id=_reader_id(letter),
        recipient_key=letter.recipient_key,
        lines=tuple(
            PlannedLine(
                kind=line.kind,
                need_id=line.need_id,
                citizen_id=line.citizen_id,
                group_id=line.group_id,
                turn=line.turn,
            )
            for line in letter.lines
        ),
    )
