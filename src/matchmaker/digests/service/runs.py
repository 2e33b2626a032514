"""A week's run: asked for once, planned and kept at once, paused and resumed."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.base import db, leases, outbox
from matchmaker.base.ids import AccountId, TerritoryId
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.tokens import Tokens
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import letters, queries
from matchmaker.digests.loading import Plan, Unreached, compose, relay_ids, unreached
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import Due, PlanningStopped, RunState, due_week, iso_week
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.coming import coming, schedule_of, seed_of
from matchmaker.digests.service.edits import gather_edits
from matchmaker.places import queries as places
from matchmaker.places.models import Territory

LETTERS_AT_ONCE = 500

log = structlog.get_logger()


class AlreadyRun(Exception):
    """The territory's letters of this week were asked for before."""


def request_week(
    work: Work, *, territory_id: int, started_by: AccountId | None, week: str | None = None
) -> DigestRun:
    """Ask for a territory's letters of ``week``, this one unless given; they are planned and written afterwards.

    They are those that were looked at: chosen by the seed of the week to come, with all that organisers changed since the
    letters before. An organiser (``started_by``) may still ask for a week that was missed. Raises AlreadyRun.
    """
    # Whoever changes a line or a paragraph at this moment is before us or after us, and nothing is lost between.
    territory = work.session.get_one(Territory, territory_id, with_for_update=True, populate_existing=True)
    seed = seed_of(territory, coming(work.session, territory, now=work.now).iso_week)
    week = week or iso_week(work.now, territory.time_zone)
    gather_edits(work, territory_id=territory_id, week=week)
    run = _claim_week(work, territory=territory, week=week, state=RunState.PREPARING, started_by=started_by)
    run.seed = seed
    _record(work, DigestVerb.REQUESTED, run)
    return run


def request_due(works: WorkFactory) -> int:
    """Ask for every week that is due, each territory in its own transaction; how many were asked for.

    A week whose 48 hours have passed is recorded as missed, and its organisers are told. Another process that is
    faster is no error.
    """
    with works.begin() as work:
        waiting = _due(work)
    number = 0
    for territory_id, due in waiting:
        try:
            with works.begin() as work:
                if due.too_late:
                    _miss(work, work.session.get_one(Territory, territory_id), due.iso_week)
                else:
                    request_week(work, territory_id=territory_id, started_by=None, week=due.iso_week)
                    number += 1
        except AlreadyRun:
            continue
    return number


def plan_run(works: WorkFactory, *, run_id: int, going_on: Callable[[], bool] = lambda: True) -> bool:
    """Decide who gets what in a run that was asked for, and keep it; False when another process has done it.

    Once ``going_on`` says no it ends within seconds, with nothing kept and False.

    Reading and choosing take long and lock nothing. One process is at it at a time, by a lease: who has lost theirs,
    as a machine that was cut off, stops and keeps nothing. What another run or somebody's leaving has overtaken raises
    IntegrityError by one of the constraints, and the next try sees it.
    """
    with works.begin() as work:
        held = leases.take(work, f"plan of run {run_id}")
        # Who had the lease before may just have kept its plan.
        state = select(DigestRun.state).where(DigestRun.id == run_id)
        if held is not None and work.session.scalar(state) is not RunState.PREPARING:
            leases.give_back(work, held)
            held = None
    if held is None:
        return False
    try:
        return _plan(works, run_id, held, leases.while_held(works, held, going_on))
    finally:
        with works.begin() as work:
            leases.give_back(work, held)


def _plan(works: WorkFactory, run_id: int, held: leases.Held, going_on: Callable[[], bool]) -> bool:
    with works.reading() as session:
        run = session.get_one(DigestRun, run_id)
        try:
            plan = plan_of(session, run, now=works.clock(), tokens=works.tokens, going_on=going_on)
        except PlanningStopped:
            log.info("planning_stopped", run=run_id)
            return False
        few = unreached(session, plan)
    with works.begin() as work:
        return leases.renew(work, held) and keep_plan(work, run_id=run_id, plan=plan, few=few)


def plan_of(
    session: Session,
    run: DigestRun,
    *,
    now: datetime,
    tokens: Tokens,
    going_on: Callable[[], bool] = lambda: True,
) -> Plan:
    """Who would get what in a run, as things stand. Raises PlanningStopped soon after ``going_on`` says no."""
    return compose(
        session,
        run.territory,
        now=now,
        tokens=tokens,
        seed=run.seed,
        week=run.iso_week,
        going_on=going_on,
    )


def keep_plan(work: Work, *, run_id: int, plan: Plan, few: Sequence[Unreached]) -> bool:
    """Keep a run's letters and lines, all or none, with the needs that reach too ``few``; False when it has some already."""
    run = work.session.scalars(
        select(DigestRun)
        .where(DigestRun.id == run_id, DigestRun.state == RunState.PREPARING)
        .with_for_update()
    ).one_or_none()
    if run is None:
        return False
    for start in range(0, len(plan.letters), LETTERS_AT_ONCE):
        _keep(work, run, plan, start)
    run.state, run.planned_at, run.silences = RunState.SENDING, work.now, plan.silences
    run.unreached = [(one.need_id, one.people, one.gate) for one in few]
    log.info("week_planned", territory=run.territory.slug, week=run.iso_week, letters=len(plan.letters))
    return True


