"""From planned letters to letters in the outbox, some at a time, each batch in its own transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from matchmaker import i18n
from matchmaker.catalogue.models import Territory
from matchmaker.digests import letters, queries
from matchmaker.digests.letters import HelperSection, NewsLine, Sections
from matchmaker.digests.loading import Draft, DraftLine, drafts, people_on_paper_by_id
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestLine, DigestRun
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import (
    EditKind,
    LineKind,
    PlannedLetter,
    PlannedLine,
    Reader,
    RunState,
    Silence,
    silence_of,
)
from matchmaker.digests.service.codes import give_codes
from matchmaker.digests.service.preferences import UNSUBSCRIBE
from matchmaker.digests.service.runs import plan_run
from matchmaker.groups.queries import local_day
from matchmaker.groups.rules import NeedState
from matchmaker.mail import Letter, LetterRenderer
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.rules import match_to_mapping
from matchmaker.tokens import Tokens
from matchmaker.work import Links, Work, WorkFactory

LETTERS_AT_ONCE = 50
"""Letters of one transaction: what is lost when a process dies, and how long SQLite's other writers wait."""

log = structlog.get_logger()


class Press(Protocol):
    """What letters are made with; a unit of work and its factory both have it."""

    @property
    def tokens(self) -> Tokens:
        """Signs the link that stops the letters."""

    @property
    def letters(self) -> LetterRenderer:
        """Renders the templates."""

    @property
    def links(self) -> Links:
        """Makes absolute addresses."""


