"""The draft of a week: asked for by the page that shows it, drawn by a scheduler, and shown once it is whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from matchmaker.base import leases
from matchmaker.base.db import insert_into
from matchmaker.base.text import alphabetical, fold
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import queries
from matchmaker.digests.loading import Plan, changes, changes_to_mapping, compose, unreached
from matchmaker.digests.models import ChangesMapping, DraftedLetter, DraftedLine, DraftedWeek, Figures
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import PlannedLine, PlanningStopped, Silence
from matchmaker.digests.service.coming import seed_of
from matchmaker.places.models import Territory

LETTERS_AT_ONCE = 500
"""Letters of one transaction, of those that are kept and of those that are forgotten."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    recipient: Recipient
    lines: tuple[PlannedLine, ...]
    silence: Silence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    as_of: datetime
    unreached: list[tuple[int, int, str | None]]
    changes: ChangesMapping | None
    figures: Figures


def ask_for_draft(work: Work, *, territory_id: int, week: str) -> None:
    """Ask for a territory's week to be drafted anew; one that was asked for already is drawn as things stand now."""
    asked = {"iso_week": week, "asked_at": work.now}
    work.session.execute(
        insert_into(work.session, DraftedWeek)
        .values(territory_id=territory_id, **asked)
        .on_conflict_do_update(
            index_elements=["territory_id"], index_where=DraftedWeek.drafted_at.is_(None), set_=asked
        )
    )


def renew_draft(work: Work, *, territory_id: int, week: str) -> None:
    """Ask for a draft anew where there is one: something was changed that it does not tell of."""
    known = select(DraftedWeek.id).where(DraftedWeek.territory_id == territory_id).limit(1)
    if work.session.scalar(known) is not None:
        ask_for_draft(work, territory_id=territory_id, week=week)


def draw_drafts(works: WorkFactory, *, going_on: Callable[[], bool] = lambda: True) -> int:
    """Draw every draft that was asked for; how many. Weeks that wait to be planned go first."""
    with works.begin() as work:
        waiting = queries.drafts_to_draw(work.session)
    number = 0
    for draft_id, territory_id in waiting:
        if not going_on():
            break
        with works.begin() as work:
            busy = bool(queries.runs_to_plan(work.session))
            held = None if busy else leases.take(work, f"draft of territory {territory_id}")
        if held is None:
            continue
        try:
            number += _draw(works, draft_id, held, leases.while_held(works, held, going_on))
        except IntegrityError:
            # Somebody or something that it names is gone: the next one does without.
            log.warning("draft_overtaken", territory=territory_id)
        finally:
            with works.begin() as work:
                leases.give_back(work, held)
    return number


def _draw(works: WorkFactory, draft_id: int, held: leases.Held, going_on: Callable[[], bool]) -> bool:
    with works.begin() as work:
        draft = work.session.get(DraftedWeek, draft_id)
        if draft is None or draft.drafted_at is not None:
            return False
        draft.started_at = as_of = work.now
        territory_id, week = draft.territory_id, draft.iso_week
    # What somebody had drawn of it who died.
    _forget_letters(works, draft_id)
    with works.reading() as session:
        territory = session.get_one(Territory, territory_id)
        try:
            plan = compose(
                session,
                territory,
                now=as_of,
                tokens=works.tokens,
                seed=seed_of(territory, week),
                week=week,
                going_on=going_on,
            )
        except PlanningStopped:
            return False
        told = _Told(
            as_of=as_of,
            unreached=[(one.need_id, one.people, one.gate) for one in unreached(session, plan)],
            changes=changes_to_mapping(changes(session, territory, plan)),
            figures=_figures(plan),
        )
    if not (_keep(works, draft_id, held, plan) and _show(works, draft_id, held, told)):
        return False
    _forget_others(works, draft_id, territory_id)
    return True


def _figures(plan: Plan) -> Figures:
    return {
        "letters": len(plan.letters),
        "lines": sum(len(letter.lines) for letter in plan.letters),
        "eligible": plan.eligible,
        "silent": len(plan.silent),
    }


def _keep(works: WorkFactory, draft_id: int, held: leases.Held, plan: Plan) -> bool:
    """Keep the letters of a plan, some in each transaction; False once the lease is lost."""
    entries = [
        *(
            _Entry(recipient=plan.people[one.reader_id], lines=one.lines, silence=None)
            for one in plan.letters
        ),
        *(
            _Entry(recipient=recipient, lines=(), silence=why)
            for recipient, why in sorted(plan.silent, key=lambda one: alphabetical(one[0].first_name))
        ),
    ]
    for start in range(0, len(entries), LETTERS_AT_ONCE):
        with works.begin() as work:
            if not leases.renew(work, held):
                return False
            _keep_some(work, draft_id, entries[start : start + LETTERS_AT_ONCE])
    return True


def _keep_some(work: Work, draft_id: int, entries: Sequence[_Entry]) -> None:
    numbers = work.session.scalars(
        insert(DraftedLetter).returning(DraftedLetter.id, sort_by_parameter_order=True),
        [
            {
                "draft_id": draft_id,
                "account_id": one.recipient.account_id,
                "citizen_id": one.recipient.citizen_id,
                "name": fold(one.recipient.first_name),
                "silence": one.silence,
            }
            for one in entries
        ],
    ).all()
    lines = [
        {
            "letter_id": number,
            "position": position,
            "kind": line.kind,
            "need_id": line.need_id,
            "citizen_id": line.citizen_id,
            "group_id": line.group_id,
            "turn": line.turn,
        }
        for number, entry in zip(numbers, entries, strict=True)
        for position, line in enumerate(entry.lines)
    ]
    if lines:
        work.session.execute(insert(DraftedLine), lines)


def _show(works: WorkFactory, draft_id: int, held: leases.Held, told: _Told) -> bool:
    """Have a whole draft take the place of the one before; what was changed while it was drawn is for the next."""
    with works.begin() as work:
        draft = work.session.get(DraftedWeek, draft_id, with_for_update=True, populate_existing=True)
        if draft is None or not leases.renew(work, held):
            return False
        draft.drafted_at, draft.figures = told.as_of, told.figures
        draft.unreached, draft.changes = told.unreached, told.changes
        work.session.flush()
        log.info("week_drafted", territory=draft.territory_id, letters=told.figures["letters"])
        if draft.asked_at > told.as_of:
            ask_for_draft(work, territory_id=draft.territory_id, week=draft.iso_week)
    return True


def _forget_others(works: WorkFactory, draft_id: int, territory_id: int) -> None:
    with works.begin() as work:
        others = work.session.scalars(
            select(DraftedWeek.id).where(
                DraftedWeek.territory_id == territory_id,
                DraftedWeek.id != draft_id,
                DraftedWeek.drafted_at.is_not(None),
            )
        ).all()
    for number in others:
        _forget_letters(works, number)
        with works.begin() as work:
            work.session.execute(delete(DraftedWeek).where(DraftedWeek.id == number))


def _forget_letters(works: WorkFactory, draft_id: int) -> None:
    some = select(DraftedLetter.id).where(DraftedLetter.draft_id == draft_id).limit(LETTERS_AT_ONCE)
    while True:
        with works.begin() as work:
            numbers = work.session.scalars(some).all()
            work.session.execute(delete(DraftedLetter).where(DraftedLetter.id.in_(numbers)))
        if len(numbers) < LETTERS_AT_ONCE:
            return