def _keep(work: Work, run: DigestRun, plan: Plan, start: int) -> None:
    part = plan.letters[start : start + LETTERS_AT_ONCE]
    people = [plan.people[letter.reader_id] for letter in part]
    relays = relay_ids(work.session, (one.citizen_id for one in people if one.citizen_id))
    numbers = work.session.scalars(
        insert(DigestLetter).returning(DigestLetter.id, sort_by_parameter_order=True),
        [
            {
                "run_id": run.id,
                "iso_week": run.iso_week,
                "recipient_key": letter.recipient_key,
                "account_id": person.account_id,
                "citizen_id": person.citizen_id,
                "relay_id": relays.get(person.citizen_id or 0),
            }
            for letter, person in zip(part, people, strict=True)
        ],
    ).all()
    work.session.execute(
        insert(DigestLine),
        [
            {
                "letter_id": number,
                "recipient_key": letter.recipient_key,
                "kind": line.kind,
                "subject": line.subject,
                "position": position,
                "need_id": line.need_id,
                "citizen_id": line.citizen_id,
                "group_id": line.group_id,
                "turn": line.turn,
            }
            for number, letter in zip(numbers, part, strict=True)
            for position, line in enumerate(letter.lines)
        ],
    )


def pause_run(work: Work, *, run_id: int) -> bool:
    """Let no more letters of a run leave; False when it is not under way.

    A letter whose text is being handed to the mail server at this moment still arrives.
    """
    run = work.session.get_one(DigestRun, run_id, with_for_update=True, populate_existing=True)
    if run.state is not RunState.SENDING:
        return False
    run.state = RunState.PAUSED
    outbox.hold(work.session, OutboxMessage.id.in_(_messages(run)))
    _record(work, DigestVerb.PAUSED, run)
    return True


def resume_run(work: Work, *, run_id: int) -> bool:
    """Let a paused run go on; False when it is not paused."""
    run = work.session.get_one(DigestRun, run_id, with_for_update=True, populate_existing=True)
    if run.state is not RunState.PAUSED:
        return False
    run.state = RunState.SENDING
    outbox.release(work.session, OutboxMessage.id.in_(_messages(run)))
    _record(work, DigestVerb.RESUMED, run)
    return True


def _messages(run: DigestRun) -> Select[int | None]:
    return select(DigestLetter.message_id).where(
        DigestLetter.run_id == run.id, DigestLetter.message_id.is_not(None)
    )


def miss_week(work: Work, *, territory: Territory, week: str) -> None:
    """Record that a week's letters do not leave by themselves; they can still be asked for. Raises AlreadyRun."""
    run = _claim_week(work, territory=territory, week=week, state=RunState.EXPIRED, started_by=None)
    _record(work, DigestVerb.MISSED, run)
    log.warning("week_missed", territory=territory.slug, week=week)


def _miss(work: Work, territory: Territory, week: str) -> None:
    miss_week(work, territory=territory, week=week)
    for organiser in places.organisers_of(work.session, territory_id=territory.id):
        work.post(
            letters.missed(
                work.letters,
                address=organiser.address,
                first_name=organiser.first_name,
                locale=organiser.locale,
                territory_name=territory.name,
                week=int(week[-2:]),
                week_url=work.links.to("digests.week", slug=territory.slug),
            )
        )


def _record(work: Work, verb: DigestVerb, run: DigestRun) -> None:
    work.record(verb, DigestRun, run.id, territory_id=run.territory_id, week=run.iso_week)


def _claim_week(
    work: Work, *, territory: Territory, week: str, state: RunState, started_by: AccountId | None
) -> DigestRun:
    run = queries.find_run(work.session, territory_id=territory.id, iso_week=week)
    if run is not None:
        work.session.refresh(run, ["state"], with_for_update=True)
        if run.state is not RunState.EXPIRED or started_by is None:
            raise AlreadyRun
        run.state, run.started_by_id, run.started_at = state, started_by, work.now
        return run
    run = DigestRun(
        territory_id=territory.id,
        iso_week=week,
        state=state,
        seed=seed_of(territory, week),
        started_by_id=started_by,
        started_at=work.now,
    )
    work.session.add(run)
    try:
        work.session.flush()
    except IntegrityError as error:
        if db.violates(error, "uq_digest_runs_one_a_week"):
            raise AlreadyRun from error
        raise
    return run


def _due(work: Work) -> list[tuple[TerritoryId, Due]]:
    settled = queries.weeks_settled(work.session)
    found = []
    for territory in places.territories(work.session):
        since = territory.digest_since or territory.created_at
        due = due_week(work.now, schedule_of(territory), since=since)
        if due is not None and (territory.id, due.iso_week) not in settled:
            found.append((territory.id, due))
    return found