def advance(works: WorkFactory, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Plan every run that was asked for, and write every letter that is planned; how many were written.

    Any number of processes may do so at once, and each may die at any moment: what it had begun is undone and done
    again by the next.
    """
    with works.begin() as work:
        waiting = queries.runs_to_plan(work.session)
    for run_id in waiting:
        if not going_on():
            break
        try:
            with works.begin() as work:
                plan_run(work, run_id=run_id)
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
        return None
    planned = work.session.scalars(
        select(DigestLetter)
        .where(DigestLetter.run_id == run.id, unwritten)
        .order_by(DigestLetter.id)
        .limit(at_most)
        .options(selectinload(DigestLetter.lines))
        .with_for_update(skip_locked=True)
    ).all()
    if not planned:
        return None
    people = _people(work, planned)
    edits = queries.edits(work.session, territory_id=run.territory_id, iso_week=run.iso_week)
    today = local_day(work.now, run.territory.time_zone)
    wanted = []
    for letter in planned:
        person = people.get(_reader_id(letter))
        if person is None:
            _leave_out(work, letter, Silence.GONE)
            continue
        reader = Reader(
            account_id=person.reader_id,
            recipient_key=letter.recipient_key,
            consents=bool(person.profiles),
            member=bool(person.group_ids),
            frequency=person.frequency,
            paused_until=person.paused_until,
        )
        why = silence_of(reader, today=today, had_one=False)
        if why is not None:
            _leave_out(work, letter, why)
        else:
            wanted.append(letter)
    found = drafts(work.session, people, [_as_planned(letter) for letter in wanted])
    for letter, draft in zip(wanted, found, strict=True):
        _write(work, run, letter, still_true(draft), edits)
    work.session.flush()
    return len(planned)


def _people(work: Work, planned: Sequence[DigestLetter]) -> dict[str, Recipient]:
    by_mail = queries.recipients_by_id(
        work.session, (one.account_id for one in planned if one.account_id is not None)
    )
    on_paper = people_on_paper_by_id(
        work.session, (one.citizen_id for one in planned if one.citizen_id is not None)
    )
    return {person.reader_id: person for person in (*by_mail.values(), *on_paper.values())}


def _reader_id(letter: DigestLetter) -> str:
    return str(letter.account_id) if letter.relay_id is None else f"citizen:{letter.citizen_id}"


def still_true(draft: Draft) -> Draft:
    """A draft without what has changed since it was planned: needs that are not open, profiles and groups that were left."""
    person = draft.recipient
    profiles = {profile.citizen_id for profile in person.profiles}

    def holds(line: DraftLine) -> bool:
        if line.need is None:
            return True
        own = (
            line.planned.citizen_id in profiles
            if line.planned.kind is LineKind.NEED
            else line.need.group_id in person.group_ids
        )
        return own and line.need.state is NeedState.OPEN

    return replace(draft, lines=tuple(line for line in draft.lines if holds(line)))


def _write(
    work: Work, run: DigestRun, letter: DigestLetter, draft: Draft, edits: Sequence[DigestEdit]
) -> None:
    if not draft.lines:
        _leave_out(work, letter, Silence.NOTHING_FITS)
        return
    kept = {line.planned.subject: line for line in draft.lines}
    gone = [line.id for line in letter.lines if line.subject not in kept]
    if gone:
        work.session.execute(delete(DigestLine).where(DigestLine.id.in_(gone)))
    matches = [
        {"id": line.id, "match": match_to_mapping(match)}
        for line in letter.lines
        if line.subject in kept and (match := kept[line.subject].match) is not None
    ]
    if matches:
        work.session.execute(update(DigestLine), matches)
    if letter.relay_id is None:
        letter.message = work.post(letter_of(work, run.territory, draft, edits))
    else:
        give_codes(work, [line for line in letter.lines if line.subject in kept])
        letter.written_at = work.now


def _leave_out(work: Work, letter: DigestLetter, why: Silence) -> None:
    letter.left_out = why
    work.session.execute(delete(DigestLine).where(DigestLine.letter_id == letter.id))


def _as_planned(letter: DigestLetter) -> PlannedLetter:
    return PlannedLetter(
        account_id=_reader_id(letter),
        recipient_key=letter.recipient_key,
        lines=tuple(
            PlannedLine(
                kind=line.kind, need_id=line.need_id, citizen_id=line.citizen_id, group_id=line.group_id
            )
            for line in letter.lines
        ),
    )


def letter_of(press: Press, territory: Territory, draft: Draft, edits: Sequence[DigestEdit]) -> Letter:
    """A draft as the letter that its reader gets."""
    person = draft.recipient
    token = press.tokens.sign_bound(UNSUBSCRIBE, str(person.account_id), to=person.address)
    return letters.weekly(
        press.letters,
        address=person.address,
        first_name=person.first_name,
        locale=person.locale,
        territory_name=territory.name,
        sections=sections(press, draft, edits, locale=person.locale),
        home_url=press.links.to("matching.home"),
        wishes_url=press.links.to("digests.wishes"),
        unsubscribe_url=press.links.to("digests.unsubscribe", token=token),
        list_id=list_id(press, territory),
    )


def sections(press: Press, draft: Draft, edits: Sequence[DigestEdit], *, locale: str) -> Sections:
    """What a letter tells, in words of a language."""
    with i18n.using(locale):
        needs = tuple(
            matching_queries.need_card(line.need, to=press.links.to, locale=locale, match=line.match)
            for line in draft.of(LineKind.NEED)
            if line.need is not None
        )
        news = tuple(
            NewsLine(
                group_name=line.group.name,
                pitch=line.group.pitch,
                challenge=line.group.challenge.title(locale),
                url=press.links.to("groups.show", group_id=line.group.id),
            )
            for line in draft.of(LineKind.NEWS)
            if line.group is not None
        )
    return Sections(
        paragraphs=_paragraphs(draft, edits, locale),
        needs=needs,
        yeses=_about_people(press, draft.of(LineKind.YES)),
        helpers=_about_people(press, draft.of(LineKind.HELPER)),
        news=news,
    )


def _about_people(press: Press, lines: Sequence[DraftLine]) -> tuple[HelperSection, ...]:
    found = []
    by_need = sorted(lines, key=lambda line: line.planned.need_id or 0)
    for need_id, same in groupby(by_need, key=lambda line: line.planned.need_id):
        told = [line for line in same if line.need and line.citizen and line.match]
        if told and told[0].need is not None:
            found.append(
                HelperSection(
                    need_title=told[0].need.title,
                    url=press.links.to("matching.citizens", need_id=need_id),
                    people=tuple(
                        matching_queries.citizen_card(line.citizen, match=line.match)
                        for line in told
                        if line.citizen is not None and line.match is not None
                    ),
                )
            )
    return tuple(found)


def _paragraphs(draft: Draft, edits: Sequence[DigestEdit], locale: str) -> tuple[str, ...]:
    """What organisers wrote for everybody, or for those whose défi it is by their lines."""
    concerned = {line.need.group.challenge_id for line in draft.lines if line.need is not None}
    concerned |= {line.group.challenge_id for line in draft.lines if line.group is not None}
    return tuple(
        (edit.text_en if locale == "en" else edit.text_fr) or ""
        for edit in edits
        if edit.kind is EditKind.PARAGRAPH and edit.challenge_id in {None, *concerned}
    )


def list_id(press: Press, territory: Territory) -> str:
    """The name of a territory's letters for mail programs (RFC 2919)."""
    host = urlsplit(press.links.to("catalogue.home")).hostname
    return f"{territory.name} <{territory.slug}.week.{host}>"
